#pragma once
// All targets that a catalogue covers, and how much a recipe for each carries.
#include <cstddef>
#include <vector>

#include "app/workflow/resolve_recipe.h"

namespace waybill {

struct Target {
  Criteria criteria;
  std::size_t components = 0;
  std::size_t values = 0;  // that are really set (docs/catalogue.md, "How many values")
};

struct TargetList {
  CatalogueId catalogue;
  std::vector<Target> targets;
};

// Those of targets() (generator/targets.h), `request`'s criteria being the wanted ones. `request` has no recipe file.
[[nodiscard]] TargetList list_targets(const RecipeRequest& request, const Services& services);
// {"catalogue": {"version", "digest"}, "targets": [{"criteria", "components", "values"}]}
[[nodiscard]] Value to_value(const TargetList& list);

}  // namespace waybill
