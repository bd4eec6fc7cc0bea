#pragma once
// New objects of a repository: kept in memory until they are wanted on disk, then written as one pack. So a commit of a
// hundred files costs two synced files instead of a hundred, and what is refused leaves nothing behind. For the .cpp
// files of this room.
#include <string>
#include <string_view>
#include <vector>

#include "git/libgit2.h"
#include "git/signature.h"

namespace waybill::git {

struct CommitContent {
  git_oid tree;
  std::vector<git_oid> parents;
  Signature author;
  Signature committer;
  std::string message;
};

class Objects {
 public:
  // Must be the only one of its repository, which must live longer.
  explicit Objects(git_repository& repository);

  [[nodiscard]] git_repository& repository() const noexcept { return repository_; }

  [[nodiscard]] git_oid write_blob(std::string_view bytes);
  // Of everything that `builder` holds.
  [[nodiscard]] git_oid write_tree(git_treebuilder& builder);
  // The bytes of a commit object, as they are signed.
  [[nodiscard]] std::string commit_bytes(const CommitContent& content) const;
  // `signature` may be empty.
  [[nodiscard]] git_oid write_commit(const std::string& bytes, const std::string& signature);

  // Writes what the repository does not have yet; a crash before the end leaves at most an unused file. Without new
  // objects nothing happens.
  void flush();

 private:
  void remember(const git_oid& id);
  [[nodiscard]] std::string objects_folder() const;

  git_repository& repository_;
  Owned<git_odb> all_;   // the repository's, with the memory in front
  Owned<git_odb> disk_;  // what was there before
  std::vector<git_oid> fresh_;
};

// Readers; what the repository lacks or cannot decode is Unclassified: a damaged repository.
[[nodiscard]] Owned<git_tree> tree_of_commit(git_repository& repository, const git_oid& commit);
[[nodiscard]] Owned<git_tree> read_tree(git_repository& repository, const git_oid& id);
// Throws InvalidInput, naming `name`, when it is larger than `limit`.
[[nodiscard]] std::string read_blob(git_repository& repository, const git_oid& id, std::size_t limit,
                                    std::string_view name);

}  // namespace waybill::git
