#include "signing/trusted_signers.h"

#include <fmt/core.h>

namespace waybill::signing {
namespace {

SignatureResult counted(CertificateResult found, const CertificatePolicy& policy) {
  SignatureResult result = std::move(found.signature);
  if (result.passed) {
    result.key_id = policy.rule.id();
    result.reason = "signed by " + found.identity;
  } else {
    result.key_id.clear();
    result.reason = fmt::format("{}: {}", found.checks.back().name, result.reason);
  }
  result.checks = std::move(found.checks);
  return result;
}

}  // namespace

SignatureResult verify_dsse_bundle(std::string_view bundle, const TrustedSigners& signers, const Digest& subject,
                                   std::string_view predicate_type) {
  if (!signers.certificates || !has_certificate(bundle))
    return verify_dsse_bundle(bundle, signers.keys, subject, predicate_type);
  return counted(verify_dsse_certificate(bundle, *signers.certificates, subject, predicate_type),
                 *signers.certificates);
}

SignatureResult verify_message_bundle(std::string_view bundle, const TrustedSigners& signers,
                                      std::string_view message) {
  if (!signers.certificates || !has_certificate(bundle)) return verify_message_bundle(bundle, signers.keys, message);
  return counted(verify_message_certificate(bundle, *signers.certificates, message), *signers.certificates);
}

}  // namespace waybill::signing
