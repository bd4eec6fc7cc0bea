// query, and criteria from files and snapshots: what is printed, what is refused and how (spec: recipe-engine 8, 9).
#include <fstream>
#include <sstream>

#include "core/yaml/reader.h"
#include "tests/functional/support/workspace.h"
#include "tests/support/source_path.h"

namespace waybill::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr const char* kAicrRecipes = "data/aicr-v0.11.1/recipes";
constexpr const char* kAicrResults = "data/aicr-v0.11.1/results";

constexpr const char* kSnapshot = R"(kind: Snapshot
apiVersion: aicr.nvidia.com/v1alpha1
measurements:
  - type: K8s
    subtypes:
      - subtype: server
        data: {version: v1.31.0-eks-1, platform: linux/amd64}
  - type: GPU
    subtypes: [{subtype: smi, data: {gpu.model: NVIDIA H100 80GB HBM3}}]
  - type: OS
    subtypes: [{subtype: release, data: {ID: ubuntu, VERSION_ID: "24.04"}}]
)";

class Queries : public Workspace {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name, std::ios::binary) << text;
  }
  [[nodiscard]] ProcessResult query(const std::string& selector, const Words& more = {}) const {
    return waybill(joined(joined({"query", "--selector", selector}, criteria()), more));
  }
  // Without what only we write, and what names the program that made it.
  static Value stripped(Value document) {
    document.find("metadata")->erase("version");
    document.find("metadata")->erase("catalogue");
    return document;
  }
};

TEST_F(Queries, ScalarsAreBareAndTreesAreYaml) {
  EXPECT_EQ(query("criteria.service").out, "eks\n");
  EXPECT_EQ(query("criteria.nodes").out, "0\n");
  EXPECT_EQ(query("components.gpu-operator.values.driver.enabled").out, "true\n");
  const ProcessResult tree = query("criteria");
  EXPECT_EQ(tree.out, "accelerator: h100\nintent: training\nnodes: 0\nos: ubuntu\nplatform: kubeflow\nservice: eks\n");
  EXPECT_THAT(tree.err, IsEmpty());
  EXPECT_THAT(query("components.gpu-operator").out, HasSubstr("\nvalues:\n    "));
}

TEST_F(Queries, JsonIsJson) {
  EXPECT_EQ(query("criteria.service", {"--format", "json"}).out, "\"eks\"\n");
  EXPECT_EQ(query("metadata.excludedOverlays", {"--format", "json"}).out, "null\n");
  EXPECT_EQ(query("metadata.excludedOverlays").out, "[]\n");
  EXPECT_EQ(query("", {"--format", "json"}).out, query(".", {"-t", "json"}).out);
}

TEST_F(Queries, BothFormatsSayTheSame) {
  const Value json = parse_json(query("components", {"--format", "json"}).out);
  EXPECT_EQ(yaml::parse(query("components").out, "out").to_value(), json);
  EXPECT_EQ(query("components", {"--format", "table"}).out, query("components").out);
}

TEST_F(Queries, ARecipeFileCanBeAsked) {
  ASSERT_THAT(waybill(joined({"recipe", "-o", "r.yaml"}, criteria())), Exited(0));
  EXPECT_EQ(waybill({"query", "--recipe", "r.yaml", "--selector", "components"}).out, query("components").out);
  EXPECT_EQ(waybill({"recipe", "--recipe", "r.yaml", "-t", "json"}).out,
            waybill(joined({"recipe", "-t", "json"}, criteria())).out);
}

TEST_F(Queries, AWrongSelectorExitsThreeAndSaysWhereItStopped) {
  const ProcessResult done = query("components.gpu-operater.values");
  EXPECT_THAT(done, Exited(3));
  EXPECT_THAT(done.out, IsEmpty());
  EXPECT_THAT(done.err,
              AllOf(HasSubstr("'components' has no key 'gpu-operater'"), HasSubstr("did you mean 'gpu-operator'?")));
  EXPECT_THAT(query("deploymentOrder.0"), Exited(3));
  EXPECT_THAT(waybill(joined({"query"}, criteria())), Exited(2));
  EXPECT_THAT(query("a", {"--selector", "b"}), Exited(2));
  const ProcessResult json = query("nothing", {"--format", "json"});
  EXPECT_EQ(parse_json(json.err).text_or("code", ""), "not_found");
}

TEST_F(Queries, ACriteriaFileGivesWhatFlagsGive) {
  write("c.yaml",
        "kind: RecipeCriteria\nspec: {service: EKS, accelerator: h100, os: ubuntu, intent: training, platform: "
        "kubeflow}\n");
  const std::string expected = waybill(joined({"recipe"}, criteria())).out;
  EXPECT_EQ(waybill({"recipe", "--criteria", "c.yaml"}).out, expected);
  EXPECT_EQ(waybill({"recipe", "-c", "-"}, {}, read_file(folder() / "c.yaml")).out, expected);
  EXPECT_EQ(waybill({"plan", "-c", "c.yaml"}).out, waybill(joined({"plan"}, criteria())).out);
  write(
      "c.json",
      R"({"spec": {"Service": "eks", "accelerator": "h100", "os": "ubuntu", "intent": "training", "platform": "kubeflow"}})");
  EXPECT_EQ(waybill({"recipe", "--criteria", "c.json"}).out, expected);
}

TEST_F(Queries, FlagsReplaceSingleFieldsOfAFileAlsoByAny) {
  write("c.yaml", "spec: {service: eks, accelerator: h100, intent: training, nodes: 4}\n");
  const auto criterion = [&](const Words& words, const std::string& field) {
    return waybill(joined({"query", "-c", "c.yaml", "--selector", "criteria." + field}, words)).out;
  };
  EXPECT_EQ(criterion({"--service", "gke"}, "service"), "gke\n");
  EXPECT_EQ(criterion({"--service", "any"}, "service"), "any\n");
  EXPECT_EQ(criterion({"--service", "any"}, "intent"), "training\n");
  EXPECT_EQ(criterion({}, "nodes"), "4\n");
  EXPECT_EQ(criterion({"--nodes", "8"}, "nodes"), "8\n");
  write("empty.yaml", "spec: {}\n");
  EXPECT_THAT(waybill({"recipe", "-c", "empty.yaml"}), Exited(0));
  EXPECT_THAT(waybill({"recipe"}), Exited(2));
  EXPECT_THAT(waybill({"recipe", "--service", "vanilla"}), Exited(2));
}

TEST_F(Queries, ASnapshotTellsTheCriteriaAndExcludesOverlays) {
  write("s.yaml", kSnapshot);
  const ProcessResult done = waybill({"recipe", "-s", "s.yaml", "--intent", "training", "--format", "json"});
  ASSERT_THAT(done, Exited(0));
  const Value recipe = parse_json(done.out);
  EXPECT_EQ(at(recipe, "criteria.service").as_string(), "eks");
  EXPECT_EQ(at(recipe, "criteria.accelerator").as_string(), "h100");
  EXPECT_EQ(at(recipe, "criteria.os").as_string(), "ubuntu");
  EXPECT_EQ(at(recipe, "criteria.intent").as_string(), "training");
  // This Kubernetes is too old for the overlay of the service.
  EXPECT_FALSE(at(recipe, "metadata.excludedOverlays").items().empty());
  const Value& warning = at(recipe, "metadata.constraintWarnings").items().front();
  EXPECT_THAT(warning.text_or("reason", ""), StartsWith("expected >= "));
  EXPECT_THAT(done.err, HasSubstr("warning: the snapshot excludes the overlay "));
  // Written and read again, the exclusions stay.
  write("r.json", done.out);
  EXPECT_EQ(waybill({"recipe", "--recipe", "r.json", "--format", "json"}).out, done.out);
}

TEST_F(Queries, OnlyOneSourceOfCriteriaIsTaken) {
  write("c.yaml", "spec: {service: eks}\n");
  write("s.yaml", kSnapshot);
  for (const Words& words : {Words{"-c", "c.yaml", "-s", "s.yaml"}, Words{"-r", "x.yaml", "-s", "s.yaml"},
                             Words{"-r", "x.yaml", "-c", "c.yaml"}, Words{"-r", "x.yaml", "--os", "any"}}) {
    const ProcessResult done = waybill(joined({"recipe"}, words));
    EXPECT_THAT(done, Exited(2));
    EXPECT_THAT(done.err, HasSubstr("leave one of them out"));
  }
}

TEST_F(Queries, WhatIsNoFileIsRefusedWithAWayOut) {
  for (const char* option : {"--criteria", "--snapshot"}) {
    const ProcessResult url = waybill({"recipe", option, "https://example.com/x.yaml"});
    EXPECT_THAT(url, Exited(2));
    EXPECT_THAT(url.err, HasSubstr("download it first"));
    const ProcessResult map = waybill({"recipe", option, "cm://gpu/snapshot"});
    EXPECT_THAT(map, Exited(2));
    EXPECT_THAT(map.err, HasSubstr("kubectl"));
    EXPECT_THAT(waybill({"recipe", option, "table.txt"}), Exited(2));
    EXPECT_THAT(waybill({"recipe", option, "missing.yaml"}), Exited(3));
    EXPECT_THAT(waybill({"recipe", option, "."}), Exited(2));
    write("broken.yaml", "a: [1");
    const ProcessResult broken = waybill({"recipe", option, "broken.yaml"});
    EXPECT_THAT(broken, Exited(2));
    EXPECT_THAT(broken.err, HasSubstr("broken.yaml:2:1"));
    write("empty.yaml", "");
    EXPECT_THAT(waybill({"recipe", option, "empty.yaml"}), Exited(2));
  }
}

TEST_F(Queries, AWrongCriteriaFileIsToldWithPlaceAndNearestWord) {
  write("c.yaml", "kind: RecipeCriteria\nspec:\n  service: ekz\n  intend: training\n");
  const ProcessResult done = waybill({"recipe", "-c", "c.yaml"});
  EXPECT_THAT(done, Exited(2));
  EXPECT_THAT(done.err,
              AllOf(HasSubstr("c.yaml:3:12"), HasSubstr("'eks'"), HasSubstr("c.yaml:4:3"), HasSubstr("'intent'")));
}

TEST_F(Queries, CriteriaOfAFileThatChangeNothingAreTold) {
  write("c.yaml", "spec: {service: eks, intent: inference, platform: kubeflow}\n");
  EXPECT_THAT(waybill({"recipe", "-c", "c.yaml"}).err, HasSubstr("nothing for platform 'kubeflow'"));
  write("s.yaml", "measurements: []\n");
  EXPECT_THAT(waybill({"recipe", "-s", "s.yaml", "--intent", "inference", "--platform", "kubeflow"}).err,
              HasSubstr("nothing for platform 'kubeflow'"));
}

TEST_F(Queries, ATableHasARowForEveryLeaf) {
  const std::string table = waybill(joined({"recipe", "--format", "table"}, criteria())).out;
  EXPECT_THAT(table, StartsWith("FIELD "));
  EXPECT_THAT(table, AllOf(HasSubstr("\ncriteria.service "), HasSubstr("componentRefs.[0].name ")));
}

TEST_F(Queries, AFolderOfOddThingsIsUsableAndItsOddThingsAreTold) {
  const std::string odd = source_path("tests/support/odd_catalogue");
  const ProcessResult done = waybill({"recipe", "--service", "eks", "--catalogue", odd});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, HasSubstr("registry.yaml:2:1: the registry has no field 'somethingNew'"));
  EXPECT_THAT(done.err, HasSubstr("see 'waybill catalogue check'"));
}

// What aicr v0.11.1 itself answered.
TEST_F(Queries, EveryRecordedAnswerOfAicrIsOurs) {
  WAYBILL_REQUIRE_SHARED(kAicrResults);
  static const std::vector<std::string> kFlags{"--service", "--accelerator", "--intent", "--os", "--platform"};
  const std::string catalogue = shared_data(kAicrRecipes);
  std::size_t compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(shared_data(kAicrResults))) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".hydrated.json")) continue;
    std::istringstream words(name.substr(0, name.find('.')));
    Words flags{"--catalogue", catalogue};
    for (const std::string& flag : kFlags) {
      std::string word;
      std::getline(words, word, '_');
      flags.insert(flags.end(), {flag, word});
    }
    const ProcessResult query = waybill(joined({"query", "--selector", "", "--format", "json"}, flags));
    ASSERT_THAT(query, Exited(0)) << name;
    EXPECT_EQ(stripped(parse_json(query.out)), stripped(parse_json(read_file(entry.path())))) << name;
    const std::string recorded = entry.path().string().substr(0, entry.path().string().size() - 14) + ".recipe.yaml";
    const ProcessResult recipe = waybill(joined({"recipe"}, flags));
    EXPECT_EQ(stripped(yaml::parse(recipe.out, "ours").to_value()),
              stripped(yaml::parse(read_file(recorded), recorded).to_value()))
        << name;
    ++compared;
  }
  EXPECT_GE(compared, 37U);
}

}  // namespace
}  // namespace waybill::testing
