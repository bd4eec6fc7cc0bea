#pragma once
// The tip's tree with exactly our files replaced, or a refusal: nothing that is not ours is ever overwritten.
// For the .cpp files of this room.
#include <optional>
#include <set>
#include <string>

#include "core/file_tree.h"
#include "git/objects.h"

namespace waybill::git {

// What we own, as paths from the top of the repository.
struct TreeUpdate {
  FileTree files;           // wanted from now on
  std::set<RelPath> owned;  // ours until now: those that are not wanted vanish
};

// Writes the new tree and returns its id. A path of `owned` that is no regular file any more is not ours any more: it
// stays. Throws Conflict, naming the path: a file that is not owned is in the way and differs; a link, submodule or
// foreign file stands where a folder is needed; a folder with other content stands where a file is needed.
[[nodiscard]] git_oid apply(Objects& objects, const git_tree* base, const TreeUpdate& update);

// What a tree holds at a path.
struct TreeEntry {
  git_oid id;
  git_filemode_t mode;
  bool operator==(const TreeEntry& other) const;
};
[[nodiscard]] std::optional<TreeEntry> entry_at(const git_tree* tree, const RelPath& path);

// The first path of ours that `theirs` holds otherwise than `before` did, unless it is what we want to write: the sign
// that somebody else published the same files in the meantime.
[[nodiscard]] std::optional<RelPath> contested_path(const git_tree* before, const git_tree* theirs,
                                                    const git_tree* wanted, const std::set<RelPath>& ours);

}  // namespace waybill::git
