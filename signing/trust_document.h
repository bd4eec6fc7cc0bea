#pragma once
// A site's trust as a signed document (docs/decisions/0021): a policy, a version, and the keys that may sign the next
// version. The first version is accepted by people; every later one must be signed by enough owners of the one before
// and by enough of its own, and its version must be one higher. So trust can change keys without anybody being told,
// and never go back.
//
//   SignedTrust next = read_signed_trust(read_file(file), file);
//   check_succession(current, next).throw_unless_trusted();
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signing/dsse.h"
#include "signing/policy.h"
#include "signing/report.h"

namespace waybill::signing {

inline constexpr std::string_view kTrustPayloadType = "application/vnd.waybill.trust.v1+yaml";

struct TrustDocument {
  std::uint64_t version = 0;  // from 1 on
  KeyThreshold owners;        // who may sign the next version; among the policy's keys
  Policy policy;
};

// Kind Trust; keys must stand in the document. Throws InvalidInput with file, line and column.
[[nodiscard]] TrustDocument parse_trust_document(std::string_view text, const std::string& file);

struct SignedTrust {
  Envelope envelope;  // its payload is the document's text
  TrustDocument document;
};

// The DSSE envelope of a trust document, its signatures not yet verified. Throws InvalidInput.
[[nodiscard]] SignedTrust read_signed_trust(std::string_view text, const std::string& file);
// Whether the bytes are such an envelope at all, and not a document that is to be signed.
[[nodiscard]] bool is_signed_trust(std::string_view text) noexcept;
[[nodiscard]] std::string write_signed_trust(const SignedTrust& trust);

// Adds the key's signature unless it is there.
void sign_trust(SignedTrust& trust, const PrivateKey& key);
// Ids of those keys of `policy` that signed it, sorted, each once.
[[nodiscard]] std::vector<std::string> trust_signers(const SignedTrust& trust, const Policy& policy);

// Whether it is signed by enough of its own owners: what a first version needs.
[[nodiscard]] VerificationReport check_first(const SignedTrust& first);
// Whether it may replace `current`.
[[nodiscard]] VerificationReport check_succession(const SignedTrust& current, const SignedTrust& next);

}  // namespace waybill::signing
