#pragma once
// Plan -> the files of a Helm bundle (docs/formats.md, "Bundle for Helm"; spec: bundle 2): a folder for each component
// with its values, its manifests as local charts and a README, the two tables that deploy.sh and undeploy.sh read, and
// the scripts themselves. The scripts are the same in every bundle: nothing of a recipe stands in them.
//
//   Bundle bundle = seal(helm::render(plan, recipe), info);
#include "core/file_tree.h"
#include "generator/plan.h"
#include "generator/recipe.h"

namespace waybill::helm {

// Throws InvalidInput, naming component and field, for what the tables cannot hold (helm/step.h, helm/namespaces.h),
// for a component whose folder would have the name of another part of the bundle, and for malformed `argocd` data in
// the registry.
[[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe);

}  // namespace waybill::helm
