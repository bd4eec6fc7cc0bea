#include "core/secret.h"

#include <sodium.h>

#include <cstring>
#include <utility>

#include "core/error.h"

namespace waybill {

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  static const int initialised = sodium_init();
  if (initialised < 0) throw Error(ErrorCode::Internal, "libsodium could not be initialised");
  // Guard pages, mlock and MADV_DONTDUMP come with it.
  data_ = static_cast<std::byte*>(sodium_malloc(size));
  if (data_ == nullptr) throw Error(ErrorCode::NoSpace, "no locked memory for a secret");
}

SecretBytes SecretBytes::copy_of(Bytes bytes) {
  SecretBytes secret(bytes.size());
  if (secret.data_ != nullptr) std::memcpy(secret.data_, bytes.data(), bytes.size());
  return secret;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ != nullptr) sodium_free(data_);  // wipes
}

bool SecretBytes::operator==(const SecretBytes& other) const noexcept {
  return size_ == other.size_ && (size_ == 0 || sodium_memcmp(data_, other.data_, size_) == 0);
}

void SecretBytes::truncate(std::size_t size) noexcept {
  if (size >= size_) return;
  sodium_memzero(data_ + size, size_ - size);
  size_ = size;
}

}  // namespace waybill
