#pragma once
// Who may sign with a certificate instead of a key, as the command line says it, and whom to believe about that.
#include <string>

#include "signing/keyless.h"

namespace waybill {

struct CertificateChoice {
  std::string trusted_root;  // a file: sigstore's trusted_root.json
  // One of each two: exactly this text, or an expression that the whole text must match.
  std::string identity;
  std::string identity_regexp;
  std::string oidc_issuer;
  std::string oidc_issuer_regexp;

  [[nodiscard]] bool given() const noexcept {
    return !trusted_root.empty() || !identity.empty() || !identity_regexp.empty() || !oidc_issuer.empty() ||
           !oidc_issuer_regexp.empty();
  }
};

// Throws InvalidInput when the root, the identity or the issuer is not named or is named twice, and for a bad root or
// expression; NotFound without the file.
[[nodiscard]] signing::CertificatePolicy open_certificates(const CertificateChoice& choice);

}  // namespace waybill
