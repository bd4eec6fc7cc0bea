// plan as pictures, bundles for several clusters and by steps, and the simulation of their rollout.
#include <fstream>

#include "tests/functional/support/workspace.h"

namespace fs = std::filesystem;

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Rollouts : public Workspace {
 protected:
  void write(const std::string& name, const std::string& text) const { std::ofstream(folder() / name) << text; }
  [[nodiscard]] bool has(const std::string& name) const { return fs::exists(folder() / name); }
  // A bundle of the usual target.
  void bundle(const std::string& name, const Words& more = {}) const {
    ASSERT_THAT(waybill(joined(joined({"bundle", "-o", name}, more), criteria())), Exited(0));
  }
};

TEST_F(Rollouts, APlanIsAPictureWithItsCriticalPath) {
  const Value plan = waybill_json(joined({"plan"}, criteria()));
  const auto& critical = at(plan, "criticalPath").items();
  EXPECT_EQ(critical.size(), at(plan, "waves").items().size());
  const std::string svg = waybill(joined({"plan", "--format", "svg"}, criteria())).out;
  EXPECT_THAT(svg, AllOf(StartsWith("<svg "), EndsWith("</svg>\n")));
  const std::string dot = waybill(joined({"plan", "--format", "dot"}, criteria())).out;
  EXPECT_THAT(dot, StartsWith("digraph plan {\n"));
  // Every form names the catalogue that it comes from.
  const std::string digest = at(at(plan, "catalogue"), "digest").as_string();
  for (const char* format : {"table", "mermaid", "svg", "dot"})
    EXPECT_THAT(waybill(joined({"plan", "--format", format}, criteria())).out, HasSubstr(digest)) << format;
  for (const Value& name : critical) {
    EXPECT_THAT(svg, HasSubstr("<g class=\"critical\"><title>" + name.as_string()));
    EXPECT_THAT(dot, HasSubstr("label=\"" + name.as_string()));
  }
  EXPECT_EQ(svg, waybill(joined({"plan", "--format", "svg"}, criteria())).out);
  // A reader of XML accepts it.
  WAYBILL_REQUIRE_PEER("python3");
  EXPECT_THAT(execute({"python3", "-c", "import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.stdin)"}, {}, svg),
              Exited(0));
}

TEST_F(Rollouts, APictureEscapesWhatARecipeSays) {
  write("r.yaml",
        "apiVersion: aicr.nvidia.com/v1alpha1\nkind: RecipeResult\ncriteria: {}\ncomponentRefs:\n"
        "  - name: a\n    type: Helm\n    namespace: a\n    chart: a\n    source: https://charts.example.com\n"
        "    version: 1.0.0+x\ndeploymentOrder: [a]\n");
  for (const char* format : {"svg", "dot", "mermaid"}) {
    const ProcessResult done = waybill({"plan", "--recipe", "r.yaml", "--format", format});
    EXPECT_THAT(done, Exited(0)) << format;
    EXPECT_THAT(done.out, HasSubstr("1.0.0+x")) << format;
  }
}

TEST_F(Rollouts, ABundleKeepsItsOrder) {
  bundle("b");
  const ProcessResult text = waybill({"simulate", "b"});
  EXPECT_THAT(text, Exited(0));
  EXPECT_THAT(text.out, AllOf(HasSubstr("install: holds"), HasSubstr("upgrade: holds"), HasSubstr("removal: holds")));
  const Value json = waybill_json({"simulate", "b", "--from", "b"});
  EXPECT_TRUE(at(json, "holds").as_bool());
  EXPECT_EQ(at(json, "scenarios").items().size(), 3U);
  EXPECT_EQ(at(json, "ordering").as_string(), "waves");
}

TEST_F(Rollouts, WithoutAHealthCheckTheShortestBadTraceIsPrinted) {
  bundle("b");
  const ProcessResult done = waybill({"simulate", "b", "--health-check", "none", "--format", "json"});
  EXPECT_THAT(done, Exited(1));
  const Value json = parse_json(done.out);
  EXPECT_FALSE(at(json, "holds").as_bool());
  const Value& violation = at(at(json, "scenarios").items().front(), "violation");
  EXPECT_EQ(at(violation, "kind").as_string(), "starts-early");
  EXPECT_EQ(at(violation, "trace").items().size(), 5U);
  const ProcessResult text = waybill({"simulate", "b", "--health-check", "none"});
  EXPECT_THAT(text, Exited(1));
  EXPECT_THAT(text.out, HasSubstr("   1. the root applies wave 0\n"));
}

TEST_F(Rollouts, OnlyIntactBundlesAreSimulated) {
  bundle("b");
  std::ofstream(folder() / "b/apps/files/gpu-operator.yaml", std::ios::app) << "# changed\n";
  EXPECT_THAT(waybill({"simulate", "b"}), Exited(4));
  EXPECT_THAT(waybill({"simulate", "nowhere"}), Exited(3));
  EXPECT_THAT(waybill({"simulate", "b", "--comparison", "fast"}), Exited(2));
}

TEST_F(Rollouts, ABundleGoesToSeveralClusters) {
  write("clusters.yaml", "west: https://10.0.0.1:6443\n");
  bundle("fleet", {"--cluster", "east", "--cluster-file", "clusters.yaml"});
  EXPECT_TRUE(has("fleet/clusters/east/apps/files/gpu-operator.yaml"));
  EXPECT_TRUE(has("fleet/clusters/west/apps/Chart.yaml"));
  const Words bootstrap{"bootstrap", "fleet", "--repo-url", "https://git.example.com/x.git"};
  const ProcessResult all = waybill(bootstrap);
  EXPECT_THAT(all, Exited(0));
  EXPECT_THAT(all.out, AllOf(HasSubstr("name: east-root"), HasSubstr("name: west-root")));
  const ProcessResult one = waybill(joined(bootstrap, {"--cluster", "west"}));
  EXPECT_THAT(one.out, AllOf(HasSubstr("name: west-root"), ::testing::Not(HasSubstr("east"))));
  EXPECT_THAT(waybill(joined(bootstrap, {"--cluster", "north"})), Exited(3));
  EXPECT_THAT(waybill(joined(bootstrap, {"--applicationset"})).out, HasSubstr("kind: ApplicationSet"));
  EXPECT_THAT(waybill({"simulate", "fleet"}).out, HasSubstr("west install: holds"));
  const Value described = parse_json(read_file(folder() / "fleet/bundle.json"));
  EXPECT_THAT(at(at(described, "options"), "clusters").items(),
              ElementsAre(Value("east"), Value("west=https://10.0.0.1:6443")));
}

TEST_F(Rollouts, ClustersThatCannotBeAreRefused) {
  const Words start = joined({"bundle", "-o", "b"}, criteria());
  for (const Words& more : std::vector<Words>{{"--cluster", "West"},
                                              {"--cluster", "a=10.0.0.1"},
                                              {"--cluster", "a", "--cluster", "a"},
                                              {"--ordering", "rolling"}}) {
    EXPECT_THAT(waybill(joined(start, more)), Exited(2)) << more.back();
  }
  write("clusters.yaml", "- west\n");
  const ProcessResult done = waybill(joined(start, {"--cluster-file", "clusters.yaml"}));
  EXPECT_THAT(done, Exited(2));
  EXPECT_THAT(done.err, HasSubstr("clusters.yaml"));
  EXPECT_FALSE(has("b"));
}

TEST_F(Rollouts, AnApplicationSetKeepsTheOrderByItsSteps) {
  bundle("steps", {"--ordering", "rollingsync"});
  EXPECT_TRUE(has("steps/apps/files/applicationset.yaml"));
  const Value json = parse_json(waybill({"simulate", "steps", "--format", "json"}).out);
  EXPECT_EQ(at(json, "ordering").as_string(), "rollingsync");
  EXPECT_THAT(waybill({"bootstrap", "steps", "--repo-url", "https://git.example.com/x.git"}).out,
              HasSubstr("kind: ApplicationSet"));
}

}  // namespace
}  // namespace waybill::testing
