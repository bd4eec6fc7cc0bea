#pragma once
// A folder as a value: relative paths to contents. Of a file's mode only the executable bit counts, so git, tar and
// umask agree. The order is the byte order of the paths; no path is a folder of another.
#include <map>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "core/rel_path.h"

namespace waybill {

enum class Executable : bool { No, Yes };

struct TreeFile {
  std::string bytes;
  Executable executable = Executable::No;
  auto operator<=>(const TreeFile&) const = default;
};

class FileTree {
 public:
  // Byte order of the paths; a text can be looked up without making a path of it.
  struct PathOrder {
    using is_transparent = void;
    static std::string_view text(const RelPath& path) noexcept { return path.text(); }
    static std::string_view text(std::string_view path) noexcept { return path; }
    bool operator()(const auto& a, const auto& b) const noexcept { return text(a) < text(b); }
  };
  using Files = std::map<RelPath, TreeFile, PathOrder>;

  // Throws InvalidInput if the path is there already, or is a folder of another path, or lies below a file.
  void add(const RelPath& path, std::string bytes, Executable executable = Executable::No);
  // The same for all files of another tree, below `prefix` (empty: at the top).
  void add_tree(std::string_view prefix, const FileTree& other);
  // Replaces or adds; throws as add does when a file and a folder collide.
  void set(const RelPath& path, std::string bytes, Executable executable = Executable::No);

  [[nodiscard]] const Files& files() const noexcept { return files_; }
  [[nodiscard]] bool contains(const RelPath& path) const noexcept { return files_.contains(path); }
  // Throws NotFound.
  [[nodiscard]] const TreeFile& at(const RelPath& path) const;
  [[nodiscard]] bool empty() const noexcept { return files_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return files_.size(); }
  bool operator==(const FileTree&) const = default;

 private:
  void refuse_collision(const RelPath& path) const;
  Files files_;
};

}  // namespace waybill
