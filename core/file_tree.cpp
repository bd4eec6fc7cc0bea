#include "core/file_tree.h"

#include <fmt/core.h>

#include "core/error.h"

namespace waybill {

void FileTree::refuse_collision(const RelPath& path) const {
  std::string_view folder = path.parent();
  while (!folder.empty()) {
    const RelPath ancestor = RelPath::parse(folder);
    if (files_.contains(ancestor)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lies below '{}', which is a file", path.text(), folder));
    }
    folder = ancestor.parent().empty() ? std::string_view{} : folder.substr(0, ancestor.parent().size());
  }
  const auto next = files_.lower_bound(RelPath::parse(path.text() + "/!"));
  if (next != files_.end() && next->first.is_within(path) && next->first != path) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a folder: '{}' lies below it", path.text(), next->first.text()));
  }
}

void FileTree::add(const RelPath& path, std::string bytes, Executable executable) {
  if (files_.contains(path)) throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is in the tree already", path.text()));
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
