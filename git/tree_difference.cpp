#include "git/tree_difference.h"

#include "git/objects.h"

namespace waybill::git {

TreeDifference compare(git_repository& repository, const git_tree* before, const git_oid& after) {
  const Library& git = library();
  const Owned<git_tree> tree = read_tree(repository, after);
  git_diff_options options;
  check(git.git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION), "cannot compare two trees");
  Owned<git_diff> diff;
  // libgit2 asks for trees that may be changed, and changes none.
  check(git.git_diff_tree_to_tree(Out(diff), &repository, const_cast<git_tree*>(before), tree.get(), &options),
        "cannot compare two trees");
  TreeDifference result;
  for (std::size_t i = 0; i < git.git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta& delta = *git.git_diff_get_delta(diff.get(), i);
    const FileChange change = delta.status == GIT_DELTA_ADDED     ? FileChange::Added
                              : delta.status == GIT_DELTA_DELETED ? FileChange::Removed
                                                                  : FileChange::Changed;
    result.files.push_back({.path = delta.new_file.path, .change = change});
  }
  Buffer patch;
  check(git.git_diff_to_buf(patch.out(), diff.get(), GIT_DIFF_FORMAT_PATCH), "cannot write a difference");
  result.patch = patch.text();
  return result;
}

}  // namespace waybill::git
