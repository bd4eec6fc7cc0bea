#pragma once
// Signs an artifact (both forms; of an index every child too), a bundle folder (its checksums.txt) or a file.
#include <string>
#include <vector>

#include "app/workflow/artifact_signer.h"
#include "app/workflow/keys.h"
#include "app/workflow/stores.h"

namespace waybill {

struct SignRequest {
  std::string target;
  KeyChoice key;
  std::string sign_identity;  // docker-reference; empty: the target
  bool force = false;         // replace the signature file of another key
  ConnectionOptions connection;
};

struct SignResult {
  std::string target;
  std::string digest;                       // what was signed
  std::string signature_file;               // for a folder or a file
  std::vector<SignatureRecord> signatures;  // for an artifact
  std::string key_id;
};

// A signature by the same key that is there already is kept. Throws Untrusted for a bundle folder that is not intact,
// Conflict for a signature file of another key without `force`.
[[nodiscard]] SignResult sign(const SignRequest& request, const Services& services);

[[nodiscard]] Value to_value(const SignResult& result);

// The docker-reference of a target: registry/repository:tag, or localhost/waybill/bundle:TAG for a layout.
[[nodiscard]] std::string docker_reference(const oci::Target& target, const std::string& tag);

}  // namespace waybill
