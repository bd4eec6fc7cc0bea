#include "app/workflow/certificate_choice.h"

#include <fmt/core.h>

#include "core/error.h"
#include "core/file_system.h"

namespace waybill {
namespace {

signing::TextRule rule_of(const std::string& exact, const std::string& expression, std::string_view flag) {
  if (!exact.empty() && !expression.empty())
    throw Error(ErrorCode::InvalidInput, fmt::format("{0} and {0}-regexp exclude each other", flag));
  if (exact.empty() && expression.empty()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("a certificate alone proves nothing: {} is missing", flag))
        .hint(fmt::format("name it with {0} or {0}-regexp", flag));
  }
  return exact.empty() ? signing::TextRule::matching(expression) : signing::TextRule::exactly(exact);
}

}  // namespace

signing::CertificatePolicy open_certificates(const CertificateChoice& choice) {
  if (choice.trusted_root.empty()) {
    throw Error(ErrorCode::InvalidInput, "a signature with a certificate cannot be verified without a trusted root")
        .hint(
            "name sigstore's trusted_root.json, or that of your own instance, with --trusted-root; nothing is fetched");
  }
  signing::IdentityRule rule{rule_of(choice.identity, choice.identity_regexp, "--certificate-identity"),
                             rule_of(choice.oidc_issuer, choice.oidc_issuer_regexp, "--certificate-oidc-issuer")};
  return {
      signing::parse_trusted_root(read_file(choice.trusted_root, signing::kLargestTrustedRoot), choice.trusted_root),
      std::move(rule)};
}

}  // namespace waybill
