#include "core/digest.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>

#include "core/error.h"
#include "core/handle.h"

namespace waybill {
namespace {

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
  Handle<EVP_MD_CTX, EVP_MD_CTX_free> context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  state_->context.reset(EVP_MD_CTX_new());
  if (!state_->context) throw std::bad_alloc();
  check(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(Bytes bytes) { check(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size())); }

Digest Sha256::finish() {
  std::array<std::byte, 32> raw{};
  unsigned length = 0;
  check(EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(raw.data()), &length));
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
  check(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(raw.data()), &length, EVP_sha1(),
                   nullptr));
  return to_hex(Bytes(raw).first(length));
}

}  // namespace waybill
