#pragma once
// One side of a comparison, as a single word of the command line.
#include <string_view>

#include "app/workflow/resolve_recipe.h"

namespace waybill {

// "FILE" or "KEY=VALUE,…", then "@CATALOGUE" if the recipe data of another folder is meant, and "@DATA" for each folder
// that is laid over it. An empty CATALOGUE is that of `otherwise`, whose layers come under those of the operand.
//
//   recipe.yaml      -      service=eks,intent=training      service=eks@old/recipes      service=eks@@site-data
//
// What begins with letters and "=" is criteria (write ./a=b for a file of that name). A file whose name holds "@" is
// taken as it is written if it exists. Throws InvalidInput for an unknown key, with the nearest, and for one given
// twice.
[[nodiscard]] RecipeRequest parse_recipe_operand(std::string_view text, const CatalogueChoice& otherwise);

}  // namespace waybill
