#pragma once
// Lets the disk begin with what is written to a file while more is on its way, so that the sync at the end has little
// to wait for (sync_file_range(2)). It is an advice: what cannot take it is written as well.
#include <cstdint>

namespace waybill {

class WriteBack {
 public:
  // So much was written at `offset`.
  void wrote(int fd, std::uint64_t offset, std::uint64_t size) noexcept;

 private:
  std::uint64_t begin_ = 0;  // of what the disk was not told of yet
  std::uint64_t end_ = 0;
};

}  // namespace waybill
