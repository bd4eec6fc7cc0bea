#pragma once
// A deterministic tar, written entry by entry (docs/decisions/0014): mtime 0, uid and gid 0, no names, files 0644 or
// 0755, folders 0755 and before what lies in them with a trailing '/', ustar, with a pax record only for what ustar
// cannot hold (a path longer than its fields or not ASCII, a file of 8 GiB or more), two zero blocks at the end
// (docs/formats.md, "Layer"). Nothing is kept in memory.
//
//   TarWriter tar(sink);
//   tar.add_file("blobs/sha256/…", Executable::No, size, source);
//   tar.finish();
#include <cstdint>
#include <string>
#include <string_view>

#include "core/file_tree.h"
#include "core/stream.h"

namespace waybill {

class TarWriter {
 public:
  // Does not own `sink`.
  explicit TarWriter(ByteSink& sink) noexcept : sink_(sink) {}
  // Paths are clean and relative and come in byte order, so that each folder is written once. Exactly `size` bytes are
  // taken from `content`; Untrusted when it ends before or has more, which leaves a tar that must not be used.
  void add_file(std::string_view path, Executable executable, std::uint64_t size, ByteSource& content);
  void add_file(std::string_view path, Executable executable, std::string_view bytes);
  // The same in three steps, for content that does not come from a source: exactly `size` bytes are written to the sink
  // in between.
  void begin_file(std::string_view path, Executable executable, std::uint64_t size);
  void end_file(std::uint64_t size) { write_padding(size); }
  // Once, at the end; does not end the sink.
  void finish();

 private:
  void write_new_folders(std::string_view path);
  void write_header(std::string_view path, char type, unsigned mode, std::uint64_t size);
  void write_padding(std::uint64_t size);

  ByteSink& sink_;
  std::string previous_;
};

}  // namespace waybill
