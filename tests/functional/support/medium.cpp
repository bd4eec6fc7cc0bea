#include "tests/functional/support/medium.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>

#include <string>

#include "core/unique_fd.h"
#include "tests/support/process.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

// fs/ext4/ext4.h of the kernel: EXT4_IOC_SHUTDOWN, EXT4_GOING_FLAGS_LOGFLUSH and EXT4_GOING_FLAGS_NOLOGFLUSH.
constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t kLogFlush = 1;
constexpr std::uint32_t kNoLogFlush = 2;

}  // namespace

Medium::Medium(fs::path file, fs::path place, std::uint64_t size) : file_(std::move(file)), place_(std::move(place)) {
  // In a name space of its own, so that nothing stays mounted whatever becomes of this process.
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  UniqueFd made(::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made || ::ftruncate(made.get(), static_cast<off_t>(size)) != 0) return;
  made.reset();
  fs::create_directories(place_);
  there_ = run({"mkfs.ext4", "-q", file_.string()}).exit_status == 0 && mount();
}

Medium::~Medium() {
  if (there_) static_cast<void>(unmount());
}

bool Medium::mount() { return run({"mount", "-o", "loop", file_.string(), place_.string()}).exit_status == 0; }
bool Medium::unmount() const { return run({"umount", place_.string()}).exit_status == 0; }

std::uint64_t Medium::used() const {
  struct statvfs status = {};
  if (::statvfs(place_.c_str(), &status) != 0) return 0;
  return (status.f_blocks - status.f_bfree) * status.f_frsize;
}

bool Medium::pull_out(Journal journal) const {
  const UniqueFd root(::open(place_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::uint32_t flags = journal == Journal::Written ? kLogFlush : kNoLogFlush;
  return root && ::ioctl(root.get(), kShutdown, &flags) == 0;
}

bool Medium::plug_in_again() {
  there_ = unmount() && mount();
  return there_;
}

}  // namespace waybill::testing
