#pragma once
// The tar behind an archive target, open at any place: as it lies there, or unpacked into a file without a name.
#include <filesystem>

#include "core/random_access_file.h"
#include "core/tar_index.h"

namespace waybill::oci {

struct ArchiveFile {
  RandomAccessFile file;
  TarIndex index;

  // The content of a file that the index has, a link followed; nullptr when there is none. InvalidInput for links in a
  // circle.
  [[nodiscard]] const TarEntry* find(const std::string& path) const;
  // A whole file in memory. NotFound without it, InvalidInput when it is larger than `limit`.
  [[nodiscard]] std::string text(const std::string& path, std::uint64_t limit) const;
};

// A compressed tar (gzip, zstd), or one that comes through a pipe, is unpacked into TMPDIR first, to at most 1 GiB and
// 200 times what was read, so that a small file cannot fill the disk. Throws NotFound, Denied, InvalidInput, NoSpace.
[[nodiscard]] ArchiveFile open_archive_file(const std::filesystem::path& path);

}  // namespace waybill::oci
