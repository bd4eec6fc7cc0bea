#include "app/workflow/show_plan.h"

#include <algorithm>

#include "argocd/wave.h"
#include "generator/plan.h"

namespace waybill {

ShownPlan show_plan(const RecipeRequest& request, const Services& services) {
  const ResolvedRecipe resolved = resolve_recipe(request, services);
  const Plan plan = make_plan(resolved.catalogue, resolved.recipe);
  ShownPlan shown{resolved.catalogue.id(), std::vector<PlannedWave>(plan.waves()), critical_path(plan)};
  const std::vector<std::string>& critical = shown.critical_path;
  for (std::uint32_t depth = 0; depth < shown.waves.size(); ++depth)
    shown.waves[depth] = {depth, argocd::chart_wave(depth), {}};
  for (const Release& release : plan.releases) {
    const std::string& version = release.component.is_kustomize() ? release.component.tag : release.component.version;
    const bool is_critical = std::find(critical.begin(), critical.end(), release.component.name) != critical.end();
    shown.waves[release.wave].components.push_back({release.component.name, version, release.depends_on, is_critical});
  }
  return shown;
}

}  // namespace waybill
