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

class BytesOfFile final : public RandomAccessBytes {
 public:
  BytesOfFile(UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {
    struct stat status = {};
    if (::fstat(fd_.get(), &status) != 0) throw system_error(fmt::format("cannot read '{}'", name_));
    if (!S_ISREG(status.st_mode)) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no regular file", name_));
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  [[nodiscard]] const std::string& name() const noexcept override { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> buffer) const override {
    std::size_t filled = 0;
    while (filled < buffer.size()) {
      const std::span<std::byte> rest = buffer.subspan(filled);
      const ssize_t count = ::pread(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + filled));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) throw system_error(fmt::format("cannot read '{}'", name_));
      if (count == 0) break;
      filled += static_cast<std::size_t>(count);
    }
    return filled;
  }

 private:
  UniqueFd fd_;
  std::string name_;
  std::uint64_t size_ = 0;
};

}  // namespace

RandomAccessFile::RandomAccessFile(UniqueFd fd, std::string name)
    : bytes_(std::make_shared<const BytesOfFile>(std::move(fd), std::move(name))) {}

std::unique_ptr<ByteSource> RandomAccessFile::open(std::uint64_t offset, std::uint64_t size) const {
  return std::make_unique<Region>(*this, offset, size);
}

}  // namespace waybill
