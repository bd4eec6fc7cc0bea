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
  std::vector<std::string> keys;         // each signs
  std::string password_file;             // of all of them
  std::string sign_identity;             // docker-reference; empty: the target
  std::vector<std::string> annotations;  // K=V, signed along; of an artifact
  bool replace = false;                  // what the same key signed before; of an artifact
  bool force = false;                    // replace the signature file of another key
  ConnectionOptions connection;
};

struct SignResult {
  std::string target;
  std::string digest;                        // what was signed
  std::vector<std::string> signature_files;  // for a folder or a file, in the order of the keys
  std::vector<SignatureRecord> signatures;   // for an artifact
  std::vector<std::string> key_ids;
};

// A signature by the same key that is there already is kept. Throws Untrusted for a bundle folder that is not intact,
// Conflict for a signature file of another key without `force`.
[[nodiscard]] SignResult sign(const SignRequest& request, const Services& services);

[[nodiscard]] Value to_value(const SignResult& result);

// The docker-reference of a target: registry/repository:tag, or localhost/waybill/bundle:TAG for a layout.
[[nodiscard]] std::string docker_reference(const oci::Target& target, const std::string& tag);

// An index and all that it names: a reader may look at either (spec: oci-and-signing 0).
[[nodiscard]] std::vector<oci::Descriptor> manifests_to_sign(oci::StoreReader& store, const oci::Descriptor& top);

}  // namespace waybill
