#pragma once
// The three words that stand in signed files for the place a bundle lies at; apps/templates/all.yaml replaces them.
#include <string>
#include <string_view>

#include "core/value.h"

namespace waybill::argocd {

inline constexpr std::string_view kRepoUrlWord = "waybill:repo-url";
inline constexpr std::string_view kRevisionWord = "waybill:revision";
inline constexpr std::string_view kPathWord = "waybill:path/";

// Whether a text holds one of the words.
[[nodiscard]] bool holds_placeholder(std::string_view text) noexcept;
// Throws InvalidInput, naming `where` and the path inside, when a key or a text at any depth holds one of the words:
// Argo CD would replace it.
void refuse_placeholders(const Value& value, const std::string& where);

}  // namespace waybill::argocd
