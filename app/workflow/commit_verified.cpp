#include "app/workflow/commit_verified.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/pack_bundle.h"
#include "core/error.h"
#include "core/file_system.h"
#include "oci/pack.h"

namespace waybill {
namespace {

struct BundleFiles {
  FileTree tree;  // without attestation/
  std::vector<Signer> signers;
  std::optional<Epoch> epoch;
};
using VerifiedBundle = signing::Verified<BundleFiles>;

VerifiedBundle verified_folder(const std::string& folder, const Trust& trust) {
  if (std::filesystem::is_regular_file(folder))
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no folder", folder))
        .hint("a bundle is a folder, oci-layout:FOLDER:TAG or oci://REGISTRY/REPOSITORY:TAG");
  const FileTree tree = read_folder(folder);
  const Verification verification = verify_files(tree, trust);
  return {{layer_tree(tree), verification.signers, verification.epoch}, verification.report};
}

VerifiedBundle verified_artifact(const oci::Target& target, const CommitRequest& request, const Trust& trust,
                                 const Services& services) {
  const std::unique_ptr<oci::StoreReader> store = open_source(target, request.connection, services);
  const oci::Descriptor artifact = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
  const Verification verification = verify_artifact(*store, artifact, repository_of(target), trust);
  verification.report.throw_unless_trusted();
  // By the digest that was verified, so that a tag which moves meanwhile changes nothing.
  return {{oci::unpack_tree(*store, artifact).tree, verification.signers, verification.epoch}, verification.report};
}

}  // namespace

CommitResult commit(const CommitRequest& request, const Services& services) {
  if (request.git.repository.empty())
    throw Error(ErrorCode::InvalidInput, "no git repository to commit to").hint("name it with --repo URL");
  Trust trust = open_trust(request.trust, services);
  const oci::Target target = oci::parse_target(request.bundle);
  const BundleFiles verified =
      with_context([&] { return fmt::format("nothing of '{}' was committed", request.bundle); },
                   [&] {
                     const auto* folder = std::get_if<oci::PathTarget>(&target);
                     return folder != nullptr ? verified_folder(folder->path, trust)
                                              : verified_artifact(target, request, trust, services);
                   })
          .take();
  const Bundle bundle{verified.tree, read_bundle_info(verified.tree)};
  const Digest digest = bundle_digest(bundle.tree);
  CommitResult result{{bundle.info.recipe_digest, digest, bundle.tree.size()},
                      verified.signers,
                      commit_bundle(bundle, digest, request.git, request.connection.ca_file, services)};
  if (!request.git.dry_run) remember_epoch(trust, verified.epoch);
  return result;
}

Value to_value(const CommitResult& result) {
  Value signers = Value::list();
  for (const Signer& signer : result.signers)
    signers.push_back(Value::map({{"keyId", signer.key_id}, {"form", signer.form}}));
  Value value = to_value(result.bundle);
  value.set("git", to_value(result.git));
  value.set("signers", std::move(signers));
  return value;
}

}  // namespace waybill
