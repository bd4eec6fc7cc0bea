// Real Helm reads every local chart of every bundle for Helm: what it prints are exactly the manifests, and it finds
// nothing to complain about.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/file_system.h"
#include "core/yaml/reader.h"
#include "generator/plan.h"
#include "helm/render.h"
#include "tests/support/embedded_recipes.h"
#include "tests/support/process.h"
#include "tests/unit/argocd/sample_plan.h"

namespace waybill::helm {
namespace {

std::vector<Value> objects_of(const std::string& text) {
  std::vector<Value> objects;
  for (const yaml::Node& node : yaml::parse_all(text, "objects")) {
    if (!node.is_null()) objects.push_back(node.to_value());
  }
  return objects;
}

class HelmCharts : public ::testing::Test {
 protected:
  // Writes the local charts of a bundle that were not seen before, and has Helm print and judge them.
  void judge(const FileTree& bundle) {
    std::map<std::string, FileTree> charts;
    for (const auto& [path, file] : bundle.files()) {
      const std::size_t at = path.text().find("/manifests/");
      if (at == std::string::npos) continue;
      const std::size_t end = path.text().find('/', at + std::string_view("/manifests/").size());
      charts[path.text().substr(0, end)].add(RelPath::parse(path.text().substr(end + 1)), file.bytes);
    }
    for (const auto& [name, files] : charts) {
      std::string all;
      for (const auto& [path, file] : files.files()) all += path.text() + "\n" + file.bytes;
      if (seen_.insert(all).second) judge_chart(name, files);
    }
  }

  void judge_chart(const std::string& name, const FileTree& files) {
    const std::filesystem::path folder = folder_.path() / fmt::format("chart{}", seen_.size());
    write_folder(folder, files, Overwrite::No);
    const testing::ProcessResult printed = testing::run({"helm", "template", "x", folder.string()});
    ASSERT_EQ(printed.exit_status, 0) << name << "\n" << printed.err;
    std::vector<Value> expected;
    for (const auto& [path, file] : files.files()) {
      if (!path.text().starts_with("files/")) continue;
      for (Value& object : objects_of(file.bytes)) expected.push_back(std::move(object));
    }
    EXPECT_THAT(objects_of(printed.out), ::testing::UnorderedElementsAreArray(expected)) << name;
    const testing::ProcessResult judged = testing::run({"helm", "lint", "--strict", folder.string()});
    EXPECT_EQ(judged.exit_status, 0) << name << "\n" << judged.out << judged.err;
  }

  TemporaryFolder folder_;
  std::set<std::string> seen_;
};

TEST_F(HelmCharts, PrintTheManifestsOfEveryTarget) {
  WAYBILL_REQUIRE_PEER("helm");
  std::size_t bundles = 0;
  testing::for_each_recipe([&](const testing::QueryWords& words, const Recipe& recipe) {
    SCOPED_TRACE(testing::to_text(words));
    judge(render(make_plan(testing::embedded(), recipe), recipe));
    ++bundles;
  });
  EXPECT_GT(bundles, 100U);
  EXPECT_GT(seen_.size(), 10U);
}

TEST_F(HelmCharts, LeaveBracesInManifestsAlone) {
  WAYBILL_REQUIRE_PEER("helm");
  testing::Sample plan = testing::sample();
  plan.release("tuning").manifests.add(
      RelPath::parse("alert.yaml"),
      "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: alert\ndata:\n  text: '{{ $labels.node }} {{- \"x\" }}'\n");
  judge(render(plan.plan, plan.recipe));
}

TEST_F(HelmCharts, PrintHooksAndDefinitionsAsTheyAre) {
  WAYBILL_REQUIRE_PEER("helm");
  testing::Sample plan = testing::sample();
  plan.release("tuning").manifests.add(
      RelPath::parse("mixed.yaml"),
      "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: "
      "widgets.example.com\nspec:\n  "
      "group: example.com\n  names: {kind: Widget, plural: widgets}\n  scope: Namespaced\n---\n"
      "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: job\n  annotations: {helm.sh/hook: pre-install}\n");
  judge(render(plan.plan, plan.recipe));
}

}  // namespace
}  // namespace waybill::helm
