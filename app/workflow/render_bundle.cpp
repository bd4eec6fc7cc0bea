#include "app/workflow/render_bundle.h"

#include <fmt/core.h>

#include "app/workflow/version.h"

namespace waybill {

namespace {

PlanOptions plan_options(const BundleRequest& request) {
  PlanOptions options;
  for (const std::string& text : request.set)
    options.overrides.push_back(parse_value_override(text, ValueTyping::Guess));
  for (const std::string& text : request.set_string)
    options.overrides.push_back(parse_value_override(text, ValueTyping::Text));
  return options;
}

Value to_list(const std::vector<std::string>& texts) { return Value::List(texts.begin(), texts.end()); }

// What the user chose beyond the recipe.
Value chosen_options(const BundleRequest& request, const Deployer& deployer) {
  Value options = deployer.options();
  if (!request.set.empty()) options.set("set", to_list(request.set));
  if (!request.set_string.empty()) options.set("setString", to_list(request.set_string));
  return options;
}

void warn_about_left_out(const Plan& plan, Reporter& reporter) {
  for (const LeftOut& left_out : plan.left_out) {
    reporter.warning(
        left_out.reason == LeftOut::Reason::Disabled
            ? fmt::format("the component '{}' is disabled and left out", left_out.component)
            : fmt::format("the component '{}' is left out: its manifests render to nothing", left_out.component));
  }
}

}  // namespace

RenderedBundle render_bundle(const BundleRequest& request, const Services& services) {
  const std::unique_ptr<Deployer> deployer = make_deployer(request.deployer);
  const ResolvedRecipe resolved = resolve_recipe(request.recipe, services);
  Plan plan = make_plan(resolved.catalogue, resolved.recipe, plan_options(request));
  warn_about_left_out(plan, services.reporter);
  FileTree rendered = deployer->render(plan, resolved.recipe);
  BundleInfo info{.tool_version = std::string(program_version()),
                  .catalogue = resolved.catalogue.id(),
                  .recipe_digest = digest(resolved.recipe).to_string(),
                  .criteria = resolved.recipe.criteria,
                  .deployer = request.deployer.name,
                  .options = chosen_options(request, *deployer)};
  Bundle bundle = seal(std::move(rendered), std::move(info));
  for (Release& release : plan.releases) release.registry = nullptr;  // the catalogue ends here
  return {resolved.recipe, std::move(plan), std::move(bundle)};
}

}  // namespace waybill
