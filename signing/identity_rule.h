#pragma once
// Which certificates may have signed: rules for the identity and for who vouches for it (the issuer of the OpenID
// token). An identity without its issuer says nothing, because anybody can run an issuer: both are required.
#include <memory>
#include <string>

#include "signing/certificate.h"

namespace waybill::signing {

// One text exactly, or a regular expression (ECMAScript's grammar) that must match the whole text.
class TextRule {
 public:
  [[nodiscard]] static TextRule exactly(std::string text);
  // Throws InvalidInput for a bad expression.
  [[nodiscard]] static TextRule matching(std::string expression);

  // A pattern matches nothing that is longer than 2048 bytes.
  [[nodiscard]] bool matches(const std::string& text) const;
  [[nodiscard]] const std::string& text() const noexcept;

 private:
  struct State;
  explicit TextRule(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

struct IdentityRule {
  TextRule identity;
  TextRule oidc_issuer;

  // How reports and policies name whoever fits: "IDENTITY (OIDC ISSUER)", as the rule says them.
  [[nodiscard]] std::string id() const;
  // Why the certificate does not fit; empty when one of its identities and its issuer do.
  [[nodiscard]] std::string why_not(const Certificate& certificate) const;
};

}  // namespace waybill::signing
