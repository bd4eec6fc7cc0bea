#pragma once
// A regular file that is read at any place, by several threads at once.
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/stream.h"
#include "core/unique_fd.h"

namespace waybill {

class RandomAccessFile {
 public:
  // `name` is for messages. Throws InvalidInput unless it is a regular file.
  RandomAccessFile(UniqueFd fd, std::string name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }  // when it was opened

  // As many bytes from `offset` on as there are, up to the buffer's size.
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const;
  // The bytes from `offset` on, `size` of them; fewer if the file is cut off meanwhile. Lives longer than this object.
  [[nodiscard]] std::unique_ptr<ByteSource> open(std::uint64_t offset, std::uint64_t size) const;

 private:
  std::shared_ptr<const UniqueFd> fd_;
  std::string name_;
  std::uint64_t size_ = 0;
};

}  // namespace waybill
