#include "signing/log_key.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "signing/libcryptox509.h"

namespace waybill::signing {
namespace {

enum class Hash : std::uint8_t { Sha256, Sha384, Within };  // Ed25519 hashes by itself

struct Details {
  std::string_view name;
  int kind;
  std::string_view curve;
  Hash hash;
};
constexpr std::array<Details, 7> kDetails{{
    {"PKIX_ECDSA_P256_SHA_256", EVP_PKEY_EC, "prime256v1", Hash::Sha256},
    {"PKIX_ECDSA_P384_SHA_384", EVP_PKEY_EC, "secp384r1", Hash::Sha384},
    {"PKIX_ED25519", EVP_PKEY_ED25519, "", Hash::Within},
    {"PKIX_RSA_PKCS1V15_2048_SHA256", EVP_PKEY_RSA, "", Hash::Sha256},
    {"PKIX_RSA_PKCS1V15_3072_SHA256", EVP_PKEY_RSA, "", Hash::Sha256},
    {"PKIX_RSA_PKCS1V15_4096_SHA256", EVP_PKEY_RSA, "", Hash::Sha256},
    {"PKIX_RSA_PKCS1V5", EVP_PKEY_RSA, "", Hash::Sha256},
}};
constexpr std::size_t kEd25519Size = 32;
constexpr int kSmallestRsa = 2048;
constexpr int kLargestRsa = 16384;

bool is_of_kind(const EVP_PKEY* key, const Details& details) {
  if (libcrypto().EVP_PKEY_get_base_id(key) != details.kind) return false;
  if (details.kind == EVP_PKEY_RSA) {
    const int bits = libcrypto().EVP_PKEY_get_bits(key);
    return bits >= kSmallestRsa && bits <= kLargestRsa;
  }
  if (details.curve.empty()) return true;
  char name[64] = {};
  std::size_t length = 0;
  return libcrypto().EVP_PKEY_get_group_name(key, name, sizeof name, &length) == 1 &&
         details.curve == std::string_view(name, length);
}

}  // namespace

struct LogKey::State {
  Pkey key;
  Hash hash;
  std::string ed25519;
};

std::optional<LogKey> LogKey::from_der(std::string_view der, std::string_view key_details) {
  const auto* details = std::ranges::find(kDetails, key_details, &Details::name);
  if (details == kDetails.end()) return std::nullopt;
  const unsigned char* position = as_unsigned(der);
  Pkey key(libcrypto().d2i_PUBKEY(nullptr, &position, static_cast<long>(der.size())));
  libcrypto().ERR_clear_error();
  if (!key || position != as_unsigned(der) + der.size() || !is_of_kind(key.get(), *details)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("a log's key is not a {}", key_details));
  }
  // The key itself is the end of its SubjectPublicKeyInfo.
  std::string ed25519(details->kind == EVP_PKEY_ED25519 ? der.substr(der.size() - kEd25519Size) : std::string_view());
  return LogKey(std::make_shared<const State>(State{std::move(key), details->hash, std::move(ed25519)}));
}

bool LogKey::verify(std::string_view message, std::string_view signature) const {
  const DigestContext context = allocated(DigestContext(x509().EVP_MD_CTX_new()));
  const EVP_MD* hash = state_->hash == Hash::Sha256   ? libcrypto().EVP_sha256()
                       : state_->hash == Hash::Sha384 ? x509().EVP_sha384()
                                                      : nullptr;
  const bool verified = x509().EVP_DigestVerifyInit(context.get(), nullptr, hash, nullptr, state_->key.get()) == 1 &&
                        x509().EVP_DigestVerify(context.get(), as_unsigned(signature), signature.size(),
                                                as_unsigned(message), message.size()) == 1;
  libcrypto().ERR_clear_error();
  return verified;
}

const std::string& LogKey::ed25519() const noexcept { return state_->ed25519; }

}  // namespace waybill::signing
