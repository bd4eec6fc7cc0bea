#pragma once
// libarchive's functions, opened on first use, and one reader of its. Private to the room.
#include <archive.h>
#include <archive_entry.h>

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>

#include "core/dynamic_library.h"
#include "core/stream.h"

namespace waybill {

// The functions of libarchive that we use.
struct LibArchive {
  DynamicLibrary library{WAYBILL_LIBARCHIVE_SONAME};
  WAYBILL_LIBRARY_FUNCTION(archive_read_new);
  WAYBILL_LIBRARY_FUNCTION(archive_read_free);
  WAYBILL_LIBRARY_FUNCTION(archive_read_support_format_raw);
  WAYBILL_LIBRARY_FUNCTION(archive_read_support_format_tar);
  WAYBILL_LIBRARY_FUNCTION(archive_read_support_filter_zstd);
  WAYBILL_LIBRARY_FUNCTION(archive_read_open);
  WAYBILL_LIBRARY_FUNCTION(archive_read_next_header);
  WAYBILL_LIBRARY_FUNCTION(archive_read_data);
  WAYBILL_LIBRARY_FUNCTION(archive_filter_bytes);
  WAYBILL_LIBRARY_FUNCTION(archive_error_string);
  WAYBILL_LIBRARY_FUNCTION(archive_write_new);
  WAYBILL_LIBRARY_FUNCTION(archive_write_free);
  WAYBILL_LIBRARY_FUNCTION(archive_write_add_filter_zstd);
  WAYBILL_LIBRARY_FUNCTION(archive_write_set_filter_option);
  WAYBILL_LIBRARY_FUNCTION(archive_write_set_format_raw);
  WAYBILL_LIBRARY_FUNCTION(archive_write_set_bytes_per_block);
  WAYBILL_LIBRARY_FUNCTION(archive_write_set_bytes_in_last_block);
  WAYBILL_LIBRARY_FUNCTION(archive_write_open);
  WAYBILL_LIBRARY_FUNCTION(archive_write_header);
  WAYBILL_LIBRARY_FUNCTION(archive_write_data);
  WAYBILL_LIBRARY_FUNCTION(archive_write_close);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_new);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_free);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_set_filetype);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_pathname);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_filetype);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_hardlink);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_size);
  WAYBILL_LIBRARY_FUNCTION(archive_entry_perm);
};

const LibArchive& libarchive();

// InvalidInput: "the archive is refused: " and why.
[[noreturn]] void refuse_archive(const std::string& why);

// One reader over a ByteSource that somebody else keeps alive.
class ArchiveReader {
 public:
  explicit ArchiveReader(ByteSource& source);
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  // `enable` chooses the formats: one of libarchive's read_support functions.
  void support(int (*enable)(archive*));
  void open();
  // The next entry, owned by the reader; null pointer at the end.
  archive_entry* next();
  std::size_t read(std::span<std::byte> buffer);
  // Whether everything behind what libarchive has used is zero.
  bool only_zeros_left();

 private:
  void check(int result);
  void rethrow();
  void fill();
  static la_ssize_t next_chunk(archive*, void* self, const void** chunk) noexcept;

  ByteSource& source_;
  std::unique_ptr<archive, decltype(archive_read_free)*> archive_;
  std::array<std::byte, std::size_t{64} * 1024> buffer_;
  std::size_t filled_ = 0;
  std::uint64_t given_ = 0;
  std::exception_ptr failure_;
};

}  // namespace waybill
