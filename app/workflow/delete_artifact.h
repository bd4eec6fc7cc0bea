#pragma once
// A tag or an artifact taken away from a registry or a layout.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/stores.h"

namespace waybill {

struct DeleteRequest {
  std::string target;  // a registry or a layout, with a tag (that alone) or a digest (the artifact with all its tags)
  bool yes = false;    // do not ask
  bool force = false;  // also where other tags of the same artifact are lost
  bool prune = false;  // of a layout: remove the content that nothing names any more
  ConnectionOptions connection;
};

struct DeleteResult {
  std::string target;
  std::string digest;
  std::vector<std::string> tags;  // that are gone
  bool artifact = false;          // whether the artifact itself is gone, not only a name of it
  std::uint64_t pruned_blobs = 0;
  std::uint64_t pruned_bytes = 0;
};

// NotFound for what is not there. Conflict, naming them, when other tags would be lost and that is not forced: a
// digest has them, and some registries can delete a tag only together with its artifact. InvalidInput when it was
// neither confirmed nor could be asked for; Interrupted when the answer was no.
[[nodiscard]] DeleteResult delete_artifact(const DeleteRequest& request, const Services& services);

[[nodiscard]] Value to_value(const DeleteResult& result);

}  // namespace waybill
