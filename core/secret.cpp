#include "core/secret.h"

#include <sodium.h>

#include <cstring>
#include <utility>

#include "core/dynamic_library.h"
#include "core/error.h"

namespace waybill {
namespace {

struct Libsodium {
  DynamicLibrary library{WAYBILL_SODIUM_SONAME};
  WAYBILL_LIBRARY_FUNCTION(sodium_free);
  WAYBILL_LIBRARY_FUNCTION(sodium_init);
  WAYBILL_LIBRARY_FUNCTION(sodium_malloc);
  WAYBILL_LIBRARY_FUNCTION(sodium_memcmp);
  WAYBILL_LIBRARY_FUNCTION(sodium_memzero);

  Libsodium() {
    if (sodium_init() < 0) throw Error(ErrorCode::Internal, "libsodium could not be initialised");
  }
};

// Opened for the first secret that has bytes; whoever holds one may use it without a failure.
const Libsodium& libsodium() {
  static const Libsodium table;
  return table;
}

}  // namespace

SecretBytes::SecretBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  // Guard pages, mlock and MADV_DONTDUMP come with it.
  data_ = static_cast<std::byte*>(libsodium().sodium_malloc(size));
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
  if (data_ != nullptr) libsodium().sodium_free(data_);  // wipes
}

bool SecretBytes::operator==(const SecretBytes& other) const noexcept {
  return size_ == other.size_ && (size_ == 0 || libsodium().sodium_memcmp(data_, other.data_, size_) == 0);
}

void SecretBytes::truncate(std::size_t size) noexcept {
  if (size >= size_) return;
  libsodium().sodium_memzero(data_ + size, size_ - size);
  size_ = size;
}

}  // namespace waybill
