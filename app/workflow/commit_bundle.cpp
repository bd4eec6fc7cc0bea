#include "app/workflow/commit_bundle.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "app/workflow/deployer.h"
#include "app/workflow/pending_change.h"
#include "app/workflow/version.h"
#include "core/error.h"
#include "core/http/client.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "git/commit_signer.h"
#include "git/identity.h"
#include "git/remote_address.h"

namespace waybill {
namespace {

constexpr std::string_view kBundleFolder = "bundle";
constexpr std::string_view kRootFile = "root.yaml";

// The address as a deployer reads it.
std::string deployer_url(const std::string& repository) {
  const git::RemoteAddress address = git::RemoteAddress::parse(repository);
  if (!address.is_folder()) return address.text();
  return "file://" + std::filesystem::weakly_canonical(address.path()).string();
}

std::string lock_document(const FileTree& files, const Bundle& bundle, const Digest& bundle_digest) {
  Value owned = Value::list();
  for (const auto& [path, file] : files.files()) owned.push_back(path.text());
  owned.push_back(kLockFile);
  return json::write_pretty(Value::map({{"version", 1},
                                        {"recipe", bundle.info.recipe_digest},
                                        {"bundle", bundle_digest.to_string()},
                                        {"files", std::move(owned)}}));
}

// The lock file of the tip: as untrusted as anybody who may push there.
std::vector<RelPath> read_owned_files(std::string_view bytes) {
  const Value lock = json::parse(bytes, kLockFile);
  const Value* files = lock.find("files");
  if (files == nullptr || !files->is_list())
    throw Error(ErrorCode::InvalidInput, fmt::format("{} has no list 'files'", kLockFile));
  std::vector<RelPath> owned;
  for (const Value& file : files->items()) {
    if (!file.is_string())
      throw Error(ErrorCode::InvalidInput, fmt::format("{}: 'files' holds something that is no path", kLockFile));
    owned.push_back(RelPath::parse(file.as_string()));
  }
  return owned;
}

std::string subject_of(const Bundle& bundle) {
  std::string target;
  for (const Dimension dimension : kDimensions) {
    if (!bundle.info.criteria.is_any(dimension))
      target += (target.empty() ? "" : "/") + bundle.info.criteria.get(dimension);
  }
  return fmt::format("Roll out {} from catalogue {}", target.empty() ? "the base recipe" : target,
                     bundle.info.catalogue.version);
}

// What reviewers read; the same for the same bundle, so that repeating a change edits nothing.
git::PullRequestText text_of(const git::Publication& publication, const Bundle& bundle, const Digest& bundle_digest) {
  return {.head = publication.branch,
          .base = publication.base,
          .title = subject_of(bundle) + (publication.path.empty() ? "" : fmt::format(" to {}", publication.path)),
          .body = fmt::format("This change replaces the bundle{} as a whole; nothing else is touched.\n\n"
                              "- Bundle: `{}`\n- Recipe: `{}`\n- Catalogue: {}\n",
                              publication.path.empty() ? "" : fmt::format(" below `{}`", publication.path),
                              bundle_digest.to_string(), bundle.info.recipe_digest, bundle.info.catalogue.version)};
}

// Where the pull request will be made; known, with a token, before anything is pushed.
class Forge {
 public:
  Forge(const CommitOptions& options, const std::string& ca_file, git::CredentialProvider& credentials,
        const Services& services)
      : credentials_(credentials), ca_file_(ca_file) {
    if (!options.branch_per_change) {
      if (options.forge.empty() && options.forge_url.empty()) return;
      throw Error(ErrorCode::InvalidInput, "a forge is named, but no pull request is asked for")
          .hint("add --branch-per-change, or leave --forge and --forge-url out");
    }
    place_ = git::find_forge(git::RemoteAddress::parse(options.repository), options.forge, options.forge_url);
    if (!place_) {
      services.reporter.warning(
          "it is not known what forge this repository lies on (see --forge): the branch is pushed, and a pull request "
          "is left to you");
    } else if (!options.dry_run) {
      git::require_forge_token(*place_, credentials_);
    }
  }

  [[nodiscard]] std::optional<git::PullRequest> propose(const git::PullRequestText& text) const {
    if (!place_) return std::nullopt;
    const auto client =
        http::make_client({.tls = {.ca_files = ca_file_.empty() ? std::vector<std::string>() : std::vector{ca_file_},
                                   .client_certificate = {},
                                   .client_key = {},
                                   .verify = true},
                           .user_agent = "waybill"});
    return git::open_or_update(*place_, text, {.client = *client, .credentials = credentials_, .sleep = {}});
  }

 private:
  git::CredentialProvider& credentials_;
  std::string ca_file_;
  std::optional<git::ForgePlace> place_;
};

std::string_view name_of(git::FileChange change) {
  return change == git::FileChange::Added ? "added" : change == git::FileChange::Removed ? "removed" : "changed";
}

std::string_view name_of(git::PullRequestState state) {
  return state == git::PullRequestState::Opened    ? "opened"
         : state == git::PullRequestState::Updated ? "updated"
                                                   : "unchanged";
}

}  // namespace

std::string change_branch(const std::string& path, const Digest& bundle_digest) {
  std::string place = path;
  std::ranges::replace_if(
      place,
      [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '/'; }, '-');
  if (place != path) place += "-" + sha256(path).hex().substr(0, 6);
  return fmt::format("waybill/{}{}{}", place, place.empty() ? "" : "/", bundle_digest.hex().substr(0, 12));
}

CommittedBundle commit_bundle(const Bundle& bundle, const Digest& bundle_digest, const CommitOptions& options,
                              const std::string& ca_file, const Services& services) {
  const git::Lookup environment = [&services](std::string_view name) {
    return services.environment(std::string(name));
  };
  const git::Lookup configuration = git::git_configuration(environment);
  const std::unique_ptr<git::CredentialProvider> credentials = git::default_credentials(environment);
  const std::filesystem::path cache = services.cache_folder();
  git::PublicationServices publication_services;
  publication_services.cache_folder = cache / "git";
  publication_services.credentials = credentials.get();
  publication_services.ca_file = ca_file;
  publication_services.ssh_key = options.ssh_key;
  publication_services.known_hosts = options.known_hosts;
  publication_services.reporter = &services.reporter;

  git::PublicationRequest request;
  request.repository = options.repository;
  request.branch = options.branch;
  if (options.branch_per_change) request.change_branch = change_branch(options.path, bundle_digest);
  request.path = options.path;
  request.files.add_tree(kBundleFolder, bundle.tree);
  const std::string url = deployer_url(options.repository);
  const bool reads_place = can_read(bundle.info.deployer, url);
  if (!reads_place) {
    services.reporter.warning(fmt::format(
        "'{}' cannot read {}: no {} is written; 'waybill bootstrap' writes it for the address that serves this "
        "repository",
        bundle.info.deployer, url, kRootFile));
  }
  // The root follows the branch, whose name the remote may have to tell.
  request.complete_files = [&](const std::string& branch, FileTree& files) {
    const Place place{
        .repo_url = url,
        .path = options.path.empty() ? std::string(kBundleFolder) : options.path + "/" + std::string(kBundleFolder),
        .revision = branch,
        .bundle_digest = bundle_digest.to_string()};
    if (reads_place) {
      if (std::string root = root_document(bundle.info.deployer, bundle.tree, place); !root.empty())
        files.add(RelPath::parse(kRootFile), std::move(root));
    }
    std::string lock = lock_document(files, bundle, bundle_digest);
    files.add(RelPath::parse(kLockFile), std::move(lock));
  };
  request.lock_file = kLockFile;
  request.read_owned_files = read_owned_files;
  request.message = subject_of(bundle);
  request.trailers = {{"Waybill-Recipe", bundle.info.recipe_digest}, {"Waybill-Bundle", bundle_digest.to_string()}};
  request.push = options.dry_run ? git::Push::No : git::Push::Yes;

  const PendingChange pending(cache / "pending",
                              fmt::format("{}\n{}\n{}\n{}\n{}", url, options.branch, request.change_branch,
                                          options.path, bundle_digest.to_string()),
                              services.now());
  const git::Identities identities = git::resolve_identities(
      {.author = options.author, .date = options.date, .now = pending.time()}, environment, configuration);
  request.author = identities.author;
  request.committer = identities.committer;
  if (options.sign) request.sign = git::make_commit_signer(identities.committer, configuration, environment);
  const Forge forge(options, ca_file, *credentials, services);
  if (environment("GIT_SSH_COMMAND") &&
      git::RemoteAddress::parse(options.repository).transport() == git::Transport::Ssh) {
    services.reporter.warning(
        "GIT_SSH_COMMAND is not used, as it could turn off the check of host keys; there are --ssh-key, --known-hosts "
        "and ~/.ssh/config");
  }

  if (!options.dry_run) pending.remember();
  CommittedBundle committed{.publication = git::publish(request, publication_services), .pull_request = {}};
  const git::Publication& publication = committed.publication;
  const std::string where = fmt::format("{} of {}", publication.branch, publication.repository);
  services.reporter.info(!publication.changed ? fmt::format("nothing to commit: {} holds this bundle already", where)
                         : options.dry_run    ? fmt::format("would commit to {}", where)
                                              : fmt::format("committed {} to {}", publication.commit, where));
  if (options.dry_run) return committed;
  pending.forget();
  if (publication.branch != publication.base) {
    committed.pull_request = with_context(
        [&] {
          return fmt::format("the branch '{}' is pushed and stays; run the same command again for the pull request",
                             publication.branch);
        },
        [&] { return forge.propose(text_of(publication, bundle, bundle_digest)); });
  }
  return committed;
}

Value to_value(const CommittedBundle& committed) {
  const git::Publication& publication = committed.publication;
  Value value = Value::map({{"repository", publication.repository},
                            {"branch", publication.branch},
                            {"path", publication.path},
                            {"commit", publication.commit},
                            {"changed", publication.changed},
                            {"pushed", publication.pushed}});
  if (publication.branch != publication.base) value.set("base", publication.base);
  if (committed.pull_request) {
    value.set("pullRequest", Value::map({{"number", committed.pull_request->number},
                                         {"url", committed.pull_request->url},
                                         {"state", name_of(committed.pull_request->state)}}));
  }
  if (!publication.files.empty()) {
    Value changes = Value::list();
    for (const git::ChangedFile& file : publication.files)
      changes.push_back(Value::map({{"path", file.path}, {"change", name_of(file.change)}}));
    value.set("changes", std::move(changes));
  }
  return value;
}

}  // namespace waybill
