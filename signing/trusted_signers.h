#pragma once
// Everybody whose signature may count: keys, and whom a certificate authority vouches for. The one thing that
// verification of a found signature is asked against.
#include <optional>
#include <string_view>
#include <vector>

#include "signing/keyless.h"
#include "signing/verify.h"

namespace waybill::signing {

struct TrustedSigners {
  std::vector<PublicKey> keys;
  std::optional<CertificatePolicy> certificates;
};

// As the functions of signing/verify.h, for bundles of both kinds: `key_id` of a signature with a certificate is
// IdentityRule::id, and `checks` of the result says what was looked at.
[[nodiscard]] SignatureResult verify_dsse_bundle(std::string_view bundle, const TrustedSigners& signers,
                                                 const Digest& subject, std::string_view predicate_type);
[[nodiscard]] SignatureResult verify_message_bundle(std::string_view bundle, const TrustedSigners& signers,
                                                    std::string_view message);

}  // namespace waybill::signing
