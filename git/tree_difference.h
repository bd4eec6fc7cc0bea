#pragma once
// What a commit would change, for people who look before they publish. For the .cpp files of this room.
#include <string>
#include <vector>

#include "git/libgit2.h"
#include "git/publication.h"

namespace waybill::git {

struct TreeDifference {
  std::vector<ChangedFile> files;  // in the order of paths
  std::string patch;               // git's unified diff; files that are no text are only named
};

// `before` may be null: an empty tree.
[[nodiscard]] TreeDifference compare(git_repository& repository, const git_tree* before, const git_oid& after);

}  // namespace waybill::git
