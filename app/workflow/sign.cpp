#include "app/workflow/sign.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "app/workflow/bundle_source.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/signature_files.h"
#include "app/workflow/trust_choice.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

using Keys = std::vector<signing::PrivateKey>;

std::vector<std::string> write_signatures(const std::string& base, const std::string& message, const Keys& keys,
                                          bool force) {
  const SignatureMaker maker{[&](const std::string& bytes, const signing::PublicKey& key) {
                               return signing::verify_message_bundle(bytes, std::array{key}, message).passed;
                             },
                             [&](const signing::PrivateKey& key) { return signing::sign_message(key, message); }};
  return write_signature_files(base, keys, maker, force);
}

SignResult sign_folder(const fs::path& folder, const SignRequest& request, const Keys& keys) {
  const FileTree tree = read_folder(folder);
  require_intact(tree, fmt::format("'{}'", folder.string()));
  fs::create_directories(folder / kAttestationFolder);
  SignResult result{request.target, bundle_digest(layer_tree(tree)).to_string(), {}, {}, {}};
  const std::string base =
      (folder / kChecksumsSignature.substr(0, kChecksumsSignature.size() - kSignatureSuffix.size()));
  result.signature_files = write_signatures(base, tree.at(RelPath::parse(kChecksumsFile)).bytes, keys, request.force);
  return result;
}

SignResult sign_file(const fs::path& file, const SignRequest& request, const Keys& keys) {
  const std::string bytes = read_file(file);
  SignResult result{request.target, sha256(bytes).to_string(), {}, {}, {}};
  result.signature_files = write_signatures(file.string(), bytes, keys, request.force);
  return result;
}

// So that what is pulled and unpacked can be verified by the same keys.
void attach_checksums(oci::Store& store, const oci::Descriptor& artifact, const Keys& keys, std::int64_t epoch) {
  const oci::FetchedManifest fetched = oci::require_manifest(store, artifact.digest);
  if (oci::is_index_type(fetched.descriptor.media_type)) return;
  const oci::ImageManifest manifest = oci::parse_image_manifest(fetched.bytes, fetched.descriptor.media_type);
  if (manifest.artifact_type != oci::media_type::kBundle) return;
  const FileTree tree = oci::unpack_tree(store, artifact).tree;
  require_intact(tree, artifact.digest.to_string());
  for (const signing::PrivateKey& key : keys)
    ArtifactSigner(store, artifact, key, epoch).attach_checksums(tree.at(RelPath::parse(kChecksumsFile)).bytes);
}

SignResult sign_artifact(const oci::Target& target, const SignRequest& request, const Keys& keys,
                         const Services& services) {
  const std::map<std::string, std::string> annotations = parse_annotations(request.annotations);
  const std::unique_ptr<oci::Store> store = open_store(target, MissingLayout::Refuse, request.connection, services);
  const oci::Descriptor top = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
  const std::string tag = oci::tag_of(target).value_or(oci::digest_tag(top.digest));
  const std::string identity = request.sign_identity.empty() ? docker_reference(target, tag) : request.sign_identity;
  SignResult result{request.target, top.digest.to_string(), {}, {}, {}};
  const std::int64_t epoch = services.artifact_epoch();
  store->begin_batch();
  attach_checksums(*store, top, keys, epoch);
  for (const oci::Descriptor& manifest : manifests_to_sign(*store, top)) {
    for (const signing::PrivateKey& key : keys) {
      ArtifactSigner signer(*store, manifest, key, epoch, request.replace ? ReplaceOlder::Yes : ReplaceOlder::No);
      // The tag first: it is exchanged at once, so a replaced signature is never missing in both forms.
      SignatureRecord in_tag = signer.sign_as_tag(identity, annotations);
      result.signatures.push_back(signer.sign_as_bundle(annotations));
      result.signatures.push_back(std::move(in_tag));
    }
  }
  store->end_batch();
  return result;
}

}  // namespace

std::vector<oci::Descriptor> manifests_to_sign(oci::StoreReader& store, const oci::Descriptor& top) {
  constexpr std::size_t kMostManifests = 1000;
  std::vector<oci::Descriptor> found{top};
  for (std::size_t i = 0; i < found.size(); ++i) {
    require_sha256(found[i]);
    const oci::FetchedManifest fetched = oci::require_manifest(store, found[i].digest);
    for (const oci::Descriptor& child : oci::links_of(fetched.bytes, fetched.descriptor.media_type).manifests) {
      // The index's own signature is about what it names and does not have, too.
      if (!store.resolve(child.digest)) continue;
      if (std::none_of(found.begin(), found.end(),
                       [&](const oci::Descriptor& known) { return known.digest == child.digest; }))
        found.push_back(child);
    }
    if (found.size() > kMostManifests)
      throw Error(ErrorCode::InvalidInput, fmt::format("the index names more than {} manifests", kMostManifests));
  }
  return found;
}

std::string docker_reference(const oci::Target& target, const std::string& tag) {
  const auto* registry = std::get_if<oci::RegistryTarget>(&target);
  return registry == nullptr ? "localhost/waybill/bundle:" + tag : registry->reference.name() + ":" + tag;
}

SignResult sign(const SignRequest& request, const Services& services) {
  if (request.keys.empty())
    throw Error(ErrorCode::InvalidInput, "no key to sign with")
        .hint("name one with --key; 'waybill keygen' makes a pair");
  const oci::Target target = oci::parse_target(request.target);
  const auto* path = std::get_if<oci::PathTarget>(&target);
  if (path != nullptr && (!request.annotations.empty() || request.replace)) {
    throw Error(ErrorCode::InvalidInput, "--annotation and --replace are for artifacts")
        .hint("the signature of a file says nothing but that; what was signed is replaced by --force");
  }
  const Keys keys = open_private_keys(request.keys, request.password_file, services);
  SignResult result;
  if (path == nullptr) {
    result = sign_artifact(target, request, keys, services);
  } else {
    result =
        fs::is_directory(path->path) ? sign_folder(path->path, request, keys) : sign_file(path->path, request, keys);
  }
  for (const signing::PrivateKey& key : keys) result.key_ids.push_back(key.public_key().id());
  return result;
}

Value to_value(const SignResult& result) {
  Value signatures = Value::list();
  for (const SignatureRecord& record : result.signatures) {
    signatures.push_back(
        Value::map({{"form", record.form}, {"digest", record.digest.to_string()}, {"keyId", record.key_id}}));
  }
  Value value = Value::map({{"target", result.target},
                            {"digest", result.digest},
                            {"keyId", result.key_ids.front()},
                            {"signatures", std::move(signatures)}});
  if (!result.signature_files.empty()) value.set("file", result.signature_files.front());
  if (result.key_ids.size() == 1) return value;
  Value ids = Value::list();
  for (const std::string& id : result.key_ids) ids.push_back(id);
  value.set("keyIds", std::move(ids));
  Value files = Value::list();
  for (const std::string& file : result.signature_files) files.push_back(file);
  if (!result.signature_files.empty()) value.set("files", std::move(files));
  return value;
}

}  // namespace waybill
