#include "argocd/placeholder.h"

#include <fmt/core.h>

#include <array>

#include "core/error.h"

namespace waybill::argocd {

bool holds_placeholder(std::string_view text) noexcept {
  for (const std::string_view word : std::array{kRepoUrlWord, kRevisionWord, kPathWord}) {
    if (text.find(word) != std::string_view::npos) return true;
  }
  return false;
}

void refuse_placeholders(const Value& value, const std::string& where) {
  const auto refuse = [&](std::string_view text) {
    if (!holds_placeholder(text)) return;
    throw Error(ErrorCode::InvalidInput,
                fmt::format("{} holds '{}', '{}' or '{}', which Argo CD would replace by the bundle's place", where,
                            kRepoUrlWord, kRevisionWord, kPathWord));
  };
  if (value.is_string()) refuse(value.as_string());
  if (value.is_list()) {
    for (std::size_t i = 0; i < value.items().size(); ++i)
      refuse_placeholders(value.items()[i], fmt::format("{}[{}]", where, i));
  }
  if (value.is_map()) {
    for (const Value::Member& member : value.members()) {
      refuse(member.key);
      refuse_placeholders(member.value, fmt::format("{}.{}", where, member.key));
    }
  }
}

}  // namespace waybill::argocd
