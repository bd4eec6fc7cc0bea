#include "git/lock_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>

#include <cerrno>

#include "core/error.h"
#include "core/interrupt.h"

namespace waybill::git {
namespace {

constexpr std::chrono::milliseconds kPause{20};
constexpr unsigned kPauses = 30'000;  // ten minutes

}  // namespace

UniqueFd lock_file(const std::filesystem::path& path, const Sleep& sleep) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!fd) throw system_error(fmt::format("cannot open '{}'", path.string()));
  for (unsigned pause = 0; ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0; ++pause) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw system_error(fmt::format("cannot lock '{}'", path.string()));
    if (pause == kPauses)
      throw Error(ErrorCode::Unavailable, fmt::format("another process has held '{}' for ten minutes", path.string()));
    throw_if_interrupted();
    sleep(kPause);
  }
  return fd;
}

}  // namespace waybill::git
