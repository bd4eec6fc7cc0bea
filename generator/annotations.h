#pragma once
// The annotations of a Kubernetes object, and the two forms in which they say more than one word: lists with commas,
// and whole numbers.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

// Null pointer when the object has none.
[[nodiscard]] const Value* annotations_of(const Value& object) noexcept;
[[nodiscard]] Value* annotations_of(Value& object) noexcept;

// What stands between commas, without blanks; one empty word for an empty text.
[[nodiscard]] std::vector<std::string> words_of(std::string_view list);
// With or without a sign; nullopt for any other text.
[[nodiscard]] std::optional<int> whole_number(std::string_view text) noexcept;

}  // namespace waybill
