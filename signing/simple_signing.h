#pragma once
// The older form of a container signature ("simple signing", cosign's `.sig` tags): a JSON payload that names the
// manifest's digest, and an ECDSA signature of its bytes (oci-and-signing, section 2).
#include <map>
#include <string>
#include <string_view>

#include "core/digest.h"
#include "signing/key.h"

namespace waybill::signing {

inline constexpr std::string_view kSimpleSigningMediaType = "application/vnd.dev.cosign.simplesigning.v1+json";
inline constexpr std::string_view kSimpleSigningAnnotation = "dev.cosignproject.cosign/signature";
inline constexpr std::uint64_t kLargestSimpleSigningPayload = 1ULL << 20;

struct SimpleSigning {
  std::string docker_reference;  // "registry/repository:tag"; may be empty in the payloads of others
  Digest manifest;
  std::map<std::string, std::string> annotations;
};

// The exact bytes that cosign writes for these values.
[[nodiscard]] std::string write_simple_signing(const SimpleSigning& payload);

// Strict, as containers/image reads it: exactly the known members, the right type. Values of `optional` that are no
// texts are kept out of the annotations ("timestamp" is an integer). Throws InvalidInput.
[[nodiscard]] SimpleSigning parse_simple_signing(std::string_view text);

// The base64 signature for the annotation.
[[nodiscard]] std::string sign_simple_signing(const PrivateKey& key, std::string_view payload);

}  // namespace waybill::signing
