#pragma once
// One more name for an artifact, where it lies.
#include <string>

#include "app/workflow/stores.h"

namespace waybill {

struct TagRequest {
  std::string target;  // a registry, a layout or an OCI archive
  std::string tag;
  bool force_tag = false;
  ConnectionOptions connection;
};

struct TagResult {
  std::string target;
  std::string digest;
  std::string tag;
  bool changed = false;  // false: it had that tag already
};

// Conflict when the tag names something else and is not forced.
[[nodiscard]] TagResult tag_artifact(const TagRequest& request, const Services& services);

[[nodiscard]] Value to_value(const TagResult& result);

}  // namespace waybill
