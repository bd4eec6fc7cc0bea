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
  WAYBILL_LIBRARY_FUNCTION(EVP_sha512);
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

constexpr std::size_t size_of(DigestAlgorithm algorithm) noexcept {
  return algorithm == DigestAlgorithm::Sha256 ? 32 : 64;
}

}  // namespace

std::string_view name_of(DigestAlgorithm algorithm) noexcept {
  return algorithm == DigestAlgorithm::Sha256 ? "sha256" : "sha512";
}

std::optional<Digest> Digest::try_parse(std::string_view text) noexcept {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  for (const DigestAlgorithm algorithm : kDigestAlgorithms) {
    if (text.substr(0, colon) == name_of(algorithm)) return try_parse(algorithm, text.substr(colon + 1));
  }
  return std::nullopt;
}

std::optional<Digest> Digest::try_parse(DigestAlgorithm algorithm, std::string_view hex) noexcept {
  if (hex.size() != 2 * size_of(algorithm)) return std::nullopt;
  Digest result(algorithm);
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    unsigned value = 0;
    if (c >= '0' && c <= '9') {
      value = static_cast<unsigned>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = static_cast<unsigned>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
    result.raw_[i / 2] = result.raw_[i / 2] << 4 | static_cast<std::byte>(value);
  }
  return result;
}

Digest Digest::parse(std::string_view text) {
  const std::optional<Digest> digest = try_parse(text);
  if (!digest) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is not a digest: expected sha256: and 64, or sha512: and 128, lower-case hexadecimal "
                            "digits",
                            text.substr(0, 100)));
  }
  return *digest;
}

Digest Digest::from_raw(const std::array<std::byte, 32>& raw) noexcept {
  Digest result(DigestAlgorithm::Sha256);
  std::copy(raw.begin(), raw.end(), result.raw_.begin());
  return result;
}

std::string Digest::to_string() const { return fmt::format("{}:{}", name_of(algorithm_), hex()); }

Bytes Digest::raw() const noexcept { return Bytes(raw_).first(size_of(algorithm_)); }

struct Hasher::State {
  DigestAlgorithm algorithm;
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;
};

Hasher::Hasher(DigestAlgorithm algorithm) : state_(std::make_unique<State>()) {
  state_->algorithm = algorithm;
  state_->context.reset(libcrypto().EVP_MD_CTX_new());
  if (!state_->context) throw std::bad_alloc();
  const EVP_MD* kind = algorithm == DigestAlgorithm::Sha256 ? libcrypto().EVP_sha256() : libcrypto().EVP_sha512();
  check(libcrypto().EVP_DigestInit_ex(state_->context.get(), kind, nullptr));
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(Bytes bytes) {
  check(libcrypto().EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
}

Digest Hasher::finish() {
  Digest result(state_->algorithm);
  unsigned length = 0;
  check(libcrypto().EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(result.raw_.data()),
                                       &length));
  return result;
}

Digest digest_of(DigestAlgorithm algorithm, Bytes bytes) {
  Hasher hash(algorithm);
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
