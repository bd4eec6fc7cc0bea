#pragma once
// The README.md of a bundle and of each component's folder, made from the same steps that the scripts read.
#include <map>
#include <string>
#include <vector>

#include "core/value.h"
#include "generator/plan.h"
#include "generator/recipe.h"
#include "helm/step.h"

namespace waybill::helm {

[[nodiscard]] std::string readme(const Plan& plan, const Recipe& recipe, const std::vector<Step>& steps,
                                 const std::map<std::string, Value>& namespaces);
[[nodiscard]] std::string component_readme(const Release& release, const std::vector<Step>& steps);

}  // namespace waybill::helm
