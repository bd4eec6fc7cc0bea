#include "app/workflow/render_bundle.h"

#include <fmt/core.h>

#include "app/workflow/version.h"
#include "argocd/render.h"
#include "core/error.h"
#include "core/suggest.h"

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

Value to_list(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

// What the user chose beyond the recipe: whoever reads the bundle can render it again.
Value chosen_options(const BundleRequest& request, const argocd::Version& version) {
  Value options = Value::map({{"argocdVersion", version.text()}});
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
  if (request.deployer != "argocd") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no deployer '{}'", request.deployer))
        .hint(suggestion(request.deployer, {"argocd"}));
  }
  const argocd::Version version = argocd::Version::parse(request.argocd_version);
  const ResolvedRecipe resolved = resolve_recipe(request.recipe, services);
  Plan plan = make_plan(resolved.catalogue, resolved.recipe, plan_options(request));
  warn_about_left_out(plan, services.reporter);
  FileTree rendered = argocd::render(plan, resolved.recipe, {.version = version});
  BundleInfo info{.tool_version = std::string(program_version()),
                  .catalogue = resolved.catalogue.id(),
                  .recipe_digest = digest(resolved.recipe).to_string(),
                  .criteria = resolved.recipe.criteria,
                  .deployer = request.deployer,
                  .options = chosen_options(request, version)};
  Bundle bundle = seal(std::move(rendered), std::move(info));
  for (Release& release : plan.releases) release.registry = nullptr;  // the catalogue ends here
  return {resolved.recipe, std::move(plan), std::move(bundle)};
}

}  // namespace waybill
