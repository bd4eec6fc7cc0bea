#include "git/spool.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/error.h"
#include "core/file_system.h"

namespace waybill::git {
namespace {

constexpr std::size_t kInMemory = std::size_t{4} << 20;

void write_all(int fd, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw system_error("cannot keep what a git server sends");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace

void Spool::write(Bytes bytes) {
  if (bytes.size() > limit_ - written_)
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' sends more than {} bytes", name_, limit_));
  if (!file_ && memory_.size() + bytes.size() > kInMemory) move_to_file();
  if (file_)
    write_all(file_.get(), bytes);
  else
    memory_ += as_text(bytes);
  written_ += bytes.size();
}

void Spool::move_to_file() {
  file_ = unnamed_temporary_file(folder_);
  write_all(file_.get(), as_bytes(memory_));
  memory_ = std::string();
}

std::size_t Spool::read(std::span<char> buffer) {
  std::size_t count = 0;
  if (file_) {
    const ssize_t got = ::pread(file_.get(), buffer.data(), buffer.size(), static_cast<off_t>(read_));
    if (got < 0) throw system_error("cannot read what a git server sent");
    count = static_cast<std::size_t>(got);
  } else {
    count = std::min(buffer.size(), memory_.size() - read_);
    std::copy_n(memory_.data() + read_, count, buffer.data());
  }
  read_ += count;
  return count;
}

}  // namespace waybill::git
