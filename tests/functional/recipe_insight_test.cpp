// explain, recipe list and recipe diff on the built program (spec: cli, Verbs).
#include <algorithm>
#include <fstream>
#include <set>

#include "core/yaml/reader.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kTraining = "service=eks,accelerator=gb200,os=ubuntu,intent=training,platform=kubeflow";
constexpr const char* kInference = "service=eks,accelerator=gb200,os=ubuntu,intent=inference,platform=dynamo";

class Insight : public Workspace {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name, std::ios::binary) << text;
  }
  // Data of a site: an overlay for eks that changes one value and weakens a constraint.
  void make_site() const {
    write("site/registry.yaml", "apiVersion: aicr.nvidia.com/v1alpha1\nkind: ComponentRegistry\ncomponents: []\n");
    write("site/overlays/site.yaml",
          "apiVersion: aicr.nvidia.com/v1alpha1\nkind: RecipeMetadata\nmetadata: {name: site}\nspec:\n"
          "  criteria: {service: eks, accelerator: any, intent: any, os: any, platform: any}\n"
          "  base: eks\n"
          "  constraints:\n    - name: K8s.server.version\n      value: '>= 1.20'\n"
          "  componentRefs:\n    - name: gpu-operator\n      overrides:\n        driver:\n          version: 1.2.3\n");
  }
  [[nodiscard]] std::string refusal(const Words& words, int status) const {
    const ProcessResult done = waybill(words);
    EXPECT_THAT(done, Exited(status));
    EXPECT_THAT(done.out, IsEmpty());
    return done.err;
  }
};

TEST_F(Insight, ExplainTellsLayersAndWhatTheyReplaced) {
  make_site();
  const Words site{"explain", "--service", "eks", "--data", "site"};
  const ProcessResult version = waybill(joined(site, {"components.gpu-operator.values.driver.version"}));
  ASSERT_THAT(version, Exited(0));
  EXPECT_THAT(version.out, AllOf(StartsWith("components.gpu-operator\n"), HasSubstr("1.2.3"),
                                 HasSubstr("site/overlays/site.yaml:14 (site)"), HasSubstr("    replaced"),
                                 HasSubstr("components/gpu-operator/values.yaml:"), Not(HasSubstr("rdma"))));
  for (const Words& words : {Words{"--component", "gpu-operator", "driver.version"},
                             Words{"--component", "gpu-operator", "values.driver.version"},
                             Words{"--component", "gpu-operator", "gpu-operator.values.driver.version"},
                             Words{".components.gpu-operator.values.driver.version"}})
    EXPECT_EQ(waybill(joined(site, words)).out, version.out);
  const std::string constraint = waybill(joined(site, {"constraints.K8s.server.version"})).out;
  EXPECT_THAT(constraint, AllOf(HasSubstr("K8s.server.version.value"), HasSubstr("! weaker than '>= 1.33'")));
  const std::string whole = waybill(site).out;
  EXPECT_THAT(whole, AllOf(HasSubstr("✓ site "), HasSubstr("matches service=eks"), HasSubstr("\norder of deployment\n"),
                           HasSubstr("after cert-manager"), Not(HasSubstr("\033["))));
  EXPECT_THAT(waybill(joined(site, {"--color", "always"})).out, HasSubstr("\033["));
}

TEST_F(Insight, ExplainSpeaksJsonAndYaml) {
  const Words words = joined({"explain"}, criteria());
  const Value document = waybill_json(words);
  EXPECT_EQ(keys(document), (Words{"catalogue", "criteria", "deploymentOrder", "overlays", "values"}));
  const ProcessResult yaml = waybill(joined(words, {"--format", "yaml"}));
  EXPECT_EQ(yaml::parse(yaml.out, "explanation").to_value(), document);
  std::set<std::string> paths;
  for (const Value& value : at(document, "values").items()) {
    EXPECT_TRUE(paths.insert(at(value, "path").as_string()).second);
    EXPECT_FALSE(at(value, "layer.file").as_string().empty());
    EXPECT_GT(at(value, "layer.line").as_int(), 0);
  }
  EXPECT_TRUE(paths.contains("components.gpu-operator.values.driver.version"));
  // One component is what the whole says of it.
  const Value part = waybill_json(joined(words, {"--component", "cert-manager"}));
  std::size_t count = 0;
  for (const Value& value : at(document, "values").items())
    count += at(value, "path").as_string().starts_with("components.cert-manager.") ? 1U : 0U;
  EXPECT_EQ(at(part, "values").items().size(), count);
  EXPECT_EQ(at(part, "deploymentOrder").items().size(), 1U);
}

TEST_F(Insight, ExplainTellsWhatARecipeFileSaysOtherwise) {
  const ProcessResult recipe = waybill(joined({"recipe"}, criteria()));
  std::string text = recipe.out;
  const std::size_t place = text.find("chart: cert-manager\n");
  ASSERT_NE(place, std::string::npos);
  write("r.yaml", text.replace(place, 19, "chart: cert-guard"));
  const std::string chart = waybill({"explain", "--recipe", "r.yaml", "components.cert-manager.chart"}).out;
  EXPECT_THAT(chart,
              AllOf(HasSubstr("cert-guard"), HasSubstr("r.yaml:"), HasSubstr("replaced"), HasSubstr("registry.yaml:")));
  EXPECT_THAT(waybill({"explain", "--recipe", "r.yaml", "components.cert-manager.version"}).out,
              Not(HasSubstr("r.yaml:")));
}

TEST_F(Insight, ExplainSaysWhereAPathStopped) {
  const Words eks{"explain", "--service", "eks"};
  EXPECT_THAT(refusal(joined(eks, {"components.gpu-operatr.version"}), 3),
              AllOf(HasSubstr("'components' has no 'gpu-operatr'"), HasSubstr("did you mean 'gpu-operator'?")));
  EXPECT_THAT(refusal(joined(eks, {"--component", "gpu-operator", "values.drivr.version"}), 3),
              AllOf(HasSubstr("has no 'drivr'"), HasSubstr("did you mean 'driver'?")));
  EXPECT_THAT(refusal(joined(eks, {"components.gpu-operator.version.major"}), 3),
              HasSubstr("'components.gpu-operator.version' is a value"));
  EXPECT_THAT(refusal(joined(eks, {"component"}), 3), HasSubstr("did you mean 'components'?"));
  EXPECT_THAT(refusal(joined(eks, {"--component", "gpu-operatr"}), 3), HasSubstr("did you mean 'gpu-operator'?"));
  for (const char* odd : {".", "..", "[", "components.", "components..x", "\"", "components[\"", "constraints.K8s."})
    EXPECT_THAT(waybill(joined(eks, {odd})).exit_status, ::testing::AnyOf(0, 3)) << odd;
  EXPECT_THAT(refusal({"explain"}, 2), HasSubstr("no criteria given"));
}

TEST_F(Insight, ListNamesEveryTargetWithWhatARecipeForItHas) {
  const Value list = waybill_json({"recipe", "list"});
  ASSERT_GT(at(list, "targets").items().size(), 10U);
  EXPECT_EQ(keys(list), (Words{"catalogue", "targets"}));
  const std::string table = waybill({"recipe", "list"}).out;
  EXPECT_EQ(static_cast<std::size_t>(std::count(table.begin(), table.end(), '\n')),
            at(list, "targets").items().size() + 3);  // a heading, and the catalogue below
  // Some of them, asked as any query.
  for (std::size_t i = 0; i < at(list, "targets").items().size(); i += 9) {
    const Value& target = at(list, "targets").items()[i];
    Words words;
    for (const auto& [dimension, word] : at(target, "criteria").members())
      words.insert(words.end(), {"--" + dimension, word.as_string()});
    const ProcessResult recipe = waybill(joined({"recipe", "--format", "json"}, words));
    ASSERT_THAT(recipe, Exited(0));
    EXPECT_THAT(recipe.err, IsEmpty());  // nothing of a target goes unused
    EXPECT_EQ(static_cast<std::int64_t>(at(parse_json(recipe.out), "componentRefs").items().size()),
              at(target, "components").as_int());
  }
}

TEST_F(Insight, ListIsFilteredAndFollowsTheData) {
  const Value all = waybill_json({"recipe", "list"});
  const Value eks = waybill_json({"recipe", "list", "--service", "EKS"});
  std::size_t expected = 0;
  for (const Value& target : at(all, "targets").items())
    expected += at(target, "criteria.service").as_string() == "eks" ? 1U : 0U;
  EXPECT_EQ(at(eks, "targets").items().size(), expected);
  EXPECT_THAT(at(waybill_json({"recipe", "list", "--intent", "training", "--platform", "dynamo"}), "targets").items(),
              IsEmpty());
  write("site/registry.yaml", "apiVersion: aicr.nvidia.com/v1alpha1\nkind: ComponentRegistry\ncomponents: []\n");
  write(
      "site/overlays/moon.yaml",
      "kind: RecipeMetadata\nmetadata: {name: moon}\nspec:\n  criteria: {service: moon, accelerator: any, intent: any, "
      "os: any, platform: any}\n");
  const Value moon = waybill_json({"recipe", "list", "--service", "moon", "--data", "site"});
  EXPECT_GT(at(moon, "targets").items().size(), 1U);
  EXPECT_THAT(refusal({"recipe", "list", "--service", "mon", "--data", "site"}, 2), HasSubstr("did you mean 'moon'?"));
}

TEST_F(Insight, EveryReportNamesTheCatalogueThatItComesFrom) {
  const Value known = at(waybill_json({"version"}), "catalogue");
  const std::string text =
      "catalogue " + at(known, "version").as_string() + " (" + at(known, "digest").as_string() + ")";
  for (const Words& words : {Words{"recipe", "list", "--service", "kind"}, Words{"plan", "--service", "kind"},
                             Words{"explain", "--service", "kind"}, Words{"catalogue", "check"},
                             Words{"bundle", "--service", "kind", "--output", "b", "--force"}}) {
    SCOPED_TRACE(words.front());
    EXPECT_EQ(at(waybill_json(words), "catalogue"), known);
    EXPECT_THAT(waybill(words).out, HasSubstr(text));
  }
  EXPECT_THAT(waybill({"plan", "--service", "kind", "--format", "mermaid"}).out, HasSubstr("\n  %% " + text + "\n"));
  EXPECT_EQ(at(waybill_json({"recipe", "--service", "kind"}), "metadata.catalogue"), known);
  EXPECT_EQ(at(waybill_json({"query", "--service", "kind", "--selector", "metadata"}), "catalogue"), known);
  EXPECT_THAT(waybill({"recipe", "diff", "service=kind", "service=kind"}).out, HasSubstr(text));
}

TEST_F(Insight, DiffOfEqualsSaysSoAndExitsWithZero) {
  const ProcessResult same = waybill({"recipe", "diff", kTraining, kTraining});
  EXPECT_THAT(same, Exited(0));
  EXPECT_THAT(same.out, HasSubstr("no difference"));
  ASSERT_THAT(waybill(joined({"recipe", "-o", "r.yaml"}, criteria())), Exited(0));
  EXPECT_THAT(waybill({"recipe", "diff", "r.yaml", "service=eks,gpu=h100,os=ubuntu,intent=training,platform=kubeflow"}),
              Exited(0));
  EXPECT_THAT(waybill({"recipe", "diff", "-", "r.yaml"}, {}, read_file(path("r.yaml"))), Exited(0));
  // Two targets with one recipe: where it comes from is no difference.
  EXPECT_TRUE(
      at(parse_json(waybill({"recipe", "diff", "service=eks", "service=eks,nodes=4", "--format", "json"}).out), "equal")
          .as_bool());
}

TEST_F(Insight, DiffTellsWhatChangedAndExitsWithOne) {
  make_site();
  const ProcessResult text = waybill({"recipe", "diff", "service=eks", "service=eks@@site"});
  EXPECT_THAT(text, Exited(1));
  EXPECT_THAT(text.out, AllOf(HasSubstr("~ driver.version"), HasSubstr("→ 1.2.3"),
                              HasSubstr("→ site/overlays/site.yaml:14"), HasSubstr("~ K8s.server.version.value"),
                              HasSubstr("0 components swapped"), HasSubstr("1 value changed")));
  EXPECT_THAT(waybill({"recipe", "diff", "service=eks@" + source_path("recipes"), "service=eks"}), Exited(0));
  EXPECT_THAT(
      waybill({"recipe", "diff", "service=eks@" + source_path("recipes") + "@site", "service=eks", "--data", "site"}),
      Exited(0));
}

// Applied to the values of A, the changes give those of B: both as bundles write them.
TEST_F(Insight, DiffIsWhatLiesBetweenTheValues) {
  const ProcessResult done = waybill({"recipe", "diff", kTraining, kInference, "--format", "json"});
  ASSERT_THAT(done, Exited(1));
  const Value difference = parse_json(done.out);
  EXPECT_FALSE(at(difference, "equal").as_bool());
  EXPECT_EQ(at(difference, "before.values").as_int() - at(difference, "values.removed").as_int() +
                at(difference, "values.added").as_int(),
            at(difference, "after.values").as_int());
  EXPECT_EQ(at(difference, "before.components").as_int() -
                static_cast<std::int64_t>(at(difference, "components.removed").items().size()) +
                static_cast<std::int64_t>(at(difference, "components.added").items().size()),
            at(difference, "after.components").as_int());
  const Value back = parse_json(waybill({"recipe", "diff", kInference, kTraining, "--format", "json"}).out);
  EXPECT_EQ(at(back, "values.added"), at(difference, "values.removed"));
  EXPECT_EQ(at(back, "components.removed"), at(difference, "components.added"));
}

TEST_F(Insight, DiffRefusesWhatItCannotRead) {
  EXPECT_THAT(refusal({"recipe", "diff", "service=eks"}, 2), HasSubstr("needs B"));
  EXPECT_THAT(refusal({"recipe", "diff", "servce=eks", "service=eks"}, 2), HasSubstr("did you mean 'service'?"));
  EXPECT_THAT(refusal({"recipe", "diff", "service=eks", "service=ekz"}, 2),
              AllOf(HasSubstr("did you mean 'eks'?"), HasSubstr("while resolving 'service=ekz'")));
  EXPECT_THAT(refusal({"recipe", "diff", "service=eks,gpu=h100,accelerator=h100", "service=eks"}, 2),
              HasSubstr("more than once"));
  EXPECT_THAT(refusal({"recipe", "diff", "service=eks,", "service=eks"}, 2), HasSubstr("key=value"));
  EXPECT_THAT(refusal({"recipe", "diff", "nodes=many", "service=eks"}, 2), HasSubstr("'many'"));
  EXPECT_THAT(refusal({"recipe", "diff", "nowhere.yaml", "service=eks"}, 3), HasSubstr("nowhere.yaml"));
  EXPECT_THAT(refusal({"recipe", "diff", "service=eks@nowhere", "service=eks"}, 3), HasSubstr("nowhere"));
  EXPECT_THAT(refusal({"recipe", "diff", "service=eks@", "service=eks"}, 2), HasSubstr("no folder"));
  EXPECT_THAT(refusal({"recipe", "diff", "", "service=eks"}, 2), HasSubstr("A"));
  EXPECT_THAT(refusal({"recipe", "diff", "-", "-"}, 2), HasSubstr("standard input"));
}

// docs/catalogue.md tells these figures. When the catalogue changed on purpose, put the line that is asked for there.
TEST_F(Insight, TheDocumentTellsWhatTrainingAndInferenceSwap) {
  const std::string document = read_file(source_path("docs/catalogue.md"));
  const std::string text = waybill({"recipe", "diff", kTraining, kInference}).out;
  const std::size_t place = text.find("in all\n");
  ASSERT_NE(place, std::string::npos);
  std::string line = text.substr(place + 7);
  line = line.substr(line.find_first_not_of(' '));
  EXPECT_THAT(document, AllOf(HasSubstr(kTraining), HasSubstr(kInference), HasSubstr(line)));
}

}  // namespace
}  // namespace waybill::testing
