#pragma once
// Blobs to a registry (distribution-spec 1.1, "Pushing blobs"). Part of Registry.
#include <string>

#include "oci/session.h"

namespace waybill::oci {

[[nodiscard]] bool has_blob(Session& session, const Descriptor& descriptor);

// Up to RegistryOptions::chunk_size in one request (or a sixteenth more, sooner than a chunk of the rest alone), more
// in chunks, which are twice as large each time while one takes less than two seconds. They go on where the registry
// stopped taking them: after a failure, and in the next process (oci/upload_record.h). `source_repository`: of the same
// registry, which may have the blob; empty: none is known.
//
// The content is not hashed on its way: the registry does that (distribution-spec 1.1: it must refuse a blob that is
// not of the digest). When it refuses, the source is read again to tell whose fault it is: Untrusted if it is the
// source's.
Pushed upload_blob(Session& session, const Descriptor& descriptor, const OpenBlob& open,
                   const std::string& source_repository);

}  // namespace waybill::oci
