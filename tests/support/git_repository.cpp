#include "tests/support/git_repository.h"

#include <fstream>
#include <stdexcept>

#include "core/file_system.h"

namespace fs = std::filesystem;

namespace waybill::testing {

std::map<std::string, std::string> isolated_git_environment() {
  return {{"GIT_CONFIG_GLOBAL", "/dev/null"}, {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_AUTHOR_NAME", "Other"},       {"GIT_AUTHOR_EMAIL", "other@example.org"},
          {"GIT_COMMITTER_NAME", "Other"},    {"GIT_COMMITTER_EMAIL", "other@example.org"},
          {"GIT_TERMINAL_PROMPT", "0"}};
}

ProcessResult GitRepository::try_git(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {"git", "-C", folder_.string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, {.input = {}, .folder = {}, .environment = isolated_git_environment()});
}

std::string GitRepository::git(const std::vector<std::string>& arguments) const {
  ProcessResult result = try_git(arguments);
  if (result.exit_status != 0) throw std::runtime_error("git " + arguments.at(0) + ": " + result.err);
  while (result.out.ends_with('\n')) result.out.pop_back();
  return result.out;
}

GitRepository GitRepository::create_bare(const fs::path& folder) {
  fs::create_directories(folder);
  GitRepository result(folder);
  result.git({"init", "-q", "--bare", "--initial-branch=main", "."});
  return result;
}

GitRepository GitRepository::create_with_work_tree(const fs::path& folder) {
  fs::create_directories(folder);
  GitRepository result(folder);
  result.git({"init", "-q", "--initial-branch=main", "."});
  result.git({"commit", "-q", "--allow-empty", "-m", "start"});
  return result;
}

void GitRepository::commit_file(const std::string& path, const std::string& bytes, const std::string& branch) const {
  const TemporaryFolder folder;
  const GitRepository clone(folder.path());
  clone.git({"init", "-q", "--initial-branch=" + branch, "."});
  if (clone.try_git({"pull", "-q", folder_.string(), branch}).exit_status != 0)
    clone.git({"commit", "-q", "--allow-empty", "-m", "start"});
  fs::create_directories((folder.path() / path).parent_path());
  std::ofstream(folder.path() / path, std::ios::binary) << bytes;
  clone.git({"add", "-A"});
  clone.git({"commit", "-q", "-m", "add " + path});
  clone.git({"push", "-q", folder_.string(), "HEAD:refs/heads/" + branch});
}

void GitRepository::add_hook(const std::string& name, const std::string& script) const {
  const fs::path hook = folder_ / "hooks" / name;
  fs::create_directories(hook.parent_path());
  std::ofstream(hook) << "#!/bin/sh\n" << script << "\n";
  fs::permissions(hook, fs::perms::owner_all);
}

std::string GitRepository::complaints() const {
  const ProcessResult result = try_git({"fsck", "--strict", "--no-dangling", "--no-progress"});
  return result.exit_status == 0 ? result.out + result.err : "failed: " + result.out + result.err;
}

std::string GitRepository::listing(const std::string& revision) const {
  return git({"ls-tree", "-r", "--format=%(objectmode) %(path)", revision});
}

}  // namespace waybill::testing
