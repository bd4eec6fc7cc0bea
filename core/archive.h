#pragma once
// Deterministic tar, and reading tar from untrusted hands. libarchive, opened on first use, does the formats.
//
// Written: entries in byte order of the path, folders before their content with a trailing '/', mtime 0, uid and gid 0, no
// names, files 0644 or 0755, folders 0755, pax restricted (plain ustar bytes where every name fits), two zero blocks at the end
// (docs/formats, "Layer"). Equal trees give equal bytes on every machine.
#include <cstdint>

#include "core/file_tree.h"
#include "core/stream.h"

namespace waybill {

struct TarLimits {
  std::uint64_t entries = 100'000;
  std::uint64_t bytes = 1ULL << 30;  // sum of the contents: what Argo CD extracts by default
  std::uint64_t path_length = 1024;
};

void write_tar(const FileTree& tree, ByteSink& sink);

// gzip at level 9 with no time stamp and no name (RFC 1952), so equal input gives equal bytes for one zlib version.
class GzipSink final : public ByteSink {
 public:
  explicit GzipSink(ByteSink& next);
  ~GzipSink() override;
  using ByteSink::write;
  void write(Bytes bytes) override;
  // Must be called once at the end.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads a tar, plain or compressed with gzip or zstd (told by its first bytes). Throws InvalidInput for absolute paths, "..",
// links, devices, duplicate paths and anything over the limits; trailing data after the end marker is refused unless it is zeros.
[[nodiscard]] FileTree read_tar(ByteSource& source, const TarLimits& limits = {});

}  // namespace waybill
