#pragma once
// Moves a branch of a repository in a folder, so that not even a killed process leaves it locked. git's own protocol is
// kept (REF.lock is made, the old value is compared, REF.lock is renamed), but REF.lock is a second name of a file that
// was written and locked (flock) before: a REF.lock with two names that nobody has locked belongs to a process of ours
// that died, and is taken away by the next. git's own locks have one name and are never touched.
// For the .cpp files of this room.
#include <optional>
#include <string>

#include "git/libgit2.h"

namespace waybill::git {

enum class Moved : bool { No, Yes };

// From `before` (nothing: it does not exist) to `after`, synced. No: it is elsewhere by now, or somebody is moving it.
// Throws Conflict when a branch of a shorter or longer path is in the way, Denied, NoSpace.
[[nodiscard]] Moved move_branch(git_repository& repository, const std::string& reference,
                                const std::optional<git_oid>& before, const git_oid& after);

}  // namespace waybill::git
