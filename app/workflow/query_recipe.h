#pragma once
// One value or tree of a recipe with the final values of its components (spec: recipe-engine 8).
#include <string>

#include "app/workflow/resolve_recipe.h"
#include "core/value.h"

namespace waybill {

enum class DocumentFormat : bool { Yaml, Json };

// The answer as it is printed, with a line feed at its end: in YAML, texts and other scalars are bare, trees indented
// by 4; JSON is JSON. Throws what resolve_recipe() does, and NotFound for a selector that leads nowhere.
[[nodiscard]] std::string query_recipe(const RecipeRequest& request, const std::string& selector, DocumentFormat format,
                                       const Services& services);

}  // namespace waybill
