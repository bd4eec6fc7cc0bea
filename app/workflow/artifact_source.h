#pragma once
// What a command reads an artifact from: a store, or a bundle folder, which is packed first. Owns what it opened.
#include <memory>
#include <optional>
#include <string>

#include "app/workflow/pack_bundle.h"
#include "app/workflow/stores.h"
#include "core/file_system.h"
#include "core/file_tree.h"

namespace waybill {

struct ArtifactSource {
  // Of a packed folder only.
  std::unique_ptr<TemporaryFolder> folder;
  std::string bundle_digest;  // diffID
  std::size_t files = 0;
  std::optional<FileTree> tree;  // as it lay there, attestation/ included

  std::unique_ptr<oci::StoreReader> store;
  oci::Descriptor artifact;
  std::optional<std::string> tag;  // what it is called there, or for a folder would be by default
};

// Untrusted for a bundle folder that is not intact; its signature of the checksums comes along. InvalidInput if a
// choice is given for anything but a folder, which alone is packed. Throws what opening the store and resolving the
// name do.
[[nodiscard]] ArtifactSource open_artifact(const std::string& text, const ConnectionOptions& options,
                                           const Services& services, const PackChoice& choice = {});

}  // namespace waybill
