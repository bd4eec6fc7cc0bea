#pragma once
// Verification of each signed form against a set of trusted keys. These functions see bytes only; whoever calls them
// has fetched the bytes and computed the digest itself. What does not verify is a result with a reason, not an
// exception: callers look at several signatures and report on each. One key that verifies is enough.
//
//   const SignatureResult result = verify_dsse_bundle(text, keys, digest, kSignaturePredicate);
//   report.add({"signature", result.passed, result.reason, digest.to_string()});
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/digest.h"
#include "signing/key.h"
#include "signing/report.h"
#include "signing/sigstore_bundle.h"
#include "signing/simple_signing.h"
#include "signing/statement.h"

namespace waybill::signing {

struct SignatureResult {
  bool passed = false;
  std::string reason = {};  // lower case, no final stop; says why it failed, or which key passed
  std::string key_id = {};  // PublicKey::id of the key that verified; may be set although a later check failed
  // What was looked at for a signature with a certificate (signing/keyless.h).
  std::vector<Check> checks = {};
  // What was signed, only when it passed.
  std::optional<Statement> statement = {};
  std::optional<SimpleSigning> payload = {};
};

// A signed statement about `subject`, with exactly this predicate type: an attestation never passes for a signature.
[[nodiscard]] SignatureResult verify_dsse_bundle(std::string_view bundle, std::span<const PublicKey> keys,
                                                 const Digest& subject, std::string_view predicate_type);

// The same for a bare DSSE envelope (the layer of an `.att` tag); any of its signatures may be the right one.
[[nodiscard]] SignatureResult verify_dsse_envelope(std::string_view envelope, std::span<const PublicKey> keys,
                                                   const Digest& subject, std::string_view predicate_type);

// A signature of the file `message`. The digest that the bundle claims must be the file's too.
[[nodiscard]] SignatureResult verify_message_bundle(std::string_view bundle, std::span<const PublicKey> keys,
                                                    std::string_view message);

// A payload of the older form with its base64 signature. It must name the digest of the manifest. Whoever looks for an
// existing signature of a payload compares the payload's bytes and calls this.
[[nodiscard]] SignatureResult verify_simple_signing(std::string_view payload, std::string_view base64_signature,
                                                    std::span<const PublicKey> keys, const Digest& manifest);

// The same for bundles that are read already, whoever said that these keys may have signed them.
[[nodiscard]] SignatureResult verify_message(const SigstoreBundle& bundle, std::span<const PublicKey> keys,
                                             std::string_view message);
[[nodiscard]] SignatureResult verify_statement(const SigstoreBundle& bundle, std::span<const PublicKey> keys,
                                               const Digest& subject, std::string_view predicate_type);

// Whether the bundle is a valid signature by `key` of exactly this statement: signing it again would add nothing. ECDSA
// nonces are random, so bytes cannot be compared.
[[nodiscard]] bool is_signed_already(std::string_view bundle, const PublicKey& key, std::string_view statement);

}  // namespace waybill::signing
