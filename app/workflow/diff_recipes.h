#pragma once
// What differs between two recipes, with the layers that the differing values come from.
#include <string>
#include <vector>

#include "app/workflow/resolve_recipe.h"
#include "core/error.h"
#include "generator/recipe_difference.h"

namespace waybill {

// Where one of the recipes comes from.
struct ComparedRecipe {
  std::string text;  // as the user wrote it
  CatalogueId catalogue;
  Value criteria;  // a map
  std::size_t components = 0;
  std::size_t values = 0;  // that are really set
};

struct PlacedChange {
  LeafChange change;
  SourceLocation before;  // file and line of the value; empty where unknown
  SourceLocation after;
};

struct RecipeComparison {
  ComparedRecipe before;
  ComparedRecipe after;
  RecipeDifference difference;
  std::vector<PlacedChange> changes;  // those of the difference, in its order
};

// `before` and `after` as parse_recipe_operand() reads them.
[[nodiscard]] RecipeComparison diff_recipes(const std::string& before, const std::string& after,
                                            const CatalogueChoice& catalogue, const Services& services);
[[nodiscard]] Value to_value(const RecipeComparison& comparison);

}  // namespace waybill
