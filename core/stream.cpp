#include "core/stream.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/disk_sync.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace waybill {
namespace {
constexpr std::size_t kBufferSize = std::size_t{128} * 1024;
}

std::size_t SpanSource::read(std::span<std::byte> buffer) {
  const std::size_t count = std::min(buffer.size(), rest_.size());
  if (count != 0) std::memcpy(buffer.data(), rest_.data(), count);
  rest_ = rest_.subspan(count);
  return count;
}

std::unique_ptr<FdSource> FdSource::open(const std::string& path, std::uint64_t offset) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw system_error(fmt::format("cannot open '{}'", path));
  if (offset != 0 && ::lseek(fd.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    throw system_error(fmt::format("cannot read '{}'", path));
  return std::make_unique<FdSource>(std::move(fd), path);
}

std::size_t FdSource::read(std::span<std::byte> buffer) {
  while (true) {
    const ssize_t count = ::read(fd_.get(), buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) throw system_error(fmt::format("cannot read '{}'", name_));
    throw_if_interrupted();
  }
}

void FdSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      throw system_error(fmt::format("cannot write '{}'", name_));
    } else {
      throw_if_interrupted();
    }
  }
}

void FdSink::finish() {
  sync_to_disk(fd_.get(), name_);
  fd_.reset();
}

std::size_t LimitedSource::read(std::span<std::byte> buffer) {
  const std::size_t count = inner_.read(buffer);
  if (count > rest_)
    throw Error(ErrorCode::InvalidInput, fmt::format("{} is larger than the limit of {} bytes", name_, limit_));
  rest_ -= count;
  return count;
}

void VerifyingSource::verify_end() {
  std::array<std::byte, 1> extra{};
  if (inner_->read(extra) != 0) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("content of {} has more than the {} bytes it should have", digest_.to_string(), size_));
  }
  const Digest actual = hash_.finish();
  if (actual != digest_) {
    throw Error(ErrorCode::Untrusted,
                fmt::format("content should be {} but is {}", digest_.to_string(), actual.to_string()));
  }
  verified_ = true;
}

std::size_t VerifyingSource::read(std::span<std::byte> buffer) {
  if (verified_ || buffer.empty()) return 0;
  std::size_t count = 0;
  if (rest_ != 0) {
    const std::size_t want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), rest_));
    count = inner_->read(buffer.first(want));
    if (count == 0) {
      throw Error(ErrorCode::Untrusted,
                  fmt::format("content of {} ends after {} of {} bytes", digest_.to_string(), size_ - rest_, size_));
    }
    hash_.update(Bytes(buffer.first(count)));
    rest_ -= count;
  }
  if (rest_ == 0) verify_end();
  return count;
}

std::uint64_t copy(ByteSource& from, ByteSink& to) {
  // Not a vector: clearing it would cost more than reading a small file.
  const auto storage = std::make_unique_for_overwrite<std::byte[]>(kBufferSize);
  const std::span<std::byte> buffer(storage.get(), kBufferSize);
  std::uint64_t total = 0;
  while (const std::size_t count = from.read(buffer)) {
    throw_if_interrupted();
    to.write(Bytes(buffer).first(count));
    total += count;
  }
  return total;
}

std::string read_all(ByteSource& from, std::uint64_t limit, const std::string& name) {
  LimitedSource limited(from, limit, name);
  StringSink sink;
  copy(limited, sink);
  return sink.take();
}

}  // namespace waybill
