#pragma once
// Constraints of one name replace each other along the overlays of a recipe; a later one may ask for less.
#include <string>

#include "generator/validation.h"

namespace waybill {

// In which way `after` asks for less than `before`, "'>= 1.34' becomes '>= 1.30'"; empty when it does not, or when the
// two cannot be compared (spec: recipe-engine B13).
[[nodiscard]] std::string weakening(const Constraint& before, const Constraint& after);

}  // namespace waybill
