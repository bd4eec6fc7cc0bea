#pragma once
// A recipe with all that it brings about as one tree, each value with the mark of where it was set:
//
//   components:       {NAME: {name, type, source, version, …, values: {…}}}   fields as in the recipe document,
//                     and manifests: {FILE: digest of its bytes}
//   constraints:      {NAME: {value, severity, …}}
//   validation:       {PHASE: {timeout, constraints: {NAME: {…}}, checks, …}}
//   deploymentOrder:  [NAME, …]
//
// What is empty is left out. Names that no catalogue can have twice make the paths of a query's selectors.
#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

// The fields of a component without its values. Overrides are no field: they are part of the values.
[[nodiscard]] Value fields_tree(const ComponentRef& component);
[[nodiscard]] Value constraints_tree(const std::vector<Constraint>& constraints);
[[nodiscard]] Value validation_tree(const std::optional<Validation>& validation);
// All of it. Throws as component_values() does.
[[nodiscard]] Value recipe_tree(const Catalogue& catalogue, const Recipe& recipe);

}  // namespace waybill
