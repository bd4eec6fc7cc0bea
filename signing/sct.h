#pragma once
// Signed certificate timestamps: the promise of a certificate transparency log that it will show a certificate to
// everybody (RFC 6962, sections 3.2 and 3.3), so that an authority cannot issue one in secret.
#include <string>
#include <string_view>

#include "signing/certificate.h"
#include "signing/trusted_root.h"

namespace waybill::signing {

// Why `leaf` does not carry, embedded, a valid promise by one of the root's certificate logs; empty when it does. One
// is enough. `issuer_spki` is the key of the certificate that signed it.
[[nodiscard]] std::string why_not_promised(const Certificate& leaf, std::string_view issuer_spki,
                                           const TrustedRoot& root);

}  // namespace waybill::signing
