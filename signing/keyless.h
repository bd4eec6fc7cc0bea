#pragma once
// Verification of sigstore bundles that carry a certificate instead of naming a key, against a given trusted root and
// an identity rule, without network and without the clock (sigstore's client specification, section "Verification").
//
//   const CertificatePolicy policy{parse_trusted_root(text, file), {identity, issuer}};
//   const CertificateResult result = verify_message_certificate(bundle, policy, bytes);
//   for (const Check& check : result.checks) report.add(check);
#include <string>
#include <string_view>
#include <vector>

#include "signing/identity_rule.h"
#include "signing/report.h"
#include "signing/trusted_root.h"
#include "signing/verify.h"

namespace waybill::signing {

struct CertificatePolicy {
  TrustedRoot root;
  IdentityRule rule;
};

struct CertificateResult {
  SignatureResult signature;  // passed only if every check did; `key_id` is that of the certificate's key
  std::string identity;       // who signed, only when it passed
  // In the order in which they ran, up to the first that failed: "bundle" (only when it cannot be read), "timestamp"
  // (only when it carries any and the root names an authority for them), "transparency-log", "signing-time",
  // "certificate", "certificate-log", "identity", "log-content", "signature". Their subject is left empty.
  std::vector<Check> checks;
};

// Every time stamp and log entry that the bundle carries must hold, at least one must prove when it was signed, and at
// least one log entry must be there; the certificate must have been valid at each of these times.
[[nodiscard]] CertificateResult verify_message_certificate(std::string_view bundle, const CertificatePolicy& policy,
                                                           std::string_view message);
[[nodiscard]] CertificateResult verify_dsse_certificate(std::string_view bundle, const CertificatePolicy& policy,
                                                        const Digest& subject, std::string_view predicate_type);

// Whether the text is a bundle with a certificate: one that no key can verify. False for what cannot be read.
[[nodiscard]] bool has_certificate(std::string_view bundle);

}  // namespace waybill::signing
