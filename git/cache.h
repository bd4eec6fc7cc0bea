#pragma once
// A bare repository that keeps what was fetched from one server address, so that the next time only news are fetched
// (libgit2 1.5 cannot fetch a part of the history). Worth nothing: thrown away whenever it is damaged or has grown too
// many packs. For the .cpp files of this room.
#include <filesystem>
#include <memory>
#include <string>

#include "core/unique_fd.h"
#include "git/lock_file.h"
#include "git/objects.h"

namespace waybill::git {

class Cache {
 public:
  // Below `folder`, named for the address. Locked against other processes until this object dies; waits for them, at
  // most ten minutes (Unavailable). Throws Interrupted.
  Cache(const std::filesystem::path& folder, const std::string& address, const Sleep& sleep);

  [[nodiscard]] Objects& objects() noexcept { return *objects_; }
  [[nodiscard]] git_repository& repository() noexcept { return *repository_; }
  // Empty again.
  void clear();

  // The commit that was fetched for a branch last; all of its history is here.
  [[nodiscard]] bool holds(const std::string& branch, const git_oid& commit) const;
  void remember(const std::string& branch, const git_oid& commit);

 private:
  void open();

  std::filesystem::path path_;
  UniqueFd lock_;
  Owned<git_repository> repository_;
  std::unique_ptr<Objects> objects_;
};

}  // namespace waybill::git
