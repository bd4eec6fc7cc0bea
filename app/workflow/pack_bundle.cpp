#include "app/workflow/pack_bundle.h"

#include <fmt/core.h>

#include "app/workflow/trust_choice.h"
#include "core/archive.h"
#include "oci/media_types.h"
#include "oci/reference.h"

namespace waybill {

FileTree layer_tree(const FileTree& folder) {
  const RelPath attestation = RelPath::parse(kAttestationFolder);
  FileTree tree;
  for (const auto& [path, file] : folder.files()) {
    if (!path.is_within(attestation)) tree.add(path, file.bytes, file.executable);
  }
  return tree;
}

oci::Packed pack_bundle(const FileTree& tree, const BundleInfo& info, std::int64_t created, const PackChoice& choice) {
  oci::PackOptions options;
  options.annotations = parse_annotations(choice.annotations);
  options.annotations.try_emplace(std::string(oci::annotation::kTitle), "waybill bundle");
  options.annotations.try_emplace(std::string(oci::annotation::kVersion), info.catalogue.version);
  if (choice.config_type == "empty") options.config_type = oci::ConfigType::Empty;
  options.created = created;
  return oci::pack_tree(tree, options);
}

std::string default_tag(const BundleInfo& info) {
  std::string tag = fmt::format("{}-{}", info.catalogue.version, Digest::parse(info.recipe_digest).hex().substr(0, 12));
  for (char& c : tag) c = c == '+' ? '_' : c;  // as Helm writes versions in tags
  oci::check_tag(tag);
  return tag;
}

Digest bundle_digest(const FileTree& tree) {
  NullSink nothing;
  HashingSink hash(nothing);
  write_tar(tree, hash);
  return hash.finish();
}

}  // namespace waybill
