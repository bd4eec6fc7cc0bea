#pragma once
// From what the user said (criteria as flags, in a file or told from a snapshot, or a recipe file; a catalogue, layers
// over it) to a recipe.
#include <string>
#include <vector>

#include "app/workflow/criteria_words.h"
#include "app/workflow/services.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

struct CatalogueChoice {
  std::string folder;             // empty: the embedded catalogue
  std::vector<std::string> data;  // folders laid over it, later wins
};
[[nodiscard]] Catalogue::Layers catalogue_layers(const CatalogueChoice& choice);
[[nodiscard]] Catalogue load_catalogue(const CatalogueChoice& choice);

struct RecipeRequest {
  CatalogueChoice catalogue;
  CriteriaWords words;
  // At most one of these; "-" is standard input. The words above replace single fields of the first two.
  std::string criteria_file;
  std::string snapshot_file;
  std::string recipe_file;  // instead of criteria
};

// What the request asks for, without resolving it: flags, a criteria file or what a snapshot tells; nothing at all is
// allowed. Warns about what is odd in the catalogue or the snapshot. The request has no recipe file.
[[nodiscard]] Criteria requested_criteria(const RecipeRequest& request, const Catalogue& catalogue, Reporter& reporter);

struct ResolvedRecipe {
  Catalogue catalogue;
  Recipe recipe;
};
// Throws InvalidInput when nothing says what is wanted, or two things do. Warns about what is odd in the catalogue or
// the snapshot, about everything that resolution_warnings() finds, and about a recipe file that was resolved from
// another catalogue.
[[nodiscard]] ResolvedRecipe resolve_recipe(const RecipeRequest& request, const Services& services);

}  // namespace waybill
