#include "app/workflow/inspect.h"

#include "app/workflow/artifact_source.h"
#include "core/error.h"
#include "core/json/reader.h"
#include "oci/closure.h"
#include "oci/media_types.h"
#include "oci/platform.h"

namespace waybill {
namespace {

constexpr std::string_view kHelmConfig = "application/vnd.cncf.helm.config.v1+json";
constexpr std::uint64_t kLargestConfig = 8ULL << 20;

bool is_image_config(std::string_view media_type) {
  return media_type == oci::media_type::kImageConfig || media_type == oci::media_type::kDockerImageConfig;
}

ArtifactKind kind_of(const oci::ImageManifest& manifest) {
  if (manifest.artifact_type == oci::media_type::kBundle) return ArtifactKind::Bundle;
  if (manifest.config.media_type == kHelmConfig) return ArtifactKind::Chart;
  const bool is_image = is_image_config(manifest.config.media_type) && manifest.artifact_type.empty();
  return is_image ? ArtifactKind::Image : ArtifactKind::Artifact;
}

// What the config adds; a config that is not there or is no JSON says nothing, and is no reason to show nothing.
void read_config(oci::StoreReader& store, const oci::Descriptor& config, Inspection& inspection) {
  if (inspection.kind != ArtifactKind::Image && inspection.kind != ArtifactKind::Chart) return;
  try {
    const Value document = json::parse(oci::fetch_bytes(store, config, kLargestConfig), "config");
    inspection.platform = oci::platform_text(document);
    const std::string name = document.text_or("name", "");
    const std::string version = document.text_or("version", "");
    if (inspection.kind == ArtifactKind::Chart && !name.empty()) inspection.title = name + " " + version;
  } catch (const Error& problem) {
    if (problem.code() != ErrorCode::InvalidInput && problem.code() != ErrorCode::NotFound) throw;
  }
}

}  // namespace

std::string_view name_of(ArtifactKind kind) noexcept {
  switch (kind) {
    case ArtifactKind::Bundle:
      return "bundle";
    case ArtifactKind::Index:
      return "index";
    case ArtifactKind::Image:
      return "image";
    case ArtifactKind::Chart:
      return "chart";
    case ArtifactKind::Artifact:
      break;
  }
  return "artifact";
}

Inspection inspect(const InspectRequest& request, const Services& services) {
  ArtifactSource source = open_artifact(request.target, request.connection, services);
  oci::StoreReader& store = *source.store;
  if (!request.platform.empty()) {
    source.artifact = oci::select_platform(store, source.artifact, oci::Platform::parse(request.platform));
    source.tag.reset();
  }
  oci::FetchedManifest fetched = oci::require_manifest(store, source.artifact.digest);
  Inspection inspection{
      request.target, source.tag.value_or(std::string()), fetched.descriptor, {}, {}, {}, {}, {}, {}, {}, 0, {}, {}};
  const oci::AnyManifest parsed = oci::parse_manifest(fetched.bytes, fetched.descriptor.media_type);
  if (const auto* index = std::get_if<oci::ImageIndex>(&parsed)) {
    inspection.kind = ArtifactKind::Index;
    inspection.artifact_type = index->artifact_type;
    inspection.annotations = index->annotations;
    for (const oci::Descriptor& child : index->manifests) {
      const Value* platform = child.other.find("platform");
      inspection.parts.push_back({child, platform == nullptr ? std::string() : oci::platform_text(*platform)});
    }
  } else {
    const auto& manifest = std::get<oci::ImageManifest>(parsed);
    inspection.kind = kind_of(manifest);
    inspection.artifact_type = manifest.effective_artifact_type();
    inspection.annotations = manifest.annotations;
    for (const oci::Descriptor& layer : manifest.layers) {
      inspection.parts.push_back({layer, {}});
      inspection.parts_size += layer.size;
    }
    read_config(store, manifest.config, inspection);
  }
  inspection.manifest = std::move(fetched.bytes);
  inspection.referrers = store.referrers(source.artifact.digest);
  for (const std::string& tag : oci::cosign_tags(source.artifact.digest)) {
    if (store.resolve(tag)) inspection.cosign_tags.push_back(tag);
  }
  return inspection;
}

Value to_value(const Inspection& inspection) {
  Value referrers = Value::list();
  for (const oci::Descriptor& referrer : inspection.referrers) referrers.push_back(oci::to_value(referrer));
  Value tags = Value::list();
  for (const std::string& tag : inspection.cosign_tags) tags.push_back(tag);
  Value value = Value::map({{"target", inspection.target},
                            {"digest", inspection.artifact.digest.to_string()},
                            {"mediaType", inspection.artifact.media_type},
                            {"size", inspection.artifact.size},
                            {"kind", name_of(inspection.kind)},
                            {"manifest", json::parse(inspection.manifest, "manifest")},
                            {"referrers", std::move(referrers)},
                            {"signatureTags", std::move(tags)}});
  if (!inspection.tag.empty()) value.set("tag", inspection.tag);
  return value;
}

}  // namespace waybill
