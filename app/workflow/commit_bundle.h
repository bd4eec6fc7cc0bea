#pragma once
// A bundle into a site's git: bundle/ (exactly its tree), root.yaml (the objects that start the rollout from this
// place, where the deployer has any) and .waybill.lock.json (what we own) below a path of a branch, as one commit.
#include <optional>
#include <string>

#include "app/workflow/services.h"
#include "core/digest.h"
#include "core/value.h"
#include "generator/bundle.h"
#include "git/forge.h"
#include "git/publication.h"

namespace waybill {

inline constexpr std::string_view kLockFile = ".waybill.lock.json";

struct CommitOptions {
  std::string repository;   // URL or folder
  std::string branch;       // that deploys; empty: the remote's HEAD, else main
  std::string path;         // empty: the top
  std::string author;       // "Name <mail>"; empty: git's own ways
  std::string date;         // empty: SOURCE_DATE_EPOCH, else now, fixed once per change
  std::string ssh_key;      // empty: what ssh finds
  std::string known_hosts;  // empty: ssh's own files
  bool sign = false;        // with the key that git's configuration names
  // Push a branch of the change's own and open a pull request for it, or update the open one.
  bool branch_per_change = false;
  std::string forge;      // github, gitlab, gitea; empty: by the host
  std::string forge_url;  // its front page; empty: the repository's host
  bool dry_run = false;
};

struct CommittedBundle {
  git::Publication publication;
  // Nothing without branch_per_change, in a dry run, when the branch that deploys holds the bundle already, and when no
  // forge is known for the host.
  std::optional<git::PullRequest> pull_request;
};

// "waybill/<path>/<first 12 hexadecimal digits of the bundle's digest>", with '-' for what a branch name should not
// hold.
[[nodiscard]] std::string change_branch(const std::string& path, const Digest& bundle_digest);

// Throws what git::publish and git::open_or_update throw. `bundle_digest` is the diffID of the tree; `ca_file` holds
// certificates that are trusted besides the system's, for git servers and forges.
[[nodiscard]] CommittedBundle commit_bundle(const Bundle& bundle, const Digest& bundle_digest,
                                            const CommitOptions& options, const std::string& ca_file,
                                            const Services& services);

// The member "git" of results (cli.md), with "base" and "pullRequest" for a change that is reviewed, and "changes" for
// a dry run.
[[nodiscard]] Value to_value(const CommittedBundle& committed);

}  // namespace waybill
