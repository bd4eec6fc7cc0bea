#include "core/file_tree.h"

#include <fmt/core.h>

#include "core/error.h"

namespace waybill {

void FileTree::refuse_collision(const RelPath& path) const {
  const std::string_view text = path.text();
  for (std::size_t slash = text.find('/'); slash != std::string_view::npos; slash = text.find('/', slash + 1)) {
    const std::string_view folder = text.substr(0, slash);
    if (files_.contains(folder)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lies below '{}', which is a file", text, folder));
    }
  }
  const auto below = files_.lower_bound(path.text() + '/');
  if (below != files_.end() && below->first.is_within(path)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is a folder: '{}' lies below it", text, below->first.text()));
  }
}

void FileTree::add(const RelPath& path, std::string bytes, Executable executable) {
  if (files_.contains(path))
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is in the tree already", path.text()));
  set(path, std::move(bytes), executable);
}

void FileTree::add_tree(std::string_view prefix, const FileTree& other) {
  for (const auto& [path, file] : other.files()) {
    const RelPath target = prefix.empty() ? path : RelPath::parse(prefix) / path.text();
    add(target, file.bytes, file.executable);
  }
}

void FileTree::set(const RelPath& path, std::string bytes, Executable executable) {
  refuse_collision(path);
  files_.insert_or_assign(path, TreeFile{std::move(bytes), executable});
}

const TreeFile& FileTree::at(const RelPath& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) throw Error(ErrorCode::NotFound, fmt::format("no '{}' in the tree", path.text()));
  return found->second;
}

}  // namespace waybill
