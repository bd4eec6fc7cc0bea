#include "git/tree_update.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace waybill::git {
namespace {

struct Write {
  const TreeFile* file;
  bool owned;
};

// The update, sorted into folders.
struct Folder {
  std::map<std::string, Folder, std::less<>> folders;
  std::map<std::string, Write, std::less<>> writes;
  std::set<std::string, std::less<>> removals;

  [[nodiscard]] bool has_writes() const {
    return !writes.empty() || std::ranges::any_of(folders, [](const auto& item) { return item.second.has_writes(); });
  }
};

Folder& folder_for(Folder& top, std::string_view path) {
  Folder* folder = &top;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    folder = &folder->folders[std::string(path.substr(0, end))];
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return *folder;
}

Folder sorted_into_folders(const TreeUpdate& update) {
  Folder top;
  for (const auto& [path, file] : update.files.files()) {
    folder_for(top, path.parent()).writes.insert({std::string(path.file_name()), {&file, update.owned.contains(path)}});
  }
  for (const RelPath& path : update.owned) {
    if (!update.files.contains(path)) folder_for(top, path.parent()).removals.emplace(path.file_name());
  }
  return top;
}

bool is_regular(git_filemode_t mode) { return mode == GIT_FILEMODE_BLOB || mode == GIT_FILEMODE_BLOB_EXECUTABLE; }

std::string_view kind_of(git_filemode_t mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
      return "folder";
    case GIT_FILEMODE_LINK:
      return "symbolic link";
    case GIT_FILEMODE_COMMIT:
      return "submodule";
    case GIT_FILEMODE_UNREADABLE:
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      break;
  }
  return "file";
}

class Applier {
 public:
  explicit Applier(Objects& objects) : objects_(objects), git_(library()) {}

  // The tree of one folder, or nothing if no entry is left. Vanished files first, then folders, then files: so a file
  // of ours can become a folder of ours and the other way round.
  std::optional<git_oid> folder(const Folder& changes, const git_tree* base, const std::string& at) {
    Owned<git_treebuilder> builder;
    check(git_.git_treebuilder_new(Out(builder), &objects_.repository(), base), "cannot make a git tree");
    for (const std::string& name : changes.removals) {
      const git_tree_entry* entry = git_.git_treebuilder_get(builder.get(), name.c_str());
      if (entry != nullptr && is_regular(git_.git_tree_entry_filemode(entry))) remove(*builder, name);
    }
    for (const auto& [name, inner] : changes.folders) subfolder(*builder, inner, name, at);
    for (const auto& [name, write] : changes.writes) file(*builder, write, name, at);
    if (git_.git_treebuilder_entrycount(builder.get()) == 0) return std::nullopt;
    return objects_.write_tree(*builder);
  }

  git_oid empty_tree() {
    Owned<git_treebuilder> builder;
    check(git_.git_treebuilder_new(Out(builder), &objects_.repository(), nullptr), "cannot make a git tree");
    return objects_.write_tree(*builder);
  }

 private:
  void subfolder(git_treebuilder& builder, const Folder& inner, const std::string& name, const std::string& at) {
    const git_tree_entry* entry = git_.git_treebuilder_get(&builder, name.c_str());
    Owned<git_tree> below;
    if (entry != nullptr && git_.git_tree_entry_filemode(entry) == GIT_FILEMODE_TREE) {
      below = read_tree(objects_.repository(), *git_.git_tree_entry_id(entry));
    } else if (!inner.has_writes()) {
      return;  // only things to remove, in a folder that is no folder any more
    } else if (entry != nullptr) {
      throw Error(ErrorCode::Conflict, fmt::format("'{}{}' is a {} in the repository, but a folder is needed there", at,
                                                   name, kind_of(git_.git_tree_entry_filemode(entry))));
    }
    const std::optional<git_oid> id = folder(inner, below.get(), at + name + "/");
    if (id) {
      insert(builder, name, *id, GIT_FILEMODE_TREE);
    } else {
      remove(builder, name);
    }
  }

  void file(git_treebuilder& builder, const Write& write, const std::string& name, const std::string& at) {
    const git_oid id = objects_.write_blob(write.file->bytes);
    const git_filemode_t mode =
        write.file->executable == Executable::Yes ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
    if (const git_tree_entry* entry = git_.git_treebuilder_get(&builder, name.c_str()); entry != nullptr) {
      const git_filemode_t present = git_.git_tree_entry_filemode(entry);
      if (present == mode && same(*git_.git_tree_entry_id(entry), id)) return;
      if (!is_regular(present)) {
        throw Error(ErrorCode::Conflict,
                    fmt::format("'{}{}' is a {} in the repository, but a file is to be written there", at, name,
                                kind_of(present)));
      }
      if (!write.owned) {
        throw Error(ErrorCode::Conflict,
                    fmt::format("'{}{}' is in the repository already, differs and is not ours", at, name))
            .hint("publish below another --path, or remove the file by a commit of your own");
      }
    }
    insert(builder, name, id, mode);
  }

  void insert(git_treebuilder& builder, const std::string& name, const git_oid& id, git_filemode_t mode) {
    check(git_.git_treebuilder_insert(nullptr, &builder, name.c_str(), &id, mode),
          fmt::format("cannot put '{}' into a git tree", name));
  }

  void remove(git_treebuilder& builder, const std::string& name) {
    if (git_.git_treebuilder_get(&builder, name.c_str()) == nullptr) return;
    check(git_.git_treebuilder_remove(&builder, name.c_str()), fmt::format("cannot take '{}' out of a git tree", name));
  }

  Objects& objects_;
  const Library& git_;
};

}  // namespace

git_oid apply(Objects& objects, const git_tree* base, const TreeUpdate& update) {
  Applier applier(objects);
  const std::optional<git_oid> id = applier.folder(sorted_into_folders(update), base, "");
  return id ? *id : applier.empty_tree();
}

bool TreeEntry::operator==(const TreeEntry& other) const { return mode == other.mode && same(id, other.id); }

std::optional<TreeEntry> entry_at(const git_tree* tree, const RelPath& path) {
  if (tree == nullptr) return std::nullopt;
  const Library& git = library();
  Owned<git_tree_entry> entry;
  const int result = git.git_tree_entry_bypath(Out(entry), tree, path.text().c_str());
  if (result == GIT_ENOTFOUND) return std::nullopt;
  check(result, fmt::format("cannot look for '{}'", path.text()));
  return TreeEntry{.id = *git.git_tree_entry_id(entry.get()), .mode = git.git_tree_entry_filemode(entry.get())};
}

std::optional<RelPath> contested_path(const git_tree* before, const git_tree* theirs, const git_tree* wanted,
                                      const std::set<RelPath>& ours) {
  for (const RelPath& path : ours) {
    const auto now = entry_at(theirs, path);
    if (now != entry_at(before, path) && now != entry_at(wanted, path)) return path;
  }
  return std::nullopt;
}

}  // namespace waybill::git
