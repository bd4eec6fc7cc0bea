#include "app/workflow/transfer.h"

#include <fmt/core.h>

#include "app/workflow/artifact_signer.h"
#include "app/workflow/bundle_source.h"
#include "app/workflow/keys.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/verify.h"
#include "core/error.h"
#include "core/file_system.h"
#include "generator/bundle.h"
#include "oci/copy.h"
#include "signing/verify.h"

namespace waybill {
namespace {

oci::ForceTag force_of(bool force) noexcept { return force ? oci::ForceTag::Yes : oci::ForceTag::No; }

bool changed(const oci::CopyCounts& counts) noexcept {
  return counts.blobs_pushed + counts.manifests_pushed + counts.tags_set != 0;
}

TransferResult push_folder(const oci::PathTarget& folder, const oci::Target& target, const PushRequest& request,
                           const Services& services) {
  const FileTree tree = read_folder(folder.path);
  require_intact(tree, fmt::format("'{}'", request.source));
  const BundleInfo info = read_bundle_info(tree);
  const oci::Packed packed = pack_bundle(layer_tree(tree), info, services.artifact_epoch());
  const std::string tag = oci::tag_of(target).value_or(default_tag(info));
  const std::unique_ptr<oci::Store> store = open_store(target, StoreUse::Write, request.connection, services);
  const auto held = store->resolve(tag);
  if (held && held->digest != packed.manifest.digest && !request.force_tag)
    throw oci::tag_conflict(store->name(), tag, held->digest, packed.manifest.digest);
  const oci::Pushed pushed = oci::push(*store, packed);
  if (const RelPath signature = RelPath::parse(kChecksumsSignature); tree.contains(signature)) {
    attach_checksums_signature(*store, packed.manifest, tree.at(RelPath::parse(kChecksumsFile)).bytes,
                               tree.at(signature).bytes, services.artifact_epoch());
  }
  store->tag(packed.manifest, tag, force_of(request.force_tag));
  const bool is_new = pushed == oci::Pushed::Transferred || !held || held->digest != packed.manifest.digest;
  return {
      request.source, request.target, packed.manifest.digest.to_string(), tag, packed.diff_id.to_string(), tree.size(),
      is_new,         false};
}

TransferResult copy_artifact(oci::Store& from, const oci::Target& source, const oci::Descriptor& artifact,
                             const oci::Target& target, bool force, const ConnectionOptions& connection,
                             const Services& services) {
  const std::optional<std::string> tag = oci::tag_of(target) ? oci::tag_of(target) : oci::tag_of(source);
  if (!tag)
    throw Error(ErrorCode::InvalidInput, "neither the source nor the target names a tag")
        .hint("write the target as …:TAG");
  const std::unique_ptr<oci::Store> to = open_store(target, StoreUse::Write, connection, services);
  const oci::CopyCounts counts =
      oci::copy_tagged(from, *to, artifact, *tag, force_of(force), {.reporter = &services.reporter});
  return {
      oci::to_string(source), oci::to_string(target), artifact.digest.to_string(), *tag, {}, 0, changed(counts), false};
}

// Some signature of the list of files, so that the folder can be verified where it lies.
void add_checksums_signature(FileTree& tree, oci::StoreReader& store, const Digest& artifact,
                             const std::vector<signing::PublicKey>& keys) {
  const RelPath checksums = RelPath::parse(kChecksumsFile);
  if (!tree.contains(checksums)) return;
  const std::vector<std::string> signatures = find_checksums_signatures(store, artifact, tree.at(checksums).bytes);
  for (const std::string& signature : signatures) {
    if (keys.empty() || signing::verify_message_bundle(signature, keys, tree.at(checksums).bytes).passed) {
      tree.set(RelPath::parse(kChecksumsSignature), signature);
      return;
    }
  }
}

}  // namespace

TransferResult push(const PushRequest& request, const Services& services) {
  const oci::Target source = oci::parse_target(request.source);
  const oci::Target target = oci::parse_target(request.target);
  if (const auto* folder = std::get_if<oci::PathTarget>(&source))
    return push_folder(*folder, target, request, services);
  const std::unique_ptr<oci::Store> from = open_store(source, StoreUse::Read, request.connection, services);
  const oci::Descriptor artifact = oci::resolve(*from, oci::tag_of(source), oci::digest_of(source));
  return copy_artifact(*from, source, artifact, target, request.force_tag, request.connection, services);
}

TransferResult pull(const PullRequest& request, const Services& services) {
  const oci::Target source = oci::parse_target(request.source);
  const oci::Target target = oci::parse_target(request.output);
  const std::vector<signing::PublicKey> keys = open_public_keys(request.keys, request.password_file, services);
  const std::unique_ptr<oci::Store> from = open_store(source, StoreUse::Read, request.connection, services);
  const oci::Descriptor artifact = oci::resolve(*from, oci::tag_of(source), oci::digest_of(source));
  if (!keys.empty()) {
    with_context([&] { return fmt::format("nothing of '{}' was written", request.source); },
                 [&] { verify_artifact(*from, artifact, keys).report.throw_unless_trusted(); });
  }
  TransferResult result;
  if (const auto* folder = std::get_if<oci::PathTarget>(&target)) {
    oci::Unpacked unpacked = oci::unpack_tree(*from, artifact);
    require_intact(unpacked.tree, fmt::format("'{}'", request.source));
    result = {request.source,
              request.output,
              artifact.digest.to_string(),
              {},
              unpacked.diff_id.to_string(),
              unpacked.tree.size(),
              true,
              false};
    add_checksums_signature(unpacked.tree, *from, artifact.digest, keys);
    write_folder(folder->path, unpacked.tree, request.force ? Overwrite::Yes : Overwrite::No);
  } else {
    result = copy_artifact(*from, source, artifact, target, request.force, request.connection, services);
  }
  result.verified = !keys.empty();
  return result;
}

Value to_value(const TransferResult& result) {
  Value value = Value::map({{"source", result.source},
                            {"target", result.target},
                            {"digest", result.digest},
                            {"changed", result.changed},
                            {"verified", result.verified}});
  if (!result.tag.empty()) value.set("tag", result.tag);
  if (!result.bundle_digest.empty())
    value.set("bundle", Value::map({{"digest", result.bundle_digest}, {"files", std::uint64_t{result.files}}}));
  return value;
}

}  // namespace waybill
