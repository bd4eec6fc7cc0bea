#pragma once
// What a verifier trusts: keys, who of them must have signed what, and what is no longer trusted. Written by people as
// YAML or JSON (docs/formats.md, "Policy"); the flags of the command line make one too, so that there is a single way
// to decide.
//
//   const Policy policy = parse_policy(read_file("policy.yaml"), "policy.yaml", read_key_file);
//   const PolicyRule* rule = policy.rule_for("registry.example.com/gpu/bundle");
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "signing/key.h"
#include "signing/trusted_signers.h"

namespace waybill::signing {

struct TrustedKey {
  std::string name;  // as the policy calls it; empty for a key that was given alone
  PublicKey key;
};

// So many different ones of these keys.
struct KeyThreshold {
  std::vector<std::string> key_ids;  // PublicKey::id; each is among the policy's keys
  std::size_t threshold = 1;         // from 1 to the number of keys
};

struct RequiredAttestation {
  std::string predicate_type;  // a URI
  KeyThreshold by;
};

// The epoch that a bundle must state (docs/trust.md).
struct RequiredEpoch {
  std::optional<std::string> line;  // the only line of bundles that counts
  std::uint64_t oldest = 0;
};

struct PolicyRule {
  std::vector<std::string> repositories;  // patterns (repository_pattern.h); empty: everything, also files and folders
  KeyThreshold signatures;
  std::vector<RequiredAttestation> attestations;
  std::map<std::string, std::string> annotations;  // that every counted signature must hold
  std::string subject;                             // pattern of the name that a counted signature states; empty: any
  std::optional<RequiredEpoch> epoch;
};

struct Policy {
  std::vector<TrustedKey> keys;
  std::optional<CertificatePolicy> certificates;  // named in rules by IdentityRule::id, as keys are by theirs
  std::vector<PolicyRule> rules;
  std::map<std::string, std::string> revoked_keys;  // key id to reason
  std::map<Digest, std::string> revoked_digests;    // of artifacts, bundles and files, to reason
  std::optional<std::int64_t> expires;              // seconds since 1970; the only thing that a clock decides

  [[nodiscard]] std::vector<PublicKey> public_keys() const;
  [[nodiscard]] TrustedSigners signers() const { return {public_keys(), certificates}; }
  // "'release' (BASE64)", "key BASE64" where it has no name, or the rule for certificates as it is.
  [[nodiscard]] std::string describe(std::string_view key_id) const;
  // The first rule that is about this repository; with nullopt (a folder, a file, a layout) the first that is about
  // everything. Null pointer: nothing is allowed.
  [[nodiscard]] const PolicyRule* rule_for(const std::optional<std::string>& repository) const;
};

// One of the keys signed, whatever it is: what `--key` means.
[[nodiscard]] Policy policy_of_keys(std::vector<PublicKey> keys, std::size_t threshold,
                                    std::map<std::string, std::string> annotations);

// Whoever the rule is about signed, with a certificate.
[[nodiscard]] Policy policy_of_certificates(CertificatePolicy certificates,
                                            std::map<std::string, std::string> annotations);

// The text of a key file that a policy names; relative names are relative to the policy. Throws NotFound.
using ReadKeyFile = std::function<std::string(const std::string& file)>;

// Kind Policy. Strict (strict_document.h). Throws InvalidInput with file, line and column, and what `read_key` throws.
[[nodiscard]] Policy parse_policy(std::string_view text, const std::string& file, const ReadKeyFile& read_key);

// "2027-06-30T00:00:00Z"
[[nodiscard]] std::string time_text(std::int64_t seconds);

}  // namespace waybill::signing
