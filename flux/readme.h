#pragma once
// README.md of a bundle for Flux: for the reader at the site.
#include <string>
#include <vector>

#include "flux/step.h"
#include "generator/plan.h"
#include "generator/recipe.h"

namespace waybill::flux {

[[nodiscard]] std::string readme(const Plan& plan, const Recipe& recipe, const std::vector<Step>& steps);

}  // namespace waybill::flux
