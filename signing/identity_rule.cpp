#include "signing/identity_rule.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <regex>

#include "core/error.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kLongestMatched = 2048;  // the library's matcher recurses

std::string shown(const std::string& text) { return text.substr(0, 200); }

}  // namespace

struct TextRule::State {
  std::string text;
  std::optional<std::regex> expression;
};

TextRule TextRule::exactly(std::string text) {
  return TextRule(std::make_shared<const State>(State{std::move(text), std::nullopt}));
}

TextRule TextRule::matching(std::string expression) {
  try {
    std::regex compiled(expression);
    return TextRule(std::make_shared<const State>(State{std::move(expression), std::move(compiled)}));
  } catch (const std::regex_error&) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is not a regular expression", expression));
  }
}

bool TextRule::matches(const std::string& text) const {
  const std::optional<std::regex>& expression = state_->expression;
  if (!expression) return text == state_->text;
  return text.size() <= kLongestMatched && std::regex_match(text, *expression);
}

const std::string& TextRule::text() const noexcept { return state_->text; }

std::string IdentityRule::id() const { return fmt::format("{} ({})", identity.text(), oidc_issuer.text()); }

std::string IdentityRule::why_not(const Certificate& certificate) const {
  const std::vector<std::string>& names = certificate.identities();
  if (names.empty()) return "the certificate names nobody";
  if (std::ranges::none_of(names, [&](const std::string& name) { return identity.matches(name); })) {
    return fmt::format("the certificate is for '{}', expected '{}'", shown(names.front()), identity.text());
  }
  if (!oidc_issuer.matches(certificate.oidc_issuer())) {
    return fmt::format("the issuer of the certificate's identity is '{}', expected '{}'",
                       shown(certificate.oidc_issuer()), oidc_issuer.text());
  }
  return {};
}

}  // namespace waybill::signing
