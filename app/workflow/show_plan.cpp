#include "app/workflow/show_plan.h"

#include "argocd/wave.h"
#include "generator/plan.h"

namespace waybill {

std::vector<PlannedWave> show_plan(const RecipeRequest& request, const Services& services) {
  const ResolvedRecipe resolved = resolve_recipe(request, services);
  const Plan plan = make_plan(resolved.catalogue, resolved.recipe);
  std::vector<PlannedWave> waves(plan.waves());
  for (std::uint32_t depth = 0; depth < waves.size(); ++depth) waves[depth] = {depth, argocd::chart_wave(depth), {}};
  for (const Release& release : plan.releases) {
    const std::string& version = release.component.is_kustomize() ? release.component.tag : release.component.version;
    waves[release.wave].components.push_back({release.component.name, version, release.depends_on});
  }
  return waves;
}

}  // namespace waybill
