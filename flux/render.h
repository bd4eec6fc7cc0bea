#pragma once
// Plan -> the files of a bundle for Flux (docs/formats.md, "Bundle for Flux"): a folder for each step, a Kustomization
// for each folder, the namespaces, the recipe and a README. Nothing in them says where the bundle will lie: the root,
// which is written for a place, fills in one variable and the kind of the source.
//
//   Bundle bundle = seal(flux::render(plan, recipe), info);
//   std::string root = flux::root_document(bundle.tree, {.repo_url = "oci://registry.example/gpu/bundle", .revision =
//   "sha256:…"});
#include "core/file_tree.h"
#include "generator/plan.h"
#include "generator/recipe.h"

namespace waybill::flux {

// Throws InvalidInput, naming component and field, for what flux::make_steps() refuses, malformed data in the registry,
// and components that ask for different labels of one namespace.
[[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe);

}  // namespace waybill::flux
