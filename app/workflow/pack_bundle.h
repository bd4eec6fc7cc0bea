#pragma once
// A bundle as an artifact: the one way in which its tree becomes a manifest, so publish and push agree on every byte.
#include <cstdint>
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "generator/bundle.h"
#include "oci/pack.h"

namespace waybill {

// The files of the layer: all but attestation/, which is made for a folder and signed apart.
[[nodiscard]] FileTree layer_tree(const FileTree& folder);

// What a user chooses of the manifest.
struct PackChoice {
  std::string config_type = "image";     // or "empty": oci::ConfigType
  std::vector<std::string> annotations;  // KEY=VALUE, besides or instead of ours
  [[nodiscard]] bool given() const noexcept { return config_type != "image" || !annotations.empty(); }
};

// `created`: seconds since 1970. InvalidInput for an annotation that is none.
[[nodiscard]] oci::Packed pack_bundle(const FileTree& tree, const BundleInfo& info, std::int64_t created,
                                      const PackChoice& choice);

// "<catalogue version>-<first 12 hexadecimal digits of the recipe's digest>"
[[nodiscard]] std::string default_tag(const BundleInfo& info);

// The digest of the uncompressed tree: a bundle's identity.
[[nodiscard]] Digest bundle_digest(const FileTree& tree);

}  // namespace waybill
