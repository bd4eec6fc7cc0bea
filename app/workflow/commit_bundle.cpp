#include "app/workflow/commit_bundle.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/pending_change.h"
#include "app/workflow/version.h"
#include "argocd/root.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "git/identity.h"
#include "git/remote_address.h"

namespace waybill {
namespace {

constexpr std::string_view kBundleFolder = "bundle";
constexpr std::string_view kRootFile = "root.yaml";

// The address as Argo CD reads it.
std::string argocd_url(const std::string& repository) {
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

}  // namespace

git::Publication commit_bundle(const Bundle& bundle, const Digest& bundle_digest, const CommitOptions& options,
                               const Services& services) {
  const git::Lookup environment = [&services](std::string_view name) {
    return services.environment(std::string(name));
  };
  const std::unique_ptr<git::CredentialProvider> credentials = git::default_credentials(environment);
  const std::filesystem::path cache = services.cache_folder();
  git::PublicationServices publication_services;
  publication_services.cache_folder = cache / "git";
  publication_services.credentials = credentials.get();
  publication_services.ca_file = options.ca_file;
  publication_services.reporter = &services.reporter;

  git::PublicationRequest request;
  request.repository = options.repository;
  request.branch = options.branch;
  request.path = options.path;
  request.files.add_tree(kBundleFolder, bundle.tree);
  const std::string url = argocd_url(options.repository);
  // The root follows the branch, whose name the remote may have to tell.
  request.complete_files = [&](const std::string& branch, FileTree& files) {
    const argocd::Place place{
        .repo_url = url,
        .path = options.path.empty() ? std::string(kBundleFolder) : options.path + "/" + std::string(kBundleFolder),
        .revision = branch,
        .bundle_digest = bundle_digest.to_string()};
    files.add(RelPath::parse(kRootFile), argocd::root_document(bundle.tree, place));
    std::string lock = lock_document(files, bundle, bundle_digest);
    files.add(RelPath::parse(kLockFile), std::move(lock));
  };
  request.lock_file = kLockFile;
  request.read_owned_files = read_owned_files;
  request.message = subject_of(bundle);
  request.trailers = {{"Waybill-Recipe", bundle.info.recipe_digest}, {"Waybill-Bundle", bundle_digest.to_string()}};
  request.push = options.dry_run ? git::Push::No : git::Push::Yes;

  const PendingChange pending(
      cache / "pending", fmt::format("{}\n{}\n{}\n{}", url, options.branch, options.path, bundle_digest.to_string()),
      services.now());
  const git::Identities identities =
      git::resolve_identities({.author = options.author, .date = options.date, .now = pending.time()}, environment,
                              git::git_configuration(environment));
  request.author = identities.author;
  request.committer = identities.committer;
  if (!options.dry_run) pending.remember();
  git::Publication publication = git::publish(request, publication_services);
  if (!options.dry_run) pending.forget();
  return publication;
}

}  // namespace waybill
