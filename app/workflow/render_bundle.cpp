#include "app/workflow/render_bundle.h"

#include <fmt/core.h>

#include "app/workflow/version.h"
#include "argocd/render.h"
#include "core/error.h"
#include "core/suggest.h"

namespace waybill {

RenderedBundle render_bundle(const BundleRequest& request, const Services& services) {
  if (request.deployer != "argocd") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no deployer '{}'", request.deployer)).hint(suggestion(request.deployer, {"argocd"}));
  }
  const argocd::Version version = argocd::Version::parse(request.argocd_version);
  const ResolvedRecipe resolved = resolve_recipe(request.recipe, services);
  Plan plan = make_plan(resolved.catalogue, resolved.recipe);
  FileTree rendered = argocd::render(plan, resolved.recipe, {.version = version});
  BundleInfo info{.tool_version = std::string(program_version()),
                  .catalogue = resolved.catalogue.id(),
                  .recipe_digest = digest(resolved.recipe).to_string(),
                  .criteria = resolved.recipe.criteria,
                  .deployer = request.deployer,
                  .options = Value::map({{"argocdVersion", version.text()}})};
  Bundle bundle = seal(std::move(rendered), std::move(info));
  for (Release& release : plan.releases) release.registry = nullptr;  // the catalogue ends here
  return {resolved.recipe, std::move(plan), std::move(bundle)};
}

}  // namespace waybill
