#pragma once
// Attaches a document to an artifact as it is, unsigned, for tools that cannot read attestations: an SBOM, a scan.
#include <string>

#include "app/workflow/stores.h"

namespace waybill {

struct AttachRequest {
  std::string target;
  std::string file;
  std::string type;  // spdxjson, cyclonedx, … or a media type
  ConnectionOptions connection;
};

struct AttachResult {
  std::string target;
  std::string digest;  // of the artifact
  std::string referrer;
  std::string media_type;
};

// The same document again changes nothing. Throws InvalidInput for a path, an unknown type, and a file that is not of
// its type.
[[nodiscard]] AttachResult attach(const AttachRequest& request, const Services& services);

[[nodiscard]] Value to_value(const AttachResult& result);

}  // namespace waybill
