// A bundle's Applications from untrusted hands: the root that is written for them and the simulation of their rollout
// end with an answer or with an error that says what is wrong.
#include "argocd/root.h"
#include "argocd/simulation/simulation.h"
#include "core/error.h"
#include "core/yaml/reader.h"
#include "tests/fuzz/support.h"

namespace waybill::fuzz {
namespace {

constexpr std::string_view kRecipe =
    "apiVersion: aicr.nvidia.com/v1alpha1\nkind: RecipeResult\ncriteria: {}\ncomponentRefs:\n"
    "  - name: a\n    type: Helm\n    namespace: a\n    chart: a\n    source: https://charts.example.com\n    version: "
    "1.0.0\n"
    "  - name: b\n    type: Helm\n    namespace: b\n    chart: b\n    source: https://charts.example.com\n    version: "
    "1.0.0\n"
    "    dependencyRefs: [a]\ndeploymentOrder: [a, b]\n";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  waybill::FileTree tree;
  tree.add(waybill::RelPath::parse("recipe.yaml"), std::string(kRecipe));
  // Documents become files, so that one input holds several Applications.
  std::size_t count = 0;
  std::size_t start = 0;
  constexpr std::string_view kSeparator = "\n---\n";
  constexpr std::size_t kMostFiles = 8;
  while (start <= text.size() && count < kMostFiles) {
    const std::size_t end = std::min(text.find(kSeparator, start), text.size());
    const std::string file = "apps/files/" + std::to_string(count++) + ".yaml";
    tree.add(waybill::RelPath::parse(file), std::string(text.substr(start, end - start)));
    start = end + kSeparator.size();
  }
  try {
    const std::string root = waybill::argocd::root_document(
        tree, {.repo_url = "https://git.example.com/x.git", .path = "a", .revision = "main"});
    require(waybill::yaml::parse_all(root, "root").size() >= 3, "two projects and a root are written");
  } catch (const waybill::Error& error) {
    require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  try {
    for (const waybill::argocd::Rollout& rollout : waybill::argocd::make_rollouts(tree)) {
      static_cast<void>(waybill::argocd::simulate_rollout(rollout, waybill::argocd::Scenario::Install, {}));
      static_cast<void>(waybill::argocd::simulate_removal(rollout));
    }
  } catch (const waybill::Error& error) {
    require(error.code() == waybill::ErrorCode::InvalidInput, "bad input is reported as such");
  }
  return 0;
}
}  // namespace waybill::fuzz
