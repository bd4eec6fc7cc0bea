#include "core/diagnostics.h"

#include <fmt/core.h>

#include <algorithm>

namespace waybill {

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.location);
  if (!text.empty()) text += ": ";
  text += diagnostic.severity == Severity::Error ? "error: " : "warning: ";
  text += diagnostic.message;
  if (!diagnostic.hint.empty()) text += fmt::format(" ({})", diagnostic.hint);
  if (!diagnostic.rule.empty()) text += fmt::format(" [{}]", diagnostic.rule);
  return text;
}

void Diagnostics::error(SourceLocation location, std::string rule, std::string message, std::string hint) {
  all_.push_back({Severity::Error, std::move(location), std::move(message), std::move(hint), std::move(rule)});
}

void Diagnostics::warning(SourceLocation location, std::string rule, std::string message, std::string hint) {
  all_.push_back({Severity::Warning, std::move(location), std::move(message), std::move(hint), std::move(rule)});
}

bool Diagnostics::has_errors() const noexcept {
  return std::any_of(all_.begin(), all_.end(), [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

void Diagnostics::throw_if_errors() const {
  constexpr std::size_t kMostShown = 20;
  std::vector<const Diagnostic*> errors;
  for (const Diagnostic& diagnostic : all_) {
    if (diagnostic.severity == Severity::Error) errors.push_back(&diagnostic);
  }
  if (errors.empty()) return;
  const Diagnostic& first = *errors.front();
  std::string message = first.message;
  for (std::size_t i = 1; i < errors.size() && i < kMostShown; ++i) message += "\n" + to_string(*errors[i]);
  if (errors.size() > kMostShown) message += fmt::format("\nand {} more", errors.size() - kMostShown);
  throw Error(ErrorCode::InvalidInput, std::move(message)).at(first.location).hint(first.hint);
}

}  // namespace waybill
