#pragma once
// Repositories in a folder whose hooks must be asked: libgit2 runs none, so git itself pushes there.
// For the .cpp files of this room.
#include <filesystem>
#include <memory>
#include <string>

#include "core/file_system.h"
#include "git/objects.h"
#include "git/target.h"

namespace waybill::git {

// Whether git would run a hook of this repository when something is pushed into it.
[[nodiscard]] bool has_push_hooks(git_repository& repository);

// An empty repository in a temporary folder that borrows all objects of another one: commits are made here, so that the
// other one sees nothing of them before its hooks agreed.
class Scratch {
 public:
  explicit Scratch(git_repository& lender);
  [[nodiscard]] git_repository& repository() noexcept { return *repository_; }
  // `git push` to `folder`; nullopt when it succeeded. Throws Unavailable when git is not installed.
  struct Refusal {
    std::string words;
  };
  [[nodiscard]] std::optional<Refusal> push(const std::filesystem::path& folder, const git_oid& commit,
                                            const std::string& branch) const;

 private:
  TemporaryFolder folder_;
  Owned<git_repository> repository_;
};

}  // namespace waybill::git
