#pragma once
// What was found that might speak for an artifact, and a policy's word on it. Nothing here reads anything: whoever
// looked has verified each signature against every key of the policy (signing/verify.h) and says what came out.
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signing/policy.h"
#include "signing/report.h"
#include "signing/verify.h"

namespace waybill::signing {

// One signature or attestation of one form: "bundle", "simplesigning", "checksums", "file", "dsse".
struct Evidence {
  std::string form;
  SignatureResult result;
};

struct Signer {
  std::string key_id;
  std::string form;
  bool operator==(const Signer&) const = default;
};

// The signatures that were found in the named forms, each form with a check of its own and, if one is demanded, one for
// the threshold. A form without a signature fails only if the others do not suffice. `subject` is what the checks are
// about, `check_name` of a form what its check is called. Returns who counts, each key and form once.
struct SignatureForm {
  std::string form;
  std::string check_name;
};
std::vector<Signer> judge_signatures(const Policy& policy, const PolicyRule& rule, std::span<const SignatureForm> forms,
                                     std::span<const Evidence> found, const Digest& digest, const std::string& subject,
                                     VerificationReport& report);

// One check for each attestation that is demanded. `found` are attestations of all types; `unreadable`, of which the
// type is not known, only explains why there is none.
struct AttestationEvidence {
  std::string predicate_type;  // as the statement says, verified or not
  Evidence evidence;
};
void judge_attestations(const Policy& policy, std::span<const RequiredAttestation> required,
                        std::span<const AttestationEvidence> found, std::span<const Evidence> unreadable,
                        VerificationReport& report);
// Whether such a one may be relied on: made by one of these keys, which is not revoked. Empty when it may, else why
// not.
[[nodiscard]] std::string why_not_counted(const Policy& policy, const KeyThreshold& by, const SignatureResult& result);

// "revoked" for the digests, if the policy revokes any; "expiry" if it expires.
void judge_revocation(const Policy& policy, std::span<const Digest> digests, VerificationReport& report);
void judge_expiry(const Policy& policy, std::int64_t now, VerificationReport& report);

}  // namespace waybill::signing
