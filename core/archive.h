#pragma once
// Deterministic tar, and reading tar from untrusted hands.
//
// Written (by our own hand, docs/decisions/0014): entries in byte order of the path, folders before their content with
// a trailing
// '/', mtime 0, uid and gid 0, no names, files 0644 or 0755, folders 0755, ustar, with a pax record only for a path
// that ustar cannot hold (longer than its fields, or not ASCII), two zero blocks at the end (docs/formats.md, "Layer").
// Equal trees give equal bytes on every machine.
//
// Read with libarchive, opened on first use: ustar, pax, GNU and old tar.
#include <cstdint>

#include "core/file_tree.h"
#include "core/gzip.h"  // layers are tar and gzip together
#include "core/stream.h"

namespace waybill {

struct TarLimits {
  std::uint64_t entries = 100'000;
  std::uint64_t bytes = 1ULL << 30;  // sum of the contents: what Argo CD extracts by default
  std::uint64_t path_length = 1024;
};

void write_tar(const FileTree& tree, ByteSink& sink);

// Reads a tar, plain or compressed with gzip or zstd (told by its first bytes). A leading "./" is taken off, as GNU tar
// writes it for "tar -C folder .". Throws InvalidInput for absolute paths, "..", links, devices, duplicate paths,
// damaged or truncated archives and anything over the limits; data after the end marker is refused unless it is zeros.
// Folders without files in them are dropped.
[[nodiscard]] FileTree read_tar(ByteSource& source, const TarLimits& limits = {});

}  // namespace waybill
