// Six bundles of the embedded catalogue for Helm, byte for byte. The scripts, which are the same in every bundle, and
// the template of the local charts are left out: they stand in templates/helm.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "core/file_system.h"
#include "generator/plan.h"
#include "helm/render.h"
#include "tests/support/embedded_recipes.h"
#include "tests/support/source_path.h"

namespace waybill {
namespace {

struct Target {
  const char* name;
  testing::QueryWords words;
};

FileTree rendered(const Target& target) {
  Recipe recipe = testing::embedded_recipe(target.words);
  recipe.version = "golden";
  recipe.catalogue = {"golden", "sha256:" + std::string(64, '0')};
  FileTree tree;
  const FileTree bundle = helm::render(make_plan(testing::embedded(), recipe), recipe);
  for (const auto& [path, file] : bundle.files()) {
    if (!path.text().ends_with(".sh") && path.file_name() != "all.yaml") tree.add(path, file.bytes, file.executable);
  }
  return tree;
}

TEST(HelmTargets, AreAsTheyWere) {
  const std::string folder = testing::source_path("tests/golden/helm");
  FileTree actual;
  for (const Target& target :
       {Target{"eks-h100-ubuntu-training-kubeflow", {"eks", "h100", "training", "ubuntu", "kubeflow"}},
        Target{"eks-inference-dynamo", {"eks", "any", "inference", "any", "dynamo"}},
        Target{"gke-h100-cos-training-kubeflow", {"gke", "h100", "training", "cos", "kubeflow"}},
        Target{"aks-h100-ubuntu-inference-dynamo", {"aks", "h100", "inference", "ubuntu", "dynamo"}},
        Target{"oke-b200-ubuntu-training-kubeflow", {"oke", "b200", "training", "ubuntu", "kubeflow"}},
        Target{"kind-h100-training-kubeflow", {"kind", "h100", "training", "any", "kubeflow"}}})
    actual.add_tree(target.name, rendered(target));
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
