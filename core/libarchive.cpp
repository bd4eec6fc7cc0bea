#include "core/libarchive.h"

#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <utility>

#include "core/error.h"

namespace waybill {

const LibArchive& libarchive() {
  static const LibArchive functions;
  return functions;
}

void refuse_archive(const std::string& why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the archive is refused: {}", why));
}

ArchiveReader::ArchiveReader(ByteSource& source)
    : source_(source), archive_(libarchive().archive_read_new(), libarchive().archive_read_free) {
  if (!archive_) throw std::bad_alloc();
}

void ArchiveReader::support(int (*enable)(archive*)) {
  // libarchive answers "warning" where it would start another program instead: not wanted.
  if (enable(archive_.get()) != ARCHIVE_OK)
    throw Error(ErrorCode::Unavailable, "this libarchive lacks a needed format");
}
void ArchiveReader::open() {
  check(libarchive().archive_read_open(archive_.get(), this, nullptr, next_chunk, nullptr));
}

archive_entry* ArchiveReader::next() {
  archive_entry* entry = nullptr;
  const int result = libarchive().archive_read_next_header(archive_.get(), &entry);
  if (result == ARCHIVE_EOF) {
    rethrow();
    return nullptr;
  }
  check(result);
  return entry;
}

std::size_t ArchiveReader::read(std::span<std::byte> buffer) {
  const la_ssize_t count = libarchive().archive_read_data(archive_.get(), buffer.data(), buffer.size());
  check(count < 0 ? static_cast<int>(count) : ARCHIVE_OK);
  return static_cast<std::size_t>(count);
}

bool ArchiveReader::only_zeros_left() {
  const auto used = static_cast<std::uint64_t>(libarchive().archive_filter_bytes(archive_.get(), 0));
  std::span<const std::byte> rest = Bytes(buffer_).first(filled_);
  rest = rest.last(std::min<std::uint64_t>(rest.size(), given_ - std::min(used, given_)));
  while (true) {
    if (std::ranges::any_of(rest, [](std::byte b) { return b != std::byte{0}; })) return false;
    fill();
    if (filled_ == 0) return true;
    rest = Bytes(buffer_).first(filled_);
  }
}

// Warnings count as errors: an archive that libarchive reads only in part is not taken in part.
void ArchiveReader::check(int result) {
  rethrow();
  if (result == ARCHIVE_OK) return;
  const char* reason = libarchive().archive_error_string(archive_.get());
  refuse_archive(reason != nullptr ? reason : "unknown reason");
}
void ArchiveReader::rethrow() {
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}
void ArchiveReader::fill() {
  filled_ = 0;
  while (filled_ < buffer_.size()) {
    const std::size_t count = source_.read(std::span(buffer_).subspan(filled_));
    if (count == 0) break;
    filled_ += count;
  }
  given_ += filled_;
}
// No exception may pass through libarchive: kept here, thrown again by check.
la_ssize_t ArchiveReader::next_chunk(archive*, void* self, const void** chunk) noexcept {
  auto& reader = *static_cast<ArchiveReader*>(self);
  try {
    reader.fill();
    *chunk = reader.buffer_.data();
    return static_cast<la_ssize_t>(reader.filled_);
  } catch (...) {
    reader.failure_ = std::current_exception();
    return ARCHIVE_FATAL;
  }
}

}  // namespace waybill
