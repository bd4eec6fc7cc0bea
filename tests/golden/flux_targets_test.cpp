// Two whole bundles for Flux of the embedded catalogue, and their roots for git and for a registry.
// tests/interop/flux_targets_test.cpp has Flux's definitions and libraries judge the same files.
#include <gtest/gtest.h>

#include "flux/render.h"
#include "flux/root.h"
#include "generator/plan.h"
#include "tests/golden/golden_files.h"
#include "tests/support/embedded_recipes.h"

namespace waybill {
namespace {

FileTree outputs(const testing::QueryWords& words) {
  Recipe recipe = testing::embedded_recipe(words);
  recipe.version = "golden";
  recipe.catalogue = {"golden", "sha256:" + std::string(64, '0')};
  const FileTree bundle = flux::render(make_plan(testing::embedded(), recipe), recipe);
  FileTree tree;
  tree.add_tree("bundle", bundle);
  tree.add(
      RelPath::parse("git.root.yaml"),
      flux::root_document(
          bundle, {.repo_url = "https://git.example.com/fleet.git", .path = "clusters/x/bundle", .revision = "main"}));
  tree.add(RelPath::parse("oci.root.yaml"),
           flux::root_document(bundle, {.repo_url = "oci://registry.example.com/gpu/bundle",
                                        .path = "",
                                        .revision = "sha256:" + std::string(64, 'c')}));
  return tree;
}

TEST(FluxTargets, AreAsTheyWere) {
  FileTree actual;
  for (const testing::QueryWords& words : {testing::QueryWords{"eks", "h100", "inference", "ubuntu", "dynamo"},
                                           testing::QueryWords{"aks", "h100", "training", "ubuntu", "kubeflow"}})
    actual.add_tree(fmt::format("{}", fmt::join(words, "-")), outputs(words));
  testing::expect_golden(actual, "flux");
}

}  // namespace
}  // namespace waybill
