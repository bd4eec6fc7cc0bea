#include "oci/partial_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "core/disk_sync.h"
#include "core/error.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::uint64_t kWorthKeeping = 1ULL << 20;  // less is fetched again sooner than found
constexpr std::chrono::hours kLife{24 * 7};

}  // namespace

PartialFile::PartialFile(const fs::path& folder, const std::string& name, const std::string& own) {
  can_go_on_ = take(folder / name, true);
  for (unsigned attempt = 0; !fd_ && attempt < 100; ++attempt)
    take(folder / fmt::format("{}{}-{}-{}", kTemporaryPrefix, own, ::getpid(), attempt), false);
  if (!fd_) throw Error(ErrorCode::Conflict, fmt::format("cannot make a temporary file in '{}'", folder.string()));
}

PartialFile::~PartialFile() {
  if (path_.empty()) return;
  struct stat status = {};
  const bool is_worth_it =
      can_go_on_ && ::fstat(fd_.get(), &status) == 0 && static_cast<std::uint64_t>(status.st_size) >= kWorthKeeping;
  if (!is_worth_it) ::unlink(path_.c_str());
}

bool PartialFile::take(const fs::path& path, bool reused) {
  const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (reused ? 0 : O_EXCL);
  UniqueFd fd(::open(path.c_str(), flags, 0666));
  if (!fd) {
    if (errno == EEXIST || errno == ELOOP || (reused && errno == EACCES)) return false;
    throw system_error(fmt::format("cannot write into '{}'", path.parent_path().string()));
  }
  struct stat opened = {};
  struct stat named = {};
  // Between the two calls a cleaner may have removed it, or its writer given it its final name.
  const bool ours = ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(fd.get(), &opened) == 0 &&
                    ::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
                    opened.st_dev == named.st_dev && S_ISREG(opened.st_mode) && opened.st_nlink == 1;
  if (!ours) return false;
  fd_ = std::move(fd);
  path_ = path;
  return true;
}

std::uint64_t PartialFile::size() const {
  struct stat status = {};
  if (::fstat(fd_.get(), &status) != 0) throw system_error(fmt::format("cannot read '{}'", path_.string()));
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t PartialFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  while (true) {
    const ssize_t count = ::pread(fd_.get(), buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw system_error(fmt::format("cannot read '{}'", path_.string()));
  }
}

void PartialFile::write_at(std::uint64_t offset, Bytes bytes) {
  const std::uint64_t begin = offset;
  const std::uint64_t size = bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_error(fmt::format("cannot write '{}'", path_.string()));
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  write_back_.wrote(fd_.get(), begin, size);
}

void PartialFile::cut(std::uint64_t size) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0)
    throw system_error(fmt::format("cannot write '{}'", path_.string()));
}

void PartialFile::write_back() {
  constexpr unsigned kWaited = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  if (::sync_file_range(fd_.get(), 0, 0, kWaited) != 0 && errno != EINVAL && errno != ENOSYS)
    throw system_error(fmt::format("cannot write '{}' to the disk", path_.string()));
}

void PartialFile::rename_to(const fs::path& target) {
  if (::rename(path_.c_str(), target.c_str()) != 0)
    throw system_error(fmt::format("cannot write '{}'", target.string()));
  path_.clear();
}

void PartialFile::commit(const fs::path& target, Overwrite overwrite) {
  sync_to_disk(fd_.get(), path_.string());
  publish_file(path_, target, overwrite);
  path_.clear();
}

bool is_too_old(const fs::path& partial) {
  std::error_code problem;
  const auto written = fs::last_write_time(partial, problem);
  return problem || written <= fs::file_time_type::clock::now() - kLife;
}

void remove_unless_locked(const fs::path& partial) {
  const UniqueFd fd(::open(partial.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(partial.c_str());
}

}  // namespace waybill::oci
