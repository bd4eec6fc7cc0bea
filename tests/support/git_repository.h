#pragma once
// Repositories of the git program for tests: made, asked and judged by it, away from the user's configuration.
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace waybill::testing {

class GitRepository {
 public:
  // `git init --bare` in a new folder, with "main" as the branch of HEAD.
  [[nodiscard]] static GitRepository create_bare(const std::filesystem::path& folder);
  // `git init` with a work tree and one commit on "main".
  [[nodiscard]] static GitRepository create_with_work_tree(const std::filesystem::path& folder);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  // Standard output without the line feeds at its end; throws std::runtime_error with git's words when it fails.
  std::string git(const std::vector<std::string>& arguments) const;
  [[nodiscard]] ProcessResult try_git(const std::vector<std::string>& arguments) const;

  // Adds a commit with one more file on top of `branch`, through a temporary clone.
  void commit_file(const std::string& path, const std::string& bytes, const std::string& branch = "main") const;
  // An executable hook with this shell script.
  void add_hook(const std::string& name, const std::string& script) const;
  // The answer of `git fsck --strict`; empty: nothing to complain about.
  [[nodiscard]] std::string complaints() const;
  // The paths of a commit's tree, one a line with mode, as `git ls-tree -r` lists them.
  [[nodiscard]] std::string listing(const std::string& revision = "main") const;

 private:
  explicit GitRepository(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path folder_;
};

// What keeps git away from the configuration of whoever runs the tests.
[[nodiscard]] std::map<std::string, std::string> isolated_git_environment();

}  // namespace waybill::testing
