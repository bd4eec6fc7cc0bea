#pragma once
// Why a recipe says what it says.
#include <string>

#include "app/workflow/resolve_recipe.h"
#include "generator/explanation.h"

namespace waybill {

struct ExplainRequest {
  RecipeRequest recipe;
  std::string component;  // empty: all
  // Of a selector: "components.gpu-operator.values.driver". With a component also within it, with or without "values.".
  // Empty: everything.
  std::string path;
};

struct ExplainedRecipe {
  Recipe recipe;
  Explanation explanation;  // what was asked for; the overlays are all there
};

// Throws NotFound for a component that the recipe does not have and for a path that leads nowhere, saying where it
// stopped and what is near.
[[nodiscard]] ExplainedRecipe explain_recipe(const ExplainRequest& request, const Services& services);
[[nodiscard]] Value to_value(const ExplainedRecipe& explained);

}  // namespace waybill
