#include "app/workflow/render_bundle.h"

#include <fmt/core.h>

#include "app/workflow/version.h"
#include "generator/missing_settings.h"

namespace waybill {

namespace {

// --nodes is the criterion and the estimate at once (spec: cli, Criteria). A recipe file has its criterion already.
RecipeRequest recipe_request(const BundleRequest& request) {
  RecipeRequest recipe = request.recipe;
  if (!recipe.recipe_file.empty()) recipe.words.nodes = 0;
  return recipe;
}

// What the user chose beyond the recipe. A number of nodes is no choice of its own where the criteria say the same.
Value chosen_options(Value options, const Settings& settings, const Criteria& criteria) {
  for (const Value::Member& member : settings.chosen.members()) {
    if (member.key != kNodesOption || member.value != Value(criteria.nodes())) options.set(member.key, member.value);
  }
  return options;
}

void warn_about(const Plan& plan, Reporter& reporter) {
  for (const std::string& warning : plan.warnings) reporter.warning(warning);
  for (const LeftOut& left_out : plan.left_out) {
    reporter.warning(
        left_out.reason == LeftOut::Reason::Disabled
            ? fmt::format("the component '{}' is disabled and left out", left_out.component)
            : fmt::format("the component '{}' is left out: its manifests render to nothing", left_out.component));
  }
}

}  // namespace

RenderedBundle render_plan(const Catalogue& catalogue, Recipe recipe, Plan plan, const DeployerRequest& request,
                           const Settings& settings) {
  const std::unique_ptr<Deployer> deployer = make_deployer(request);
  FileTree rendered = deployer->render(plan, recipe);
  BundleInfo info{.tool_version = std::string(program_version()),
                  .catalogue = catalogue.id(),
                  .recipe_digest = digest(recipe).to_string(),
                  .criteria = recipe.criteria,
                  .deployer = request.name,
                  .options = chosen_options(deployer->options(), settings, recipe.criteria)};
  Bundle bundle = seal(std::move(rendered), std::move(info));
  for (Release& release : plan.releases) release.registry = nullptr;  // the catalogue ends before the result
  return {std::move(recipe), std::move(plan), std::move(bundle)};
}

RenderedBundle render_bundle(const BundleRequest& request, const Services& services) {
  (void)make_deployer(request.deployer);  // refuses what it cannot do before anything is read
  const Settings settings = read_settings(request.settings, request.recipe.words.nodes);
  const ResolvedRecipe resolved = resolve_recipe(recipe_request(request), services);
  Plan plan = make_plan(resolved.catalogue, resolved.recipe, settings.plan);
  warn_about(plan, services.reporter);
  for (const std::string& warning : missing_settings(plan, resolved.recipe.criteria, settings.plan.scheduling))
    services.reporter.warning(warning);
  return render_plan(resolved.catalogue, resolved.recipe, std::move(plan), request.deployer, settings);
}

}  // namespace waybill
