#pragma once
// Entries of a transparency log (Rekor, first and second version): that a signature was shown to everybody, and when
// (sigstore's client specification, "Transparency log entry"; RFC 6962).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/value.h"
#include "signing/trusted_root.h"

namespace waybill::signing {

struct InclusionProof {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  Digest root;
  std::vector<Digest> path;
  std::string checkpoint;  // the log's signed note; may be empty in bundles of version 0.1
};

struct LogEntry {
  std::uint64_t index = 0;
  std::string log_id;  // raw bytes
  std::string kind;
  std::string version;
  std::optional<std::int64_t> integrated_time;  // seconds since 1970
  std::string promise;                          // the signed entry timestamp; may be empty
  std::optional<InclusionProof> proof;
  std::string body;  // canonical, as it was hashed
};

// An entry of a sigstore bundle. Strict: known members only, numbers that are not negative, at most 64 hashes. Throws
// InvalidInput.
[[nodiscard]] LogEntry parse_log_entry(const Value& value);

struct EntryResult {
  std::string failure;               // empty: the entry is in the log
  std::optional<std::int64_t> time;  // when the log took it in, if the log signed that
};

enum class InclusionProofNeed : bool { Optional, Required };

// Checks the promise where there is one, the proof (path, checkpoint, its signature) where there is one or `need` asks
// for it; at least one of the two must be there. `times` are other proofs of when the signature was made: the log must
// have been believed then.
[[nodiscard]] EntryResult verify_log_entry(const LogEntry& entry, const TrustedRoot& root, InclusionProofNeed need,
                                           const std::vector<std::int64_t>& times);

// What the body of an entry says was signed.
struct LoggedSignature {
  std::string signature;  // raw bytes
  std::string verifier;   // DER of the certificate or of the public key
};
struct LoggedContent {
  enum class Hashed : bool { Signed, Payload } hashed;  // the signed bytes, or the payload of a DSSE envelope
  Digest digest;
  std::vector<LoggedSignature> signatures;
};
// Kinds hashedrekord and dsse (0.0.1, 0.0.2) and intoto (0.0.2). Throws InvalidInput for others and for a body that
// is not of the kind that the entry names.
[[nodiscard]] LoggedContent parse_log_body(const LogEntry& entry);

}  // namespace waybill::signing
