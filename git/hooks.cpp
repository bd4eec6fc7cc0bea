#include "git/hooks.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "git/failure.h"
#include "git/program.h"

namespace fs = std::filesystem;

namespace waybill::git {
namespace {

constexpr std::chrono::minutes kHookTimeout{10};

// core.hooksPath, relative to the repository, or its hooks folder.
fs::path hooks_folder(git_repository& repository) {
  const Library& git = library();
  const fs::path common = git.git_repository_commondir(&repository);
  Owned<git_config> config;
  check(git.git_repository_config_snapshot(Out(config), &repository),
        "cannot read the configuration of the repository");
  Buffer configured;
  const int result = git.git_config_get_path(configured.out(), config.get(), "core.hooksPath");
  if (result == GIT_ENOTFOUND) return common / "hooks";
  check(result, "cannot read the configuration of the repository");
  return common / configured.text();
}

// The words of the status line that `git push --porcelain` prints for our branch: "!\tFROM:TO\t[rejected] (fetch
// first)".
std::string status_words(std::string_view out) {
  const std::size_t start = out.find("!\t");
  if (start == std::string_view::npos) return {};
  const std::string_view line = out.substr(start, out.find('\n', start) - start);
  const std::size_t words = line.rfind('\t');
  return clean_line(line.substr(words + 1));
}

}  // namespace

bool has_push_hooks(git_repository& repository) {
  constexpr std::array kHooks = {"pre-receive",     "update",      "proc-receive",
                                 "post-receive",    "post-update", "reference-transaction",
                                 "push-to-checkout"};
  const fs::path folder = hooks_folder(repository);
  return std::ranges::any_of(kHooks, [&](const char* name) { return ::access((folder / name).c_str(), X_OK) == 0; });
}

Scratch::Scratch(git_repository& lender) {
  const Library& git = library();
  check(git.git_repository_init(Out(repository_), folder_.path().c_str(), 1), "cannot make a temporary git repository");
  const std::string objects = std::string(git.git_repository_commondir(&lender)) + "objects";
  if (objects.find('\n') != std::string::npos)
    throw Error(ErrorCode::InvalidInput, "the folder of the repository has a line feed in its name");
  write_file(folder_.path() / "objects/info/alternates", objects + "\n", Overwrite::Yes);
}

std::optional<Scratch::Refusal> Scratch::push(const fs::path& folder, const git_oid& commit,
                                              const std::string& branch) const {
  const auto result = run_program(
      {.argv = {"git", "--git-dir=" + folder_.path().string(), "push", "--porcelain", "--no-verify", "--",
                fs::absolute(folder).string(), fmt::format("{}:{}{}", to_hex(commit), kBranchPrefix, branch)},
       .timeout = kHookTimeout});
  if (!result) {
    throw Error(
        ErrorCode::Unavailable,
        fmt::format("'{}' has hooks, and the git program that would run them is not installed", folder.string()))
        .hint("install git");
  }
  if (result->exit_status == 0) return std::nullopt;
  return Refusal{clean_line(fmt::format("{} {}", status_words(result->out.view()), result->err))};
}

}  // namespace waybill::git
