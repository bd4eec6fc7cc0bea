#include "core/write_back.h"

#include <fcntl.h>

namespace waybill {
namespace {
constexpr std::uint64_t kPiece = 4ULL << 20;
}

void WriteBack::wrote(int fd, std::uint64_t offset, std::uint64_t size) noexcept {
  if (offset != end_) begin_ = offset;  // what lies elsewhere has to wait for the sync
  end_ = offset + size;
  if (end_ - begin_ < kPiece) return;
  ::sync_file_range(fd, static_cast<off_t>(begin_), static_cast<off_t>(end_ - begin_), SYNC_FILE_RANGE_WRITE);
  begin_ = end_;
}

}  // namespace waybill
