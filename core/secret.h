#pragma once
// Bytes that must not leak: locked in memory, kept out of core dumps, wiped on release, neither copyable nor printable.
#include <cstddef>
#include <span>
#include <string_view>

#include "core/bytes.h"

namespace waybill {

class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  // Throws NoSpace if no locked memory can be had.
  explicit SecretBytes(std::size_t size);
  [[nodiscard]] static SecretBytes copy_of(Bytes bytes);
  [[nodiscard]] static SecretBytes copy_of(std::string_view text) { return copy_of(as_bytes(text)); }
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<std::byte> bytes() noexcept { return {data_, size_}; }
  [[nodiscard]] Bytes bytes() const noexcept { return {data_, size_}; }
  [[nodiscard]] std::string_view view() const noexcept { return as_text(bytes()); }
  // In a time that does not depend on the content.
  [[nodiscard]] bool operator==(const SecretBytes& other) const noexcept;
  // Makes it shorter; the bytes cut off are wiped.
  void truncate(std::size_t size) noexcept;

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace waybill
