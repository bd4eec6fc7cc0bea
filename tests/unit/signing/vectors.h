#pragma once
// Known values for a key whose private half is no secret: its scalar is the SHA-256 of a sentence. The signatures are
// deterministic ones (RFC 6979), made by another implementation and accepted by cosign 3.1.3 and @sigstore/verify.
#include <string>
#include <string_view>

#include "core/bytes.h"
#include "core/digest.h"
#include "core/secret.h"
#include "signing/key.h"

namespace waybill::signing::vectors {

inline constexpr std::string_view kPublicPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXkkQszwbuE3iQHdVbsV32ajkHEmh\n"
    "2PW9mHhn/ReV1COGZ+ByxpsHjYR5De8zdwwQVPhUp7pTh7fAuT9/m2/vRw==\n"
    "-----END PUBLIC KEY-----\n";
inline constexpr std::string_view kSpkiDigest = "e9e121814302f74bb3e8fab88824ba526694b0fb54c1526ef3797290381adcc9";
inline constexpr std::string_view kKeyId = "6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk=";
inline constexpr std::string_view kPkcs8Digest = "74370357f8d2a85172926561a9ef0e5868fa829558ea19df0e8c23b26352650a";

// The password is "correct horse", N = 65536.
inline constexpr std::string_view kEncryptedPem =
    "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
    "eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6\n"
    "OCwicCI6MX0sInNhbHQiOiJYUWxZaXhyOG5lVXhqTlVJUFpUc04vNjBIbnVoeVhC\n"
    "ZjlrZFdhTGszNWhBPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94\n"
    "Iiwibm9uY2UiOiIzcWpwZDcxN2ovcThseUtGRTZNeHY5SHFGaCt3TTdTeCJ9LCJj\n"
    "aXBoZXJ0ZXh0IjoiRDl3dCtBNkcrbVlDOW9iK01KWjU0cEpCODJaQnFBZm9hNS9n\n"
    "SEVXS3dUU0p4dmFRSjhSUkQ5U1FnWEhOaEhLOXozSjNFUkFKbUl3amlFZGNKSHVH\n"
    "WXRiS2JyMTh6V0o2QTAya28wR2lxV0d6UmF5Z1Y4Wmt3QysrVW1HZkNodGlSamU4\n"
    "cHZZUGpmODVwZmVXMlkwbzBkMG0zallUUDA5NTk0REprNFdBRCtXK3dSQnFUNVBZ\n"
    "dUNETkhSNmpTRFNER29YZ2l5NEtNWXIvVXc9PSJ9\n"
    "-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n";

inline constexpr std::string_view kManifestDigest =
    "sha256:5b552f0045910dc76fc0ebeedac435e62cc1cb547f980cbc68067807e00ef30b";
inline constexpr std::string_view kPayloadReference = "127.0.0.1:5555/test/app";
inline constexpr std::string_view kPayloadDigest = "d13789937851c9499c057c6b0afe8b6953c7c1b7b7532344e5bbed78e7b40920";
inline constexpr std::string_view kPayloadSignature =
    "MEQCICVoE8/N+kalhY6Hpv1Lfqt3p2vZnhqMHErw8P3cd9s8AiAoUDQXVY7RVcY8Od1af5i2nUAgCAV4YxM1cdHlD/7F5A==";
inline constexpr std::string_view kTaggedPayloadDigest =
    "9d31669332e8a8ee2179f98493559889de140b3447ac8725565e0f74c9b68c53";
inline constexpr std::string_view kTaggedPayloadSignature =
    "MEUCICaHUjVTYvlUzPsfa3qrOJ6HBlgJxKMsg1Pq4CdYnaBRAiEA83iJO3HNTWNYFmhs7NF3V4mbCgP2Z0E4DuiU48SAxZ0=";

inline constexpr std::string_view kStatementDigest = "0295c0d01ca32c18bccf5ec759984fd3f5811ec20e4a9824d527b48cc8759024";
inline constexpr std::string_view kEncodingDigest = "3336279052fe583185ea6766266e4ee4962439418d0745b2a71b69349db68211";
inline constexpr std::string_view kStatementSignature =
    "MEUCIQCjEhdAWnyuRrREnMocAaRHe4YLWrDs0oi1raGSP7OZRwIgcOdnBL5G1uGLLbyBpElNOXyhu6lU5FPrXexCdXkDrPo=";
inline constexpr std::string_view kBundleDigest = "c8e020dc6e5c0e0bce192e3fee0b5997072a85055531496de73a48b0345c05ea";

// A message signature of "hello\n".
inline constexpr std::string_view kMessageSignature =
    "MEUCIQDpWaVQhu2RegY23o+am2NzpsXroOMkkBl5PtNYvnNa8gIgQPbJnEyeOoezZZHYZXHGfqaP5rmw2eRVJRgxm/u23Ac=";
inline constexpr std::string_view kMessageBundle =
    R"({"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"6eEhgUMC90uz6Pq4iCS6UmaUsPtUwVJu83lykDga3Mk="}},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM="},"signature":"MEUCIQDpWaVQhu2RegY23o+am2NzpsXroOMkkBl5PtNYvnNa8gIgQPbJnEyeOoezZZHYZXHGfqaP5rmw2eRVJRgxm/u23Ac="}})";

// Another P-256 key, of which nobody keeps the private half.
inline constexpr std::string_view kOtherPem =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5W+S8GVP2HL1/blxqoeySG4l6rWy\n"
    "yLHdis6KWqPKQXWwzQ/4LChDgHadk1EtyLxLz16JLFKotu0jX2+GNYOtOA==\n"
    "-----END PUBLIC KEY-----\n";

inline PublicKey public_key() { return PublicKey::from_pem(kPublicPem, "test.pub"); }
inline PublicKey other_key() { return PublicKey::from_pem(kOtherPem, "other.pub"); }
inline std::string decoded(std::string_view base64) { return from_base64(base64).value(); }

// The two DER forms of the private key, put together from its scalar and point.
inline std::string private_scalar() { return std::string(as_text(sha256("cosign spec test key").raw())); }
inline std::string public_point() { return public_key().spki().substr(26); }
inline SecretBytes pkcs8() {
  return SecretBytes::copy_of(*from_hex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420") +
                              private_scalar() + *from_hex("a144034200") + public_point());
}
inline SecretBytes sec1() {
  return SecretBytes::copy_of(*from_hex("30770201010420") + private_scalar() +
                              *from_hex("a00a06082a8648ce3d030107a144034200") + public_point());
}
inline PrivateKey private_key() { return PrivateKey::from_pkcs8(pkcs8(), "test.key"); }

}  // namespace waybill::signing::vectors
