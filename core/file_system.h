#pragma once
// Files and folders on disk, written beside their final name and renamed, so that nothing half-written is ever seen.
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/file_tree.h"
#include "core/stream.h"
#include "core/unique_fd.h"

namespace waybill {

inline constexpr std::uint64_t kLargestTextFile = 64ULL << 20;  // recipes, values, keys: anything larger is a mistake

// Throws NotFound, Denied, or InvalidInput when it is a folder or larger than `limit`.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::uint64_t limit = kLargestTextFile);

enum class Overwrite : bool { No, Yes };
// Writes beside, syncs, renames. With Overwrite::No an existing file is Conflict and stays as it is. A link is
// replaced, never followed; a device, pipe or socket that stands there is Conflict. `mode` is the permission bits
// before the user's mask (0600 for keys).
void write_file(const std::filesystem::path& path, std::string_view bytes, Overwrite overwrite, unsigned mode = 0666);
// To a name that a user typed for a result, and to no other: a device or pipe is written to as it is, a link keeps
// leading to what it leads to, everything else is replaced as write_file() does.
void write_output(const std::filesystem::path& path, std::string_view bytes);

// Where a path lies: "." for a bare name.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

// Gives a file that has reached the disk its final name in the same folder, and sees to it that the name does. With
// Overwrite::No a name that is taken is Conflict.
void publish_file(const std::filesystem::path& temporary, const std::filesystem::path& path, Overwrite overwrite);

// A file that exists under its final name only after commit(); its temporary name begins with ".waybill-" and lies in
// the same folder. Destroyed without commit, nothing is left. A device, pipe or socket of that name is Conflict.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path, unsigned mode = 0666);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();
  [[nodiscard]] ByteSink& sink() noexcept { return sink_; }
  void commit(Overwrite overwrite);

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  FdSink sink_;
  bool committed_ = false;
};

// A private folder (0700) below `parent` (default: TMPDIR or /tmp), removed with everything in it.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::filesystem::path& parent = {});
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// A file without a name in `folder` (default: TMPDIR or /tmp), open for reading and writing; gone when it is closed,
// however this process ends.
[[nodiscard]] UniqueFd unnamed_temporary_file(const std::filesystem::path& folder = {});

// Reads a folder as a tree. Links, sockets and other special files: InvalidInput, naming them. `limit` bounds the sum
// of all sizes.
[[nodiscard]] FileTree read_folder(const std::filesystem::path& folder, std::uint64_t limit = 1ULL << 30);

// Writes the tree as a folder: into a temporary folder beside it, then exchanged with what is there (renameat2
// RENAME_EXCHANGE), so a reader sees the old tree or the new one; where the file system cannot exchange, as NFS, the
// old one is moved away a moment before, to a name that begins with ".waybill-". Not synced file by file: such a folder
// can be made again. With Overwrite::No the folder must be missing or empty (Conflict). Folders above it are made. A
// link to a folder stays and its target is written; "." and ".." are refused.
void write_folder(const std::filesystem::path& folder, const FileTree& tree, Overwrite overwrite);

}  // namespace waybill
