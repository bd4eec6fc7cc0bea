#pragma once
// Bytes that are read at any place, by several threads at once: those of a regular file, or what somebody else puts
// together and shows as one.
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/stream.h"
#include "core/unique_fd.h"

namespace waybill {

// Where such bytes come from.
class RandomAccessBytes {
 public:
  virtual ~RandomAccessBytes() = default;
  [[nodiscard]] virtual const std::string& name() const noexcept = 0;  // for messages
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;
  // As many bytes from `offset` on as there are, up to the buffer's size. By several threads at once.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const = 0;
};

class RandomAccessFile {
 public:
  // `name` is for messages. Throws InvalidInput unless it is a regular file.
  RandomAccessFile(UniqueFd fd, std::string name);
  explicit RandomAccessFile(std::shared_ptr<const RandomAccessBytes> bytes) noexcept : bytes_(std::move(bytes)) {}

  [[nodiscard]] const std::string& name() const noexcept { return bytes_->name(); }
  [[nodiscard]] std::uint64_t size() const noexcept { return bytes_->size(); }  // of a file, when it was opened

  // As many bytes from `offset` on as there are, up to the buffer's size.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
    return bytes_->read_at(offset, buffer);
  }
  // The bytes from `offset` on, `size` of them; fewer if the file is cut off meanwhile. Lives longer than this object.
  [[nodiscard]] std::unique_ptr<ByteSource> open(std::uint64_t offset, std::uint64_t size) const;

 private:
  std::shared_ptr<const RandomAccessBytes> bytes_;
};

}  // namespace waybill
