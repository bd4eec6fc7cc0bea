#include "core/digest.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>

#include "core/dynamic_library.h"
#include "core/error.h"

namespace waybill {
namespace {

// OpenSSL's libcrypto, opened when something is hashed first.
struct Libcrypto {
  DynamicLibrary library{WAYBILL_CRYPTO_SONAME};
  WAYBILL_LIBRARY_FUNCTION(EVP_Digest);
  WAYBILL_LIBRARY_FUNCTION(EVP_DigestFinal_ex);
  WAYBILL_LIBRARY_FUNCTION(EVP_DigestInit_ex);
  WAYBILL_LIBRARY_FUNCTION(EVP_DigestUpdate);
  WAYBILL_LIBRARY_FUNCTION(EVP_MD_CTX_free);
  WAYBILL_LIBRARY_FUNCTION(EVP_MD_CTX_new);
  WAYBILL_LIBRARY_FUNCTION(EVP_sha1);
  WAYBILL_LIBRARY_FUNCTION(EVP_sha256);
};

const Libcrypto& libcrypto() {
  static const Libcrypto table;
  return table;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { libcrypto().EVP_MD_CTX_free(context); }
};

void check(int result) {
  if (result != 1) throw Error(ErrorCode::Internal, "the hash function failed");
}

}  // namespace

std::optional<Digest> Digest::try_parse(std::string_view text) noexcept {
  constexpr std::string_view kPrefix = "sha256:";
  if (text.size() != kPrefix.size() + 64 || !text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  std::array<std::byte, 32> raw{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    unsigned value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = static_cast<unsigned>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
    raw[i / 2] = raw[i / 2] << 4 | static_cast<std::byte>(value);
  }
  return Digest(raw);
}

Digest Digest::parse(std::string_view text) {
  const std::optional<Digest> digest = try_parse(text);
  if (!digest) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is not a digest: expected sha256: and 64 lower-case hexadecimal digits",
                            text.substr(0, 100)));
  }
  return *digest;
}

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->context.reset(libcrypto().EVP_MD_CTX_new());
  if (!state_->context) throw std::bad_alloc();
  check(libcrypto().EVP_DigestInit_ex(state_->context.get(), libcrypto().EVP_sha256(), nullptr));
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(Bytes bytes) {
  check(libcrypto().EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

Digest Sha256::finish() {
  std::array<std::byte, 32> raw{};
  unsigned length = 0;
  check(libcrypto().EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(raw.data()), &length));
  return Digest::from_raw(raw);
}

Digest sha256(Bytes bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

std::string sha1_hex(Bytes bytes) {
  std::array<std::byte, EVP_MAX_MD_SIZE> raw{};
  unsigned length = 0;
  check(libcrypto().EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(raw.data()), &length,
                               libcrypto().EVP_sha1(), nullptr));
  return to_hex(Bytes(raw).first(length));
}

}  // namespace waybill
