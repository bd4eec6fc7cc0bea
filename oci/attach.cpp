#include "oci/attach.h"

#include "oci/manifest.h"
#include "oci/media_types.h"
#include "oci/pack.h"

namespace waybill::oci {

std::string attachment_manifest(const Descriptor& subject, const Attachment& attachment) {
  if (attachment.layers.empty()) throw Error(ErrorCode::Internal, "an attachment needs a layer");
  ImageManifest manifest{std::string(media_type::kImageManifest),
                         attachment.artifact_type,
                         describe(kEmptyJson, media_type::kEmpty),
                         {},
                         Descriptor{subject.media_type, subject.digest, subject.size, {}, {}, {}},
                         attachment.annotations};
  manifest.annotations.try_emplace(std::string(annotation::kCreated), rfc3339(attachment.created));
  for (const AttachedLayer& layer : attachment.layers) {
    Descriptor descriptor = describe(layer.bytes, layer.media_type);
    descriptor.annotations = layer.annotations;
    manifest.layers.push_back(std::move(descriptor));
  }
  return to_bytes(manifest);
}

Descriptor attach(Store& store, const Descriptor& subject, const Attachment& attachment) {
  const std::string bytes = attachment_manifest(subject, attachment);
  push_bytes(store, kEmptyJson, media_type::kEmpty);
  for (const AttachedLayer& layer : attachment.layers) push_bytes(store, layer.bytes, layer.media_type);
  push_manifest(store, bytes, media_type::kImageManifest);
  Descriptor result = describe(bytes, media_type::kImageManifest);
  const ManifestLinks links = links_of(bytes, media_type::kImageManifest);
  result.artifact_type = links.artifact_type;
  result.annotations = links.annotations;
  return result;
}

}  // namespace waybill::oci
