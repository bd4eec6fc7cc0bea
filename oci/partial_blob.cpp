#include "oci/partial_blob.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "core/error.h"
#include "core/interrupt.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::size_t kBufferSize = std::size_t{512} * 1024;
constexpr std::uint64_t kWriteBack = 4ULL << 20;     // what is handed to the disk at once
constexpr std::uint64_t kWorthKeeping = 1ULL << 20;  // less is fetched again sooner than found

class Buffer {
 public:
  [[nodiscard]] std::span<std::byte> span() const noexcept { return {storage_.get(), kBufferSize}; }

 private:
  std::unique_ptr<std::byte[]> storage_ = std::make_unique_for_overwrite<std::byte[]>(kBufferSize);
};

}  // namespace

PartialBlob::PartialBlob(const fs::path& folder, const Descriptor& blob) : blob_(blob) {
  if (take(folder / fmt::format("{}{}", kPartialPrefix, blob.digest.hex()), true)) {
    can_go_on_ = true;
    hash_what_is_there();
    return;
  }
  for (unsigned attempt = 0; attempt < 100; ++attempt) {
    const std::string hex = blob.digest.hex().substr(0, 16);
    if (take(folder / fmt::format("{}{}-{}-{}", kTemporaryPrefix, hex, ::getpid(), attempt), false)) return;
  }
  throw Error(ErrorCode::Conflict, fmt::format("cannot make a temporary file in '{}'", folder.string()));
}

PartialBlob::~PartialBlob() {
  if (!path_.empty() && (!can_go_on_ || size_ < kWorthKeeping)) ::unlink(path_.c_str());
}

bool PartialBlob::take(const fs::path& path, bool reused) {
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

void PartialBlob::hash_what_is_there() {
  const Buffer buffer;
  while (true) {
    const ssize_t count = ::read(fd_.get(), buffer.span().data(), buffer.span().size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot read '{}'", path_.string()));
    if (count == 0) break;
    throw_if_interrupted();
    size_ += static_cast<std::uint64_t>(count);
    if (size_ > blob_.size) return clear();
    hash_.update(Bytes(buffer.span()).first(static_cast<std::size_t>(count)));
  }
}

void PartialBlob::complete(const OpenBlob& open) {
  // What was there may be to blame, after a power failure for instance: then once from the first byte.
  for (bool begun_by_another = size_ != 0;; begun_by_another = false) {
    try {
      return fetch(open);
    } catch (const Error& failure) {
      if (failure.code() != ErrorCode::Untrusted) throw;
      clear();
      if (!begun_by_another) throw;
    }
  }
}

void PartialBlob::fetch(const OpenBlob& open) {
  if (size_ < blob_.size || blob_.size == 0) {
    const std::unique_ptr<ByteSource> source = open(size_);
    const Buffer buffer;
    std::uint64_t handed = size_;
    while (const std::size_t count = source->read(buffer.span())) {
      throw_if_interrupted();
      if (count > blob_.size - size_) {
        throw Error(ErrorCode::Untrusted, fmt::format("content of {} has more than the {} bytes it should have",
                                                      blob_.digest.to_string(), blob_.size));
      }
      Bytes rest = Bytes(buffer.span()).first(count);
      hash_.update(rest);
      while (!rest.empty()) {
        const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw system_error(fmt::format("cannot write '{}'", path_.string()));
        rest = rest.subspan(static_cast<std::size_t>(written));
        size_ += static_cast<std::uint64_t>(written);
      }
      // The disk writes while the rest is on its way, so that the layout has little to wait for at its end. Only asked
      // for, not waited for: whoever syncs the layout does that.
      if (size_ - handed >= kWriteBack) {
        ::sync_file_range(fd_.get(), static_cast<off_t>(handed), static_cast<off_t>(size_ - handed),
                          SYNC_FILE_RANGE_WRITE);
        handed = size_;
      }
    }
    if (handed != 0) ::sync_file_range(fd_.get(), static_cast<off_t>(handed), 0, SYNC_FILE_RANGE_WRITE);
  }
  if (size_ != blob_.size) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("content of {} ends after {} of {} bytes", blob_.digest.to_string(), size_, blob_.size));
  }
  if (const Digest actual = hash_.finish(); actual != blob_.digest) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("content should be {} but is {}", blob_.digest.to_string(), actual.to_string()));
  }
}

void PartialBlob::clear() {
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0 || ::ftruncate(fd_.get(), 0) != 0)
    throw system_error(fmt::format("cannot write '{}'", path_.string()));
  hash_ = Sha256();
  size_ = 0;
}

void PartialBlob::rename_to(const fs::path& target) {
  if (::rename(path_.c_str(), target.c_str()) != 0)
    throw system_error(fmt::format("cannot write '{}'", target.string()));
  path_.clear();
}

}  // namespace waybill::oci
