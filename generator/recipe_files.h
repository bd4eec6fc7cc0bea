#pragma once
// The files that a recipe names: value files and manifests of its components.
#include <vector>

#include "core/diagnostics.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

// A warning for every value file and manifest that the catalogue does not have, where it was written and with the
// nearest file that there is. The recipe stands all the same, as it does for aicr; whoever reads such a file fails.
[[nodiscard]] std::vector<Diagnostic> missing_files(const Catalogue& catalogue, const Recipe& recipe);

}  // namespace waybill
