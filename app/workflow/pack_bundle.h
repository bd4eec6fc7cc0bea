#pragma once
// A bundle as an artifact: the one way in which its tree becomes a manifest, so publish and push agree on every byte.
#include <cstdint>
#include <string>

#include "core/file_tree.h"
#include "generator/bundle.h"
#include "oci/pack.h"

namespace waybill {

// The files of the layer: all but attestation/, which is made for a folder and signed apart.
[[nodiscard]] FileTree layer_tree(const FileTree& folder);

// `created`: seconds since 1970.
[[nodiscard]] oci::Packed pack_bundle(const FileTree& tree, const BundleInfo& info, std::int64_t created);

// "<catalogue version>-<first 12 hexadecimal digits of the recipe's digest>"
[[nodiscard]] std::string default_tag(const BundleInfo& info);

// The digest of the uncompressed tree: a bundle's identity.
[[nodiscard]] Digest bundle_digest(const FileTree& tree);

}  // namespace waybill
