#include "app/cli/git_options.h"

#include <fmt/core.h>

namespace waybill::cli {
namespace {

std::string_view state_of(const git::Publication& publication) {
  if (!publication.changed) return "unchanged";
  return publication.pushed ? "pushed" : "not pushed";
}

std::string_view state_of(const git::PullRequest& request) {
  switch (request.state) {
    case git::PullRequestState::Opened:
      return "opened";
    case git::PullRequestState::Updated:
      return "updated";
    case git::PullRequestState::Unchanged:
      break;
  }
  return "unchanged";
}

char mark_of(git::FileChange change) {
  return change == git::FileChange::Added ? 'A' : change == git::FileChange::Removed ? 'D' : 'M';
}

}  // namespace

void add_git_options(Command& command, CommitOptions& options) {
  command.option("--repo", &options.repository, "URL", "git repository to commit to: https, ssh or a folder");
  command.option("--branch", &options.branch, "NAME", "branch that deploys (default: the remote's HEAD, else main)");
  command.option("--path", &options.path, "PATH",
                 "folder in the repository that holds bundle/, root.yaml and the lock file");
  command.option("--author", &options.author, "AUTHOR",
                 "\"Name <mail>\"; default: GIT_AUTHOR_*, then git's configuration");
  command.option("--date", &options.date, "DATE", "the commit's date; default: SOURCE_DATE_EPOCH, else now");
  command.option("--sign-commit", &options.sign, "",
                 "sign the commit as git's configuration says: gpg.format, user.signingKey, gpg.program");
  command.option("--branch-per-change", &options.branch_per_change, "",
                 "push a branch of the change's own, and open or update its pull request");
  command.option("--forge", &options.forge, "KIND", "what takes the pull request (default: by the host)").choices = {
      "github", "gitlab", "gitea"};
  command.option("--forge-url", &options.forge_url, "URL",
                 "front page of the forge, when it is not https://HOST of the repository");
  command.option("--ssh-key", &options.ssh_key, "FILE", "private key for ssh (default: the agent and ssh's own files)");
  command.option("--known-hosts", &options.known_hosts, "FILE",
                 "host keys for ssh (default: ssh's own files); no other host is accepted");
}

std::string report(const BundleIdentity& bundle) {
  return fmt::format("recipe       {}\nbundle       {} ({} files)\n", bundle.recipe_digest, bundle.digest.to_string(),
                     bundle.files);
}

std::string report(const CommittedBundle& committed) {
  const git::Publication& publication = committed.publication;
  std::string text = fmt::format(
      "repository   {}\nbranch       {}{}{}\ncommit       {}, {}\n", publication.repository, publication.branch,
      publication.branch == publication.base ? "" : ", for " + publication.base,
      publication.path.empty() ? "" : ", below " + publication.path, publication.commit, state_of(publication));
  if (committed.pull_request) {
    text += fmt::format("pull request {} ({}), {}\n", committed.pull_request->url, committed.pull_request->number,
                        state_of(*committed.pull_request));
  }
  return text;
}

std::string report_changes(const CommittedBundle& committed) {
  const git::Publication& publication = committed.publication;
  if (publication.files.empty()) return {};
  std::string text = "\n";
  for (const git::ChangedFile& file : publication.files)
    text += fmt::format("{} {}\n", mark_of(file.change), file.path);
  return text + "\n" + publication.patch;
}

}  // namespace waybill::cli
