#pragma once
// Whether one constraint asks for less than another.
#include <string_view>

namespace waybill {

// Of two bounds by the same kind of operator (>= and >, or <= and <), whether `after` admits what `before` refuses:
// ">= 1.30" after ">= 1.34". False for everything that cannot be compared so.
[[nodiscard]] bool is_weaker(std::string_view after, std::string_view before) noexcept;

}  // namespace waybill
