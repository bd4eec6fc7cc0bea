#pragma once
// Image manifests and image indexes (OCI image-spec 1.1, "Image Manifest", "Image Index"), also in Docker's older media
// types when read. Bytes are the identity: what is read is never rewritten, what is built is written in one canonical
// way (compact JSON, members in the order of the specification, annotations sorted).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oci/descriptor.h"

namespace waybill::oci {

inline constexpr std::uint64_t kLargestManifest = 8ULL << 20;

struct ImageManifest {
  std::string media_type;  // as written in the document, or taken from the transport
  std::string artifact_type;
  Descriptor config;
  std::vector<Descriptor> layers;
  std::optional<Descriptor> subject;
  Annotations annotations;

  // The artifact's type: artifactType, else the config's media type (image-spec 1.1, "Guidelines for artifact usage").
  [[nodiscard]] const std::string& effective_artifact_type() const noexcept;
};

struct ImageIndex {
  std::string media_type;
  std::string artifact_type;
  std::vector<Descriptor> manifests;
  std::optional<Descriptor> subject;
  Annotations annotations;
};

using AnyManifest = std::variant<ImageManifest, ImageIndex>;

// Whether a media type is one of the four that can be parsed here.
[[nodiscard]] bool is_manifest_type(std::string_view media_type) noexcept;
[[nodiscard]] bool is_index_type(std::string_view media_type) noexcept;

// `media_type` is what the transport says (Content-Type without parameters, or a descriptor's), empty when unknown.
// Throws InvalidInput for more than 8 MiB, for anything that is not strict JSON, for a media type that disagrees with
// the document's own, for both `manifests` and `layers` (or `config`), and for missing or mistyped members.
[[nodiscard]] AnyManifest parse_manifest(std::string_view bytes, std::string_view media_type);
// The same, but InvalidInput unless it is that kind.
[[nodiscard]] ImageManifest parse_image_manifest(std::string_view bytes, std::string_view media_type = {});
[[nodiscard]] ImageIndex parse_image_index(std::string_view bytes, std::string_view media_type = {});

// Written with OCI's media type whatever `media_type` says.
[[nodiscard]] std::string to_bytes(const ImageManifest& manifest);
[[nodiscard]] std::string to_bytes(const ImageIndex& index);

// What a manifest refers to: manifests (of an index), blobs (config and layers of an image), and the subject.
struct ManifestLinks {
  std::vector<Descriptor> manifests;
  std::vector<Descriptor> blobs;
  std::optional<Descriptor> subject;
  std::string artifact_type;  // effective; empty for an index without one
  Annotations annotations;
};
[[nodiscard]] ManifestLinks links_of(std::string_view bytes, std::string_view media_type);

}  // namespace waybill::oci
