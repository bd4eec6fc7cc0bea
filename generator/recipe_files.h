#pragma once
// The files that a recipe names: value files, manifests and Kustomize patches of its components.
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

// Throws InvalidInput with every value file and manifest that the catalogue does not have, where it was written and
// with the nearest file that there is. (aicr's `recipe` does not notice; its `bundle` would.)
void require_files(const Catalogue& catalogue, const Recipe& recipe);

}  // namespace waybill
