#pragma once
// A file tree as an OCI artifact with one layer, and back.
//
//   const Packed packed = pack_tree(tree, {.annotations = {{"org.opencontainers.image.version", "1.2.0"}}});
//   const Descriptor manifest = push(store, packed);
//
// Equal trees and options give equal bytes: no clock, no host. The identity of the content is the diffID, the digest of
// the uncompressed tar; the compressed layer's digest depends on the version of zlib as well.
#include <cstdint>
#include <string>

#include "core/archive.h"
#include "core/file_tree.h"
#include "oci/descriptor.h"
#include "oci/manifest.h"
#include "oci/media_types.h"
#include "oci/store.h"

namespace waybill::oci {

enum class ConfigType : std::uint8_t {
  Image,  // an image config with diff_ids: every tool can inspect it
  Empty,  // the empty descriptor: pure OCI 1.1 artifact
};

struct PackOptions {
  std::string artifact_type{media_type::kBundle};  // empty: none
  Annotations annotations;                         // of the manifest; `created` is added
  std::string layer_title = "bundle.tar.gz";       // so that oras writes a file of this name
  ConfigType config_type = ConfigType::Image;
  std::int64_t created = 0;  // seconds since 1970, SOURCE_DATE_EPOCH's meaning
};

struct Packed {
  Descriptor manifest;
  std::string manifest_bytes;
  Descriptor config;
  std::string config_bytes;
  Descriptor layer;
  std::string layer_bytes;
  Digest diff_id;
};

[[nodiscard]] Packed pack_tree(const FileTree& tree, const PackOptions& options);

// Blobs first, then the manifest. No tag.
Pushed push(Store& store, const Packed& packed);

struct Unpacked {
  FileTree tree;
  Digest diff_id;  // of the tar that was really read
  ImageManifest manifest;
};

// Reads the tree of a manifest: exactly one content layer (a tar, plain or gzip), its digest and size verified, its
// diffID equal to what an image config says, the archive within the limits. Throws InvalidInput or Untrusted.
[[nodiscard]] Unpacked unpack_tree(StoreReader& store, const Descriptor& manifest, const TarLimits& limits = {});

// "1970-01-01T00:00:00Z"
[[nodiscard]] std::string rfc3339(std::int64_t seconds_since_1970);

}  // namespace waybill::oci
