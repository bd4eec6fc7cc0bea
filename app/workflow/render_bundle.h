#pragma once
// From a recipe request to a sealed bundle.
#include "app/workflow/deployer.h"
#include "app/workflow/resolve_recipe.h"
#include "app/workflow/settings.h"
#include "generator/bundle.h"
#include "generator/plan.h"

namespace waybill {

struct BundleRequest {
  RecipeRequest recipe;
  DeployerRequest deployer;
  SettingsRequest settings;
};

struct RenderedBundle {
  Recipe recipe;
  Plan plan;
  Bundle bundle;
};
// Throws what resolving, planning and rendering throw. `plan` refers to the registry of the catalogue only while this
// runs: its releases' `registry` is null in the result.
[[nodiscard]] RenderedBundle render_bundle(const BundleRequest& request, const Services& services);

// The second half: a plan that was made of the recipe and the settings' options.
[[nodiscard]] RenderedBundle render_plan(const Catalogue& catalogue, Recipe recipe, Plan plan,
                                         const DeployerRequest& request, const Settings& settings);

}  // namespace waybill
