#pragma once
// What an artifact is: its manifest, what it consists of and what refers to it.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/stores.h"

namespace waybill {

struct InspectRequest {
  std::string target;    // any target; a bundle folder is what it would be as an artifact
  std::string platform;  // that image of an index; empty: what the target names
  ConnectionOptions connection;
};

enum class ArtifactKind : std::uint8_t { Bundle, Index, Image, Chart, Artifact };

// A layer of an image, or a manifest of an index.
struct InspectedPart {
  oci::Descriptor descriptor;
  std::string platform;  // of a manifest of an index; else empty
};

struct Inspection {
  std::string target;
  std::string tag;  // empty when it has none
  oci::Descriptor artifact;
  std::string manifest;  // its bytes
  ArtifactKind kind = ArtifactKind::Artifact;
  std::string artifact_type;  // effective
  oci::Annotations annotations;
  std::string platform;  // of an image
  std::string title;     // of a chart: name and version
  std::vector<InspectedPart> parts;
  std::uint64_t parts_size = 0;
  std::vector<oci::Descriptor> referrers;
  std::vector<std::string> cosign_tags;  // sha256-….sig and the like, that are there
};

[[nodiscard]] Inspection inspect(const InspectRequest& request, const Services& services);

// "bundle", "index", "image", "chart", "artifact"
[[nodiscard]] std::string_view name_of(ArtifactKind kind) noexcept;
// {"target", "digest", "mediaType", "size", "kind", "manifest", "referrers", "signatureTags"}
[[nodiscard]] Value to_value(const Inspection& inspection);

}  // namespace waybill
