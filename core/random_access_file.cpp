#include "core/random_access_file.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/error.h"

namespace waybill {
namespace {

class Region final : public ByteSource {
 public:
  Region(RandomAccessFile file, std::uint64_t offset, std::uint64_t size)
      : file_(std::move(file)), offset_(offset), rest_(size) {}
  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count =
        file_.read_at(offset_, buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), rest_))));
    offset_ += count;
    rest_ -= count;
    return count;
  }

 private:
  RandomAccessFile file_;
  std::uint64_t offset_;
  std::uint64_t rest_;
};

}  // namespace

RandomAccessFile::RandomAccessFile(UniqueFd fd, std::string name)
    : fd_(std::make_shared<const UniqueFd>(std::move(fd))), name_(std::move(name)) {
  struct stat status = {};
  if (::fstat(fd_->get(), &status) != 0) throw system_error(fmt::format("cannot read '{}'", name_));
  if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no regular file", name_));
  size_ = static_cast<std::uint64_t>(status.st_size);
}

std::size_t RandomAccessFile::read_at(std::uint64_t offset, std::span<std::byte> buffer) const {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::span<std::byte> rest = buffer.subspan(filled);
    const ssize_t count = ::pread(fd_->get(), rest.data(), rest.size(), static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error(fmt::format("cannot read '{}'", name_));
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  return filled;
}

std::unique_ptr<ByteSource> RandomAccessFile::open(std::uint64_t offset, std::uint64_t size) const {
  return std::make_unique<Region>(*this, offset, size);
}

}  // namespace waybill
