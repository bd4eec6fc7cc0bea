#include "oci/manifest.h"

#include <fmt/core.h>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "oci/media_types.h"

namespace waybill::oci {
namespace {

std::string optional_text(const Value& document, std::string_view key, std::string_view where) {
  const Value* member = document.find(key);
  if (member == nullptr || member->is_null()) return {};
  if (!member->is_string()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' of {} is {}, expected text", key, where, member->kind_name()));
  }
  return member->as_string();
}

std::vector<Descriptor> descriptors(const Value& document, std::string_view key, std::string_view where) {
  std::vector<Descriptor> result;
  const Value* list = document.find(key);
  if (list == nullptr || list->is_null()) return result;  // some writers leave empty lists out or write null
  if (!list->is_list()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' of {} is {}, expected a list", key, where, list->kind_name()));
  }
  result.reserve(list->items().size());
  for (std::size_t i = 0; i < list->items().size(); ++i) {
    result.push_back(descriptor_from_value(list->items()[i], fmt::format("'{}[{}]' of {}", key, i, where)));
  }
  return result;
}

template <typename Kind>
void read_common(const Value& document, std::string_view where, Kind& result) {
  result.artifact_type = optional_text(document, "artifactType", where);
  if (const Value* subject = document.find("subject"); subject != nullptr && !subject->is_null()) {
    result.subject = descriptor_from_value(*subject, fmt::format("'subject' of {}", where));
  }
  if (const Value* annotations = document.find("annotations"))
    result.annotations = annotations_from_value(*annotations, where);
}

Value list_of(const std::vector<Descriptor>& descriptors) {
  Value result = Value::list();
  for (const Descriptor& descriptor : descriptors) result.push_back(to_value(descriptor));
  return result;
}

template <typename Kind>
Value head(const Kind& kind, std::string_view media_type) {
  Value document = Value::map();
  document.set("schemaVersion", 2);
  document.set("mediaType", media_type);
  if (!kind.artifact_type.empty()) document.set("artifactType", kind.artifact_type);
  return document;
}

template <typename Kind>
std::string finish(Value document, const Kind& kind) {
  if (kind.subject) document.set("subject", to_value(*kind.subject));
  if (!kind.annotations.empty()) document.set("annotations", to_value(kind.annotations));
  return json::write(document);
}

}  // namespace

const std::string& ImageManifest::effective_artifact_type() const noexcept {
  return artifact_type.empty() ? config.media_type : artifact_type;
}

bool is_index_type(std::string_view media_type) noexcept {
  return media_type == media_type::kImageIndex || media_type == media_type::kDockerManifestList;
}

bool is_manifest_type(std::string_view media_type) noexcept {
  return is_index_type(media_type) || media_type == media_type::kImageManifest ||
         media_type == media_type::kDockerManifest;
}

AnyManifest parse_manifest(std::string_view bytes, std::string_view media_type) {
  constexpr std::string_view kWhere = "the manifest";
  if (bytes.size() > kLargestManifest) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the manifest is larger than the limit of {} bytes", kLargestManifest));
  }
  const Value document = json::parse(bytes, "manifest");
  if (!document.is_map())
    throw Error(ErrorCode::InvalidInput, fmt::format("the manifest is {}, expected a mapping", document.kind_name()));
  const Value* version = document.find("schemaVersion");
  if (version == nullptr || !version->is_int() || *version != Value(2)) {
    throw Error(ErrorCode::InvalidInput, "the manifest's 'schemaVersion' is not 2");
  }
  const bool has_manifests = document.find("manifests") != nullptr;
  const bool has_image = document.find("layers") != nullptr || document.find("config") != nullptr;
  if (has_manifests && has_image) {
    // Two readers could see two things in it: image-spec 1.1, CVE-2021-41190.
    throw Error(ErrorCode::InvalidInput, "the manifest has both 'manifests' and 'layers' or 'config'");
  }
  const std::string own = optional_text(document, "mediaType", kWhere);
  if (!own.empty() && !media_type.empty() && own != media_type) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the manifest says that it is '{}' but was handed over as '{}'", own, media_type));
  }
  std::string type = own.empty() ? std::string(media_type) : own;
  if (type.empty()) type = has_manifests ? media_type::kImageIndex : media_type::kImageManifest;
  if (!is_manifest_type(type)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no kind of manifest that is known here", type));
  }
  if (is_index_type(type)) {
    if (has_image || !has_manifests) throw Error(ErrorCode::InvalidInput, "the image index has no 'manifests'");
    ImageIndex index{type, {}, descriptors(document, "manifests", kWhere), {}, {}};
    read_common(document, kWhere, index);
    return index;
  }
  const Value* config = document.find("config");
  if (has_manifests || config == nullptr) throw Error(ErrorCode::InvalidInput, "the image manifest has no 'config'");
  ImageManifest manifest{
      type, {}, descriptor_from_value(*config, "'config' of the manifest"), descriptors(document, "layers", kWhere),
      {},   {}};
  read_common(document, kWhere, manifest);
  return manifest;
}

ImageManifest parse_image_manifest(std::string_view bytes, std::string_view media_type) {
  AnyManifest any = parse_manifest(bytes, media_type);
  if (auto* manifest = std::get_if<ImageManifest>(&any)) return std::move(*manifest);
  throw Error(ErrorCode::InvalidInput, "this is an image index, expected an image manifest");
}

ImageIndex parse_image_index(std::string_view bytes, std::string_view media_type) {
  AnyManifest any = parse_manifest(bytes, media_type);
  if (auto* index = std::get_if<ImageIndex>(&any)) return std::move(*index);
  throw Error(ErrorCode::InvalidInput, "this is an image manifest, expected an image index");
}

std::string to_bytes(const ImageManifest& manifest) {
  Value document = head(manifest, media_type::kImageManifest);
  document.set("config", to_value(manifest.config));
  document.set("layers", list_of(manifest.layers));
  return finish(std::move(document), manifest);
}

std::string to_bytes(const ImageIndex& index) {
  Value document = head(index, media_type::kImageIndex);
  document.set("manifests", list_of(index.manifests));
  return finish(std::move(document), index);
}

ManifestLinks links_of(std::string_view bytes, std::string_view media_type) {
  AnyManifest any = parse_manifest(bytes, media_type);
  ManifestLinks links;
  if (auto* manifest = std::get_if<ImageManifest>(&any)) {
    links.artifact_type = manifest->effective_artifact_type();
    links.blobs = std::move(manifest->layers);
    links.blobs.insert(links.blobs.begin(), std::move(manifest->config));
    links.subject = std::move(manifest->subject);
    links.annotations = std::move(manifest->annotations);
  } else {
    auto& index = std::get<ImageIndex>(any);
    links.artifact_type = std::move(index.artifact_type);
    links.manifests = std::move(index.manifests);
    links.subject = std::move(index.subject);
    links.annotations = std::move(index.annotations);
  }
  return links;
}

}  // namespace waybill::oci
