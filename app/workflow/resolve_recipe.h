#pragma once
// From what the user said (criteria flags or a recipe file, a catalogue, layers over it) to a recipe.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/services.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

struct CatalogueChoice {
  std::string folder;             // empty: the embedded catalogue
  std::vector<std::string> data;  // folders laid over it, later wins
};
[[nodiscard]] Catalogue load_catalogue(const CatalogueChoice& choice);

struct RecipeRequest {
  CatalogueChoice catalogue;
  std::string service;  // words as typed; empty: not given
  std::string accelerator;
  std::string intent;
  std::string os;
  std::string platform;
  std::int64_t nodes = 0;
  std::string recipe_file;  // instead of criteria; "-" is standard input
};

// The words of the request as criteria; those of the catalogue's own overlays are known too. Throws InvalidInput for an
// unknown word, with the nearest.
[[nodiscard]] Criteria criteria_of(const RecipeRequest& request, const Catalogue& catalogue);
// Warns about what is odd in the catalogue.
void warn_about(const Catalogue& catalogue, Reporter& reporter);

struct ResolvedRecipe {
  Catalogue catalogue;
  Recipe recipe;
};
// Throws InvalidInput when neither criteria nor a recipe file is given, or both. Warns about criteria that no applied
// overlay honours, and about a recipe file that was resolved from another catalogue.
[[nodiscard]] ResolvedRecipe resolve_recipe(const RecipeRequest& request, const Services& services);

}  // namespace waybill
