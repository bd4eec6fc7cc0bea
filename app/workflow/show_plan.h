#pragma once
// The order of deployment, for people and scripts.
#include <cstdint>
#include <string>
#include <vector>

#include "app/workflow/resolve_recipe.h"

namespace waybill {

struct PlannedComponent {
  std::string name;
  std::string version;  // chart version or git tag; empty for manifests only
  std::vector<std::string> depends_on;
  bool is_critical = false;  // on the critical path
};

struct PlannedWave {
  std::uint32_t depth = 0;
  std::int64_t sync_wave = 0;  // the annotation's value
  std::vector<PlannedComponent> components;
};

struct ShownPlan {
  CatalogueId catalogue;
  std::vector<PlannedWave> waves;
  std::vector<std::string> critical_path;  // see critical_path() in generator/plan.h
};

[[nodiscard]] ShownPlan show_plan(const RecipeRequest& request, const Services& services);

}  // namespace waybill
