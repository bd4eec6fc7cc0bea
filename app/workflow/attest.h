#pragma once
// Signs statements about an artifact, a bundle folder or a file: an SBOM, a provenance, a scan, what else there is to
// say of it.
#include <string>
#include <vector>

#include "app/workflow/artifact_signer.h"
#include "app/workflow/keys.h"
#include "app/workflow/stores.h"

namespace waybill {

struct AttestRequest {
  std::string target;
  std::vector<std::string> keys;  // each signs
  std::string password_file;
  std::string predicate;  // a file: a JSON object; any text for the types spdx and custom
  std::string type;       // cosign's short name or a URI
  bool replace = false;   // what the same key said of the same type before; of an artifact
  bool force = false;     // replace an attestation file that is there
  ConnectionOptions connection;
};

struct AttestResult {
  std::string target;
  std::string digest;  // what it is about
  std::string predicate_type;
  std::vector<SignatureRecord> attestations;   // for an artifact: forms "bundle" and "dsse"
  std::vector<std::string> attestation_files;  // for a folder or a file
  std::vector<std::string> key_ids;
};

// An artifact gets both forms that cosign knows, a sigstore bundle as referrer and the `.att` tag; a file F gets
// F.TYPE.sigstore.json; of a bundle folder checksums.txt is what the statement is about. What the same key says already
// is kept. Throws InvalidInput for a predicate that is none.
[[nodiscard]] AttestResult attest(const AttestRequest& request, const Services& services);

[[nodiscard]] Value to_value(const AttestResult& result);

}  // namespace waybill
