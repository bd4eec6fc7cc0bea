#include "app/workflow/artifact_source.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/artifact_signer.h"
#include "app/workflow/bundle_source.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/signature_files.h"
#include "core/error.h"
#include "generator/bundle.h"
#include "oci/layout.h"
#include "oci/reference.h"

namespace waybill {
namespace {

// Of the first key and of further ones (app/workflow/signature_files.h).
bool is_checksums_signature(std::string_view path) {
  const std::string_view base = kChecksumsSignature.substr(0, kChecksumsSignature.size() - kSignatureSuffix.size());
  return path.starts_with(base) && path.ends_with(kSignatureSuffix);
}

ArtifactSource packed_folder(const oci::PathTarget& target, const std::string& text, const PackChoice& choice,
                             const Services& services) {
  if (std::filesystem::is_regular_file(target.path)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a file, and a bundle's folder was expected", text))
        .hint(
            fmt::format("an archive is written oci-archive:{} or, if docker saved it, docker-archive:{}", text, text));
  }
  FileTree tree = read_folder(target.path);
  require_intact(tree, fmt::format("'{}'", text));
  const BundleInfo info = read_bundle_info(tree);
  const oci::Packed packed = pack_bundle(layer_tree(tree), info, services.artifact_epoch(), choice);
  auto folder = std::make_unique<TemporaryFolder>();
  std::unique_ptr<oci::Layout> layout = oci::Layout::open_or_create(folder->path() / "layout");
  oci::push(*layout, packed);
  for (const auto& [path, file] : tree.files()) {
    if (!is_checksums_signature(path.text())) continue;
    attach_checksums_signature(*layout, packed.manifest, tree.at(RelPath::parse(kChecksumsFile)).bytes, file.bytes,
                               services.artifact_epoch());
  }
  const std::size_t files = tree.size();
  return {std::move(folder), packed.diff_id.to_string(), files, std::move(tree), std::move(layout),
          packed.manifest,   default_tag(info)};
}

// The tag of what has no other.
std::optional<std::string> only_tag(oci::StoreReader& store, const oci::Descriptor& artifact) {
  std::vector<std::string> tags = store.list_tags();
  std::erase_if(tags, [](const std::string& tag) { return oci::is_digest_tag(tag); });
  if (tags.size() != 1) return std::nullopt;
  const auto held = store.resolve(tags.front());
  return held && held->digest == artifact.digest ? std::optional(tags.front()) : std::nullopt;
}

}  // namespace

ArtifactSource open_artifact(const std::string& text, const ConnectionOptions& options, const Services& services,
                             const PackChoice& choice) {
  const oci::Target target = oci::parse_target(text);
  if (const auto* folder = std::get_if<oci::PathTarget>(&target)) return packed_folder(*folder, text, choice, services);
  if (choice.given()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is an artifact already and keeps its manifest", text))
        .hint("--config-type and --manifest-annotation are for a bundle folder, which is packed");
  }
  std::unique_ptr<oci::StoreReader> store = open_source(target, options, services);
  const oci::Descriptor artifact = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
  std::optional<std::string> tag = oci::tag_of(target);
  // What was named by its digest keeps no name.
  if (!tag && !oci::digest_of(target)) tag = only_tag(*store, artifact);
  return {nullptr, {}, 0, {}, std::move(store), artifact, std::move(tag)};
}

}  // namespace waybill
