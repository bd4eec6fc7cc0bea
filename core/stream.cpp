#include "core/stream.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

#include "core/disk_sync.h"
#include "core/error.h"
#include "core/interrupt.h"

namespace waybill {
namespace {
constexpr std::size_t kBufferSize = std::size_t{128} * 1024;

bool is_lost_connection(int error) noexcept {
  return error == EPIPE || error == ECONNRESET || error == ECONNABORTED || error == ENOTCONN || error == ETIMEDOUT ||
         error == EHOSTUNREACH || error == ENETUNREACH;
}

// As long as it lives, a connection that is lost is an error and no signal for this thread: sendfile(2) has no flag for
// that, and the process may not ignore SIGPIPE.
class SigpipeHeld {
 public:
  SigpipeHeld() noexcept {
    ::sigemptyset(&sigpipe_);
    ::sigaddset(&sigpipe_, SIGPIPE);
    sigset_t pending = {};
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  SigpipeHeld(const SigpipeHeld&) = delete;
  SigpipeHeld& operator=(const SigpipeHeld&) = delete;
  ~SigpipeHeld() {
    const int error = errno;
    const timespec at_once = {};
    if (!was_pending_) ::sigtimedwait(&sigpipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }

 private:
  sigset_t sigpipe_ = {};
  sigset_t before_ = {};
  bool was_pending_ = false;
};

// What sendfile(2) does, for files of which it cannot take any bytes. They go through this process.
ssize_t send_through_buffer(int socket, int file, std::size_t most) {
  std::array<std::byte, std::size_t{64} * 1024> buffer{};
  const ssize_t got = ::read(file, buffer.data(), std::min(most, buffer.size()));
  if (got <= 0) return got;
  const ssize_t sent = ::send(socket, buffer.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL | MSG_DONTWAIT);
  const int error = errno;
  if (const ssize_t rest = got - std::max<ssize_t>(sent, 0); rest != 0) ::lseek(file, -rest, SEEK_CUR);
  errno = error;
  return sent;
}

}  // namespace

std::optional<std::size_t> ByteSource::send_to(int, std::size_t) {
  throw Error(ErrorCode::Internal, "these bytes lie in no file");
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

bool FdSource::is_sendable() const noexcept {
  struct stat status = {};
  return ::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode);
}

std::optional<std::size_t> FdSource::send_to(int socket, std::size_t most) {
  while (true) {
    ssize_t count = [&] {
      const SigpipeHeld held;
      return ::sendfile(socket, fd_.get(), nullptr, most);
    }();
    // Some file systems have no way to do it.
    if (count < 0 && (errno == EINVAL || errno == ENOSYS)) count = send_through_buffer(socket, fd_.get(), most);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) return std::nullopt;
    if (is_lost_connection(errno)) throw system_error("the connection is lost", ErrorCode::Unavailable);
    if (errno != EINTR) throw system_error(fmt::format("cannot send '{}'", name_));
    throw_if_interrupted();
  }
}

void FdSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      write_back_.wrote(fd_.get(), size_, static_cast<std::size_t>(count));
      size_ += static_cast<std::size_t>(count);
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

std::string read_all(ByteSource& from, std::uint64_t limit, const std::string& name, std::uint64_t expected) {
  LimitedSource limited(from, limit, name);
  StringSink sink(std::min(expected, limit));
  copy(limited, sink);
  return sink.take();
}

}  // namespace waybill
