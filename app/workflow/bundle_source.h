#pragma once
// A bundle wherever it lies: a folder, a layout, a registry. Reading checks it against its own lists.
#include <optional>
#include <string>

#include "app/workflow/stores.h"
#include "core/file_tree.h"
#include "oci/descriptor.h"

namespace waybill {

struct BundleSource {
  FileTree tree;                            // as it lies there, attestation/ included for folders
  std::optional<oci::Descriptor> artifact;  // its manifest, for layouts and registries
};

// Throws Untrusted, naming the files, when the tree differs from what its bundle.json and checksums.txt list: that
// proves integrity, not origin (workflow/verify.h proves origin). NotFound and InvalidInput as the place demands.
[[nodiscard]] BundleSource read_bundle(const std::string& target, const ConnectionOptions& options,
                                       const Services& services);

// The same check for a tree in hand.
void require_intact(const FileTree& tree, const std::string& name);

}  // namespace waybill
