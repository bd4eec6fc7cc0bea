#pragma once
// Push and pull: bundles and artifacts between folders, layouts and registries. Signatures travel along, the tag comes
// last.
#include <string>
#include <vector>

#include "app/workflow/stores.h"

namespace waybill {

struct PushRequest {
  std::string source;  // a bundle folder, a layout or a registry
  std::string target;  // a layout or a registry; without a tag, the source's or the bundle's default
  bool force_tag = false;
  ConnectionOptions connection;
};

struct PullRequest {
  std::string source;             // a layout or a registry
  std::string output;             // a folder to unpack a bundle into, or oci-layout:FOLDER[:TAG]
  std::vector<std::string> keys;  // verify before anything is written; empty: not verified
  std::string password_file;
  bool force = false;  // replace a folder that is there; move a tag
  ConnectionOptions connection;
};

struct TransferResult {
  std::string source;
  std::string target;
  std::string digest;         // of the manifest
  std::string tag;            // empty for a folder
  std::string bundle_digest;  // diffID, for bundles
  std::size_t files = 0;      // of an unpacked bundle
  bool changed = false;       // whether anything was new at the target
  bool verified = false;      // whether a key vouched for it
};

[[nodiscard]] TransferResult push(const PushRequest& request, const Services& services);
// Untrusted when keys are given and none of them signed; then nothing is written.
[[nodiscard]] TransferResult pull(const PullRequest& request, const Services& services);

[[nodiscard]] Value to_value(const TransferResult& result);

}  // namespace waybill
