#pragma once
// Artifacts that are about another manifest: signatures, SBOMs, provenance (OCI image-spec 1.1, "Guidelines for
// artifact usage"; signatures as in spec "Storage in a registry").
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oci/descriptor.h"
#include "oci/store.h"

namespace waybill::oci {

struct AttachedLayer {
  std::string media_type;
  std::string bytes;
  Annotations annotations;
};

struct Attachment {
  std::string artifact_type;
  std::vector<AttachedLayer> layers;  // at least one
  Annotations annotations;            // of the manifest; `created` is added unless given
  std::int64_t created = 0;           // seconds since 1970
};

// The manifest's bytes: empty config, the layers, the subject. A function of its arguments.
[[nodiscard]] std::string attachment_manifest(const Descriptor& subject, const Attachment& attachment);

// Pushes the blobs and that manifest; when it returns, store.referrers(subject.digest) lists it. Doing it again changes
// nothing. The result's annotations and artifactType are filled in.
Descriptor attach(Store& store, const Descriptor& subject, const Attachment& attachment);

}  // namespace waybill::oci
