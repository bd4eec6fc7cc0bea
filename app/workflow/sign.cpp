#include "app/workflow/sign.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/workflow/bundle_source.h"
#include "app/workflow/pack_bundle.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/manifest.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

// Writes the signature beside what it signs, unless one by this key is there.
void write_signature(const fs::path& path, std::string_view message, const signing::PrivateKey& key, bool force) {
  const std::array keys{key.public_key()};
  const bool present = fs::exists(fs::symlink_status(path));
  // The folder may be a stranger's: reading a pipe would never end.
  if (present && !fs::is_regular_file(path))
    throw Error(ErrorCode::Conflict, fmt::format("'{}' is there already and is no regular file", path.string()));
  if (present && signing::verify_message_bundle(read_file(path, signing::kLargestBundle), keys, message).passed) return;
  if (present && !force) {
    throw Error(ErrorCode::Conflict, fmt::format("'{}' holds another signature", path.string()))
        .hint("--force replaces it");
  }
  write_file(path, signing::sign_message(key, message), Overwrite::Yes, 0644);
}

SignResult sign_folder(const fs::path& folder, const SignRequest& request, const signing::PrivateKey& key) {
  const FileTree tree = read_folder(folder);
  require_intact(tree, fmt::format("'{}'", folder.string()));
  fs::create_directories(folder / kAttestationFolder);
  const fs::path signature = folder / kChecksumsSignature;
  write_signature(signature, tree.at(RelPath::parse(kChecksumsFile)).bytes, key, request.force);
  return {request.target, bundle_digest(layer_tree(tree)).to_string(), signature.string(), {}, key.public_key().id()};
}

SignResult sign_file(const fs::path& file, const SignRequest& request, const signing::PrivateKey& key) {
  const std::string bytes = read_file(file);
  const fs::path signature = file.string() + ".sigstore.json";
  write_signature(signature, bytes, key, request.force);
  return {request.target, sha256(bytes).to_string(), signature.string(), {}, key.public_key().id()};
}

// An index and all that it names: a reader may look at either (spec: oci-and-signing 0).
std::vector<oci::Descriptor> manifests_to_sign(oci::StoreReader& store, const oci::Descriptor& top) {
  constexpr std::size_t kMostManifests = 1000;
  std::vector<oci::Descriptor> found{top};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const oci::FetchedManifest fetched = oci::require_manifest(store, found[i].digest);
    for (const oci::Descriptor& child : oci::links_of(fetched.bytes, fetched.descriptor.media_type).manifests) {
      if (std::none_of(found.begin(), found.end(),
                       [&](const oci::Descriptor& known) { return known.digest == child.digest; }))
        found.push_back(child);
    }
    if (found.size() > kMostManifests)
      throw Error(ErrorCode::InvalidInput, fmt::format("the index names more than {} manifests", kMostManifests));
  }
  return found;
}

SignResult sign_artifact(const oci::Target& target, const SignRequest& request, const signing::PrivateKey& key,
                         const Services& services) {
  const std::unique_ptr<oci::Store> store = open_store(target, MissingLayout::Refuse, request.connection, services);
  const oci::Descriptor top = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
  const std::string tag = oci::tag_of(target).value_or(oci::digest_tag(top.digest));
  const std::string identity = request.sign_identity.empty() ? docker_reference(target, tag) : request.sign_identity;
  SignResult result{request.target, top.digest.to_string(), {}, {}, key.public_key().id()};
  store->begin_batch();
  for (const oci::Descriptor& manifest : manifests_to_sign(*store, top)) {
    ArtifactSigner signer(*store, manifest, key, services.artifact_epoch());
    result.signatures.push_back(signer.sign_as_bundle());
    result.signatures.push_back(signer.sign_as_tag(identity));
  }
  store->end_batch();
  return result;
}

}  // namespace

std::string docker_reference(const oci::Target& target, const std::string& tag) {
  const auto* registry = std::get_if<oci::RegistryTarget>(&target);
  return registry == nullptr ? "localhost/waybill/bundle:" + tag : registry->reference.name() + ":" + tag;
}

SignResult sign(const SignRequest& request, const Services& services) {
  if (request.key.key.empty())
    throw Error(ErrorCode::InvalidInput, "no key to sign with")
        .hint("name one with --key; 'waybill keygen' makes a pair");
  const oci::Target target = oci::parse_target(request.target);
  const signing::PrivateKey key = open_private_key(request.key, services);
  if (const auto* path = std::get_if<oci::PathTarget>(&target)) {
    return fs::is_directory(path->path) ? sign_folder(path->path, request, key) : sign_file(path->path, request, key);
  }
  return sign_artifact(target, request, key, services);
}

Value to_value(const SignResult& result) {
  Value signatures = Value::list();
  for (const SignatureRecord& record : result.signatures) {
    signatures.push_back(
        Value::map({{"form", record.form}, {"digest", record.digest.to_string()}, {"keyId", record.key_id}}));
  }
  Value value = Value::map({{"target", result.target},
                            {"digest", result.digest},
                            {"keyId", result.key_id},
                            {"signatures", std::move(signatures)}});
  if (!result.signature_file.empty()) value.set("file", result.signature_file);
  return value;
}

}  // namespace waybill
