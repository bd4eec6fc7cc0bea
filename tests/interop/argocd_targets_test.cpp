// Every target of the catalogue, judged strictly by Argo CD's definitions; and the golden bundles, printed by Helm as
// Argo CD would and judged by kubeconform.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/core.h>

#include "argocd/bundled_applications.h"
#include "core/file_system.h"
#include "core/yaml/writer.h"
#include "tests/golden/targets.h"
#include "tests/support/argocd_definitions.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"

namespace waybill::argocd {
namespace {

class Targets : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_ARGOCD_DEFINITIONS(); }

  static testing::ProcessResult judge(const std::vector<std::string>& arguments) {
    return testing::run(testing::judge_by_argocd(arguments));
  }
};

TEST_F(Targets, EveryObjectOfEveryTargetIsKnownToArgoCd) {
  static const Catalogue catalogue = Catalogue::load({embedded_catalogue()});
  const TemporaryFolder folder;
  std::vector<std::string> arguments{"--"};
  std::size_t objects = 0;
  std::size_t count = 0;
  for (const Overlay& overlay : catalogue.overlays()) {
    Criteria criteria;
    if (overlay.criteria) {
      for (std::size_t i = 0; i < kDimensions.size(); ++i) criteria.set(kDimensions[i], (*overlay.criteria)[i]);
    }
    const Recipe recipe = resolve(catalogue, criteria, "test");
    const Plan plan = make_plan(catalogue, recipe);
    // The forms take turns: each is judged with many targets, and the whole stays quick.
    RenderOptions options;
    options.version = Version(3, 1 + static_cast<std::uint32_t>(count % 6));
    if (count % 2 == 1) options.ordering = Ordering::RollingSync;
    if (count % 3 == 2) options.clusters = {{"east", ""}, {"west", "https://10.0.0.1:6443"}};
    const FileTree bundle = render(plan, recipe, options);
    Place place{.repo_url = "oci://registry.example.com/x", .path = "", .revision = "v1"};
    place.application_set = options.clusters.size() > 1 && count % 2 == 1;
    std::string text = root_document(bundle, place);
    objects += 2 * options.clusters.size() + (place.application_set ? 1 : options.clusters.size());
    for (const ClusterApplications& group : read_applications(bundle)) {
      std::string last;
      for (const BundledApplication& application : group.applications) {
        if (application.file == last) continue;
        last = application.file;
        text += "---\n" + bundle.at(RelPath::parse(application.file)).bytes;
        ++objects;
      }
      // What an ApplicationSet makes is judged as well.
      if (group.has_application_set) {
        for (const BundledApplication& application : group.applications) {
          text += "---\n" + yaml::write(application.value);
          ++objects;
        }
      }
    }
    const std::string file = (folder.path() / fmt::format("{}.yaml", count++)).string();
    write_file(file, text, Overwrite::No);
    arguments.push_back(file);
  }
  const testing::ProcessResult result = judge(arguments);
  EXPECT_EQ(result.exit_status, 0) << result.out << result.err;
  EXPECT_THAT(result.out, ::testing::HasSubstr(fmt::format("judged {} objects", objects)));
  EXPECT_GT(count, 10U);
}

TEST_F(Targets, KubeconformAcceptsTheGoldenBundlesAsHelmPrintsThem) {
  WAYBILL_REQUIRE_PEER("helm");
  WAYBILL_REQUIRE_PEER("kubeconform");
  const TemporaryFolder folder;
  ASSERT_EQ(judge({"--write", folder.path().string()}).exit_status, 0);
  const auto conforms = [&](const std::string& text) {
    return testing::run({"kubeconform", "-strict", "-summary", "-schema-location",
                         folder.path().string() + "/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json"},
                        {.input = text});
  };
  for (const testing::GoldenTarget& target : testing::golden_targets()) {
    const std::string golden = testing::source_path("tests/golden/targets/" + target.name);
    std::vector<std::string> charts;
    for (const Cluster& cluster : target.options.clusters)
      charts.push_back(target.options.clusters.size() > 1 ? fmt::format("clusters/{}/apps", cluster.name) : "apps");
    std::string printed = read_file(golden + "/root.yaml");
    for (const std::string& chart : charts) {
      const testing::ProcessResult helm =
          testing::run({"helm", "template", fmt::format("{}/bundle/{}", golden, chart), "--set",
                        "repoURL=https://x.example", "--set-string", "revision=main", "--set", "path=a/"});
      ASSERT_EQ(helm.exit_status, 0) << helm.err;
      printed += "---\n" + helm.out;
    }
    const testing::ProcessResult result = conforms(printed);
    EXPECT_EQ(result.exit_status, 0) << target.name << "\n" << result.out << result.err;
    EXPECT_THAT(result.out, ::testing::HasSubstr("Invalid: 0, Errors: 0, Skipped: 0")) << target.name;
    EXPECT_EQ(printed.find("waybill:repo-url"), std::string::npos) << target.name;
  }
  // The judge itself.
  EXPECT_NE(conforms("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec:\n  project: p\n"
                     "  destination: {}\n  sorce: {}\n")
                .exit_status,
            0);
}

}  // namespace
}  // namespace waybill::argocd
