#pragma once
// Where the files of an uncompressed tar from untrusted hands lie in it, so that each can be read by itself. libarchive
// reads entry by entry and does not say where a content begins, hence a reader of our own; it takes ustar, pax, GNU's
// long names and the old format.
#include <cstdint>
#include <map>
#include <string>

#include "core/random_access_file.h"

namespace waybill {

struct TarEntry {
  std::uint64_t offset = 0;  // of the content, in the file
  std::uint64_t size = 0;
};

struct TarIndex {
  std::map<std::string, TarEntry, std::less<>> files;     // by clean relative path, without a leading "./"
  std::map<std::string, std::string, std::less<>> links;  // symbolic and hard: what they lead to, as such a path
};

struct TarIndexLimits {
  std::uint64_t entries = 100'000;
};

// Reads every header once and no content. Throws InvalidInput, naming the file, for a wrong checksum, a path or link
// that is absolute or leads out of the archive, two entries of one path, sparse files, devices and pipes, contents that
// reach beyond the end, a missing end marker, data behind it, and anything over the limits.
[[nodiscard]] TarIndex read_tar_index(const RandomAccessFile& file, const TarIndexLimits& limits = {});

}  // namespace waybill
