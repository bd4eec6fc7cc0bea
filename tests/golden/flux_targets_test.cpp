// Two whole bundles for Flux of the embedded catalogue, and their roots for git and for a registry.
// tests/interop/flux_targets_test.cpp has Flux's definitions and libraries judge the same files.
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/file_system.h"
#include "flux/render.h"
#include "flux/root.h"
#include "generator/plan.h"
#include "tests/support/embedded_recipes.h"

namespace waybill {
namespace {

FileTree outputs(const testing::Words& words) {
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
  const std::string folder = WAYBILL_SOURCE_FOLDER "/tests/golden/flux";
  FileTree actual;
  for (const testing::Words& words : {testing::Words{"eks", "h100", "inference", "ubuntu", "dynamo"},
                                      testing::Words{"aks", "h100", "training", "ubuntu", "kubeflow"}})
    actual.add_tree(fmt::format("{}", fmt::join(words, "-")), outputs(words));
  if (const char* accept = std::getenv("GOLDEN_ACCEPT"); accept != nullptr && std::string_view(accept) == "1") {
    write_folder(folder, actual, Overwrite::Yes);
    FAIL() << "accepted new golden files in " << folder
           << ": look at the difference and run again without GOLDEN_ACCEPT";
  }
  const FileTree expected = read_folder(folder);
  for (const auto& [path, file] : actual.files()) {
    ASSERT_TRUE(expected.contains(path)) << "new file: " << path.text();
    EXPECT_EQ(file.bytes, expected.at(path).bytes) << path.text();
  }
  for (const auto& [path, file] : expected.files())
    EXPECT_TRUE(actual.contains(path)) << "no longer written: " << path.text();
}

}  // namespace
}  // namespace waybill
