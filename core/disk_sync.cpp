#include "core/disk_sync.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.h"

namespace waybill {

void sync_to_disk(int fd, std::string_view name) {
  if (::fsync(fd) == 0 || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP) return;
  throw system_error(fmt::format("cannot write '{}' to the disk", name));
}

}  // namespace waybill
