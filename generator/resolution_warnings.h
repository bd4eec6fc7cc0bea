#pragma once
// What a resolved recipe does not say of itself, and its user should know: nothing is silently ignored.
#include <string>
#include <vector>

#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

// Of a recipe that resolve() made from this catalogue, in this order:
// - overlays that a snapshot excluded, with the reasons, and those of them that are applied all the same because a
// match
//   is based on them (spec: recipe-engine, B12);
// - settings that two unrelated, equally specific overlays make differently, with both names and which one wins (B3);
// - criteria that no applied overlay asks for (B14).
[[nodiscard]] std::vector<std::string> resolution_warnings(const Catalogue& catalogue, const Recipe& recipe);

}  // namespace waybill
