#pragma once
// Blobs to and from a registry (distribution-spec 1.1, "Pushing blobs", "Pulling blobs"). Part of Registry.
#include <memory>

#include "oci/session.h"

namespace waybill::oci {

[[nodiscard]] bool has_blob(Session& session, const Descriptor& descriptor);
Pushed upload_blob(Session& session, const Descriptor& descriptor, const OpenBlob& open);
// Small blobs are kept in memory, others in a file without a name in TMPDIR. Verified when it returns.
[[nodiscard]] std::unique_ptr<ByteSource> download_blob(Session& session, const Descriptor& descriptor);

}  // namespace waybill::oci
