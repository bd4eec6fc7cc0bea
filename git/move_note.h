#pragma once
// The note that somebody is moving a branch of a repository in a folder. git locks a branch by a file beside it,
// "main.lock", which does not say whose it is; left by a killed process, it stops everybody who comes after. So the
// move is noted first, in a file of the repository that its writer holds and removes in the end: a note that nobody
// holds is a dead process's, and the lock that it tells of is removed. For the .cpp files of this room.
//
// Invariants
//   - of the processes that move branches of one repository by this class, one is between constructor and destructor
//   - a lock is removed only when a dead process's note names its branch, and the lock holds what that process wrote
#include <filesystem>
#include <string>

#include "core/unique_fd.h"
#include "git/libgit2.h"
#include "git/lock_file.h"

namespace waybill::git {

inline constexpr const char* kMoveNoteFile = "waybill-move";  // in the repository; "REFERENCE COMMIT\n"

class MoveNote {
 public:
  // Waits for the moves of others as lock_file() does, and cleans up after those that were killed.
  MoveNote(git_repository& repository, const Sleep& sleep);
  MoveNote(const MoveNote&) = delete;
  MoveNote& operator=(const MoveNote&) = delete;
  ~MoveNote();
  // From now on `reference` ("refs/heads/main") may be locked, to become `commit`.
  void announce(const std::string& reference, const git_oid& commit) const;

 private:
  std::filesystem::path path_;
  UniqueFd fd_;
};

// Cleans up after a move that was killed, if there is one.
void clean_up_killed_move(git_repository& repository, const Sleep& sleep);

}  // namespace waybill::git
