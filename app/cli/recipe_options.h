#pragma once
// Options that several commands share, so that they are spelled and explained the same everywhere.
#include <cstdint>
#include <string>
#include <vector>

#include "app/cli/command.h"
#include "app/workflow/resolve_recipe.h"

namespace waybill::cli {

// --catalogue and --data.
void add_catalogue_options(Command& command, CatalogueChoice& catalogue);

// Targets: criteria only choose. Recipe: they are resolved, and --recipe may name a resolved recipe instead. Bundle:
// the same, and --nodes, also beside --recipe, is told to the components that want to know it.
enum class CriteriaFor : std::uint8_t { Targets, Recipe, Bundle };

// --service and the other words of criteria.
void add_criteria_options(Command& command, CriteriaWords& words, CriteriaFor what);

// The criteria flags, a criteria file or snapshot, --catalogue and --data.
void add_recipe_options(Command& command, RecipeRequest& request, CriteriaFor what);

// -t, --format with these choices; the first is the default that `format` must hold.
void add_format_option(Command& command, std::string& format, std::vector<std::string> choices);

// -o, --output for documents: a file, or standard output when empty or "-".
void add_output_option(Command& command, std::string& output);

// BUNDLE: a bundle wherever it lies.
[[nodiscard]] Argument bundle_argument(std::string& bundle);

}  // namespace waybill::cli
