// recipe and plan: formats, catalogues, and recipe files that are wrong (spec: cli, Criteria; recipe-engine).
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string_view>

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

class Recipes : public Workspace {
 protected:
  static std::string own_catalogue() { return source_path("recipes"); }

  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name, std::ios::binary) << text;
  }
  // A good recipe with one text replaced by another.
  [[nodiscard]] std::string changed(const std::string& from, const std::string& to) const {
    std::string text = waybill(joined({"recipe"}, criteria())).out;
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return place == std::string::npos ? text : text.replace(place, from.size(), to);
  }
  // What is said about such a recipe, by every command that reads one; none of them writes anything.
  [[nodiscard]] std::string complaint(const std::string& text) const {
    write("bad.yaml", text);
    const ProcessResult planned = waybill({"plan", "--recipe", "bad.yaml"});
    EXPECT_THAT(planned, Exited(2));
    EXPECT_THAT(planned.out, IsEmpty());
    EXPECT_EQ(waybill({"bundle", "--recipe", "bad.yaml", "-o", "b"}).err, planned.err);
    EXPECT_FALSE(std::filesystem::exists(path("b")));
    return planned.err;
  }
};

TEST_F(Recipes, BothFormatsSayTheSame) {
  for (const Words& words : {criteria(), other_criteria()}) {
    const ProcessResult yaml = waybill(joined({"recipe"}, words));
    ASSERT_THAT(yaml, Exited(0));
    EXPECT_EQ(yaml::parse(yaml.out, "recipe").to_value(), waybill_json(joined({"recipe"}, words)));
  }
}

TEST_F(Recipes, PyYamlAndJqReadTheSame) {
  WAYBILL_REQUIRE_PYTHON("yaml");
  ASSERT_THAT(waybill(joined({"recipe", "-o", "r.yaml"}, criteria())), Exited(0));
  ASSERT_THAT(waybill(joined({"recipe", "-o", "r.json", "--format", "json"}, criteria())), Exited(0));
  EXPECT_THAT(execute({"python3", "-c",
                       "import json, yaml; a = yaml.safe_load(open('r.yaml')); b = json.load(open('r.json')); "
                       "assert a == b, (a, b)"}),
              Exited(0));
}

TEST_F(Recipes, TheEmbeddedCatalogueIsTheFolder) {
  for (const Words& words : {criteria(), other_criteria(), Words{"--service", "eks"}}) {
    const ProcessResult embedded = waybill(joined({"recipe"}, words));
    ASSERT_THAT(embedded, Exited(0));
    EXPECT_EQ(waybill(joined({"recipe", "--catalogue", own_catalogue()}, words)).out, embedded.out);
    ASSERT_THAT(waybill(joined({"bundle", "-o", "a"}, words)), Exited(0));
    ASSERT_THAT(waybill(joined({"bundle", "-o", "b", "--catalogue", own_catalogue()}, words)), Exited(0));
    EXPECT_EQ(snapshot(folder() / "a"), snapshot(folder() / "b"));
    std::filesystem::remove_all(folder() / "a");
    std::filesystem::remove_all(folder() / "b");
  }
}

TEST_F(Recipes, WordsOfTheCriteriaAreNormalised) {
  const std::string expected =
      waybill({"recipe", "--service", "eks", "--accelerator", "h100", "--intent", "training"}).out;
  EXPECT_EQ(waybill({"recipe", "--service", "EKS", "--gpu", " H100 ", "--intent=Training", "--os", "any"}).out,
            expected);
}

TEST_F(Recipes, DataLiesOverTheCatalogueAndTheLastOneWins) {
  const std::string component = "components/cert-manager/values.yaml";
  const std::string values = read_file(std::filesystem::path(own_catalogue()) / component);
  write("one/registry.yaml", "");
  write("two/registry.yaml", "");
  write("one/" + component, values + "\nfunctionalTest: one\n");
  write("two/" + component, values + "\nfunctionalTest: two\n");
  const auto bundle = [&](const Words& data) {
    EXPECT_THAT(waybill(joined(joined({"bundle", "-o", "b", "--force"}, data), criteria())), Exited(0));
    return read_file(folder() / "b/values/cert-manager.yaml");
  };
  const std::string untouched = bundle({});
  EXPECT_THAT(untouched, Not(HasSubstr("functionalTest")));
  EXPECT_THAT(bundle({"--data", "one"}), HasSubstr("functionalTest: one"));
  EXPECT_THAT(bundle({"--data", "one", "--data", "two"}), HasSubstr("functionalTest: two"));
  EXPECT_THAT(bundle({"--data", "two", "--data", "one"}), HasSubstr("functionalTest: one"));
  // What was laid over shows in the catalogue's digest, which the recipe names.
  EXPECT_NE(waybill(joined({"recipe", "--data", "one"}, criteria())).out, waybill(joined({"recipe"}, criteria())).out);
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "--data", "missing"}), Exited(3));
  EXPECT_THAT(waybill({"recipe", "--service", "eks", "--catalogue", "missing"}), Exited(3));
}

TEST_F(Recipes, AFolderThatIsNoCatalogueIsNamed) {
  std::filesystem::create_directory(folder() / "empty");
  const ProcessResult done = waybill({"recipe", "--service", "eks", "--catalogue", "empty"});
  EXPECT_THAT(done, Exited(2));
  EXPECT_THAT(done.err, AllOf(HasSubstr("empty/registry.yaml"), HasSubstr("empty/overlays/base.yaml")));
}

TEST_F(Recipes, AWrongOverlayIsToldByFileLineAndColumn) {
  const std::string head =
      "kind: RecipeMetadata\napiVersion: aicr.nvidia.com/v1alpha1\nmetadata:\n  name: site\nspec:\n";
  write("data/registry.yaml", "");
  write("data/overlays/site.yaml", head + "  criteria:\n    service: EKS\n");
  const ProcessResult wrong = waybill({"recipe", "--service", "eks", "--data", "data"});
  EXPECT_THAT(wrong, Exited(2));
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("overlays/site.yaml:7:14"), HasSubstr("'eks'")));
  // An unknown field means nothing to aicr either: the folder stays usable.
  write("data/overlays/site.yaml", head + "  bass: eks\n");
  const ProcessResult odd = waybill({"recipe", "--service", "eks", "--data", "data"});
  EXPECT_THAT(odd, Exited(0));
  EXPECT_THAT(odd.err, AllOf(StartsWith("warning: "), HasSubstr("overlays/site.yaml:6:3"), HasSubstr("'base'")));
}

TEST_F(Recipes, AStatedValueThatChangesNothingIsToldAsAWarning) {
  const ProcessResult done = waybill({"recipe", "--service", "eks", "--intent", "inference", "--platform", "kubeflow"});
  EXPECT_THAT(done, Exited(0));
  EXPECT_THAT(done.err, AllOf(StartsWith("warning: "), HasSubstr("'kubeflow'")));
}

TEST_F(Recipes, APlanSaysTheWavesInEveryFormat) {
  const Value plan = waybill_json(joined({"plan"}, criteria()));
  ASSERT_EQ(keys(plan), (Words{"catalogue", "criticalPath", "dependencies", "waves"}));
  const Value& waves = *plan.find("waves");
  ASSERT_GT(waves.items().size(), 2U);
  Words components;
  for (std::size_t i = 0; i < waves.items().size(); ++i) {
    EXPECT_EQ(keys(waves.items()[i]), (Words{"components", "syncWave", "wave"}));
    EXPECT_EQ(at(waves.items()[i], "wave").as_int(), static_cast<std::int64_t>(i));
    for (const Value& name : at(waves.items()[i], "components").items()) components.push_back(name.as_string());
  }
  const Value recipe = waybill_json(joined({"recipe"}, criteria()));
  EXPECT_EQ(components.size(), at(recipe, "componentRefs").items().size());
  const std::string table = waybill(joined({"plan"}, criteria())).out;
  const std::string mermaid = waybill(joined({"plan", "--format", "mermaid"}, criteria())).out;
  EXPECT_THAT(mermaid, StartsWith("flowchart TD\n"));
  for (const std::string& component : components) {
    EXPECT_THAT(table, HasSubstr(" " + component + " "));
    EXPECT_THAT(mermaid, HasSubstr("[\"" + component));
  }
  // A dependency lies in an earlier wave than whoever needs it.
  const auto wave_of = [&](const std::string& name) {
    for (const Value& wave : waves.items()) {
      for (const Value& component : at(wave, "components").items()) {
        if (component.as_string() == name) return at(wave, "wave").as_int();
      }
    }
    ADD_FAILURE() << name << " is in no wave";
    return std::int64_t{-1};
  };
  for (const Value& component : at(recipe, "componentRefs").items()) {
    const Value* needs = component.find("dependencyRefs");
    if (needs == nullptr) continue;
    for (const Value& dependency : needs->items())
      EXPECT_LT(wave_of(dependency.as_string()), wave_of(component.text_or("name", "")));
  }
}

TEST_F(Recipes, ARecipeFileGivesWhatTheCriteriaGive) {
  for (const char* format : {"yaml", "json"}) {
    ASSERT_THAT(waybill(joined({"recipe", "-o", "r", "--format", format}, criteria())), Exited(0));
    EXPECT_EQ(waybill({"plan", "--recipe", "r"}).out, waybill(joined({"plan"}, criteria())).out);
    ASSERT_THAT(waybill({"bundle", "--recipe", "r", "-o", "a", "--force"}), Exited(0));
    ASSERT_THAT(waybill(joined({"bundle", "-o", "b", "--force"}, criteria())), Exited(0));
    EXPECT_EQ(snapshot(folder() / "a"), snapshot(folder() / "b"));
  }
  EXPECT_THAT(waybill({"plan", "--recipe", "r", "--service", "eks"}), Exited(2));
  EXPECT_THAT(waybill({"plan", "--recipe", "missing"}), Exited(3));
}

TEST_F(Recipes, AWrongFieldIsToldWithPlaceAndNearestWord) {
  // How far down they stand depends on how many overlays were applied.
  const std::string text = waybill(joined({"recipe"}, criteria())).out;
  const auto line = [&](std::string_view start) {
    return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(start)) + 1, '\n') + 1;
  };
  EXPECT_THAT(complaint(changed("\ncriteria:\n", "\ncritera:\n")),
              AllOf(HasSubstr(fmt::format("bad.yaml:{}:1: the recipe has no field 'critera'", line("\ncriteria:\n"))),
                    HasSubstr("did you mean 'criteria'?")));
  EXPECT_THAT(complaint(changed("    namespace: kube-system", "    namspace: kube-system")),
              AllOf(HasSubstr(":5: the component has no field 'namspace'"), HasSubstr("did you mean 'namespace'?")));
  EXPECT_THAT(complaint(changed("  service: eks", "  service: ekz")),
              AllOf(HasSubstr(fmt::format("bad.yaml:{}:12: 'ekz'", line("\n  service: eks"))),
                    HasSubstr("did you mean 'eks'?")));
  EXPECT_THAT(complaint(changed("type: Helm", "type: Hlem")),
              AllOf(HasSubstr(":11: "), HasSubstr("did you mean 'Helm'?")));
  EXPECT_THAT(complaint(changed("severity: error", "severity: eror")),
              AllOf(HasSubstr(":15: 'eror'"), HasSubstr("did you mean 'error'?")));
  EXPECT_THAT(complaint(changed("kind: RecipeResult", "kind: RecipeResul")), HasSubstr("bad.yaml:1:7: "));
}

TEST_F(Recipes, AWrongTypeNameOrGraphIsToldWithItsPlace) {
  EXPECT_THAT(complaint(changed("version: 2.55.0", "version: [2]")),
              HasSubstr(":14: 'version' of the component must be text, not a list"));
  EXPECT_THAT(complaint(changed("\ncomponentRefs:\n", "\ncomponentRefs: 3\nunused:\n")),
              HasSubstr(":16: 'componentRefs' of the recipe must be a list, not an integer"));
  EXPECT_THAT(complaint(changed("- name: aws-efa\n", "- name: ../../outside\n")),
              HasSubstr("'../../outside' is no valid name"));
  EXPECT_THAT(complaint(changed("- name: aws-efa\n", "- name: \"a;reboot\"\n")),
              HasSubstr("'a;reboot' is no valid name"));
  EXPECT_THAT(complaint(changed("  - name: aws-efa\n", "  - name: aws-ebs-csi-driver\n")),
              HasSubstr("aws-ebs-csi-driver"));
  EXPECT_THAT(
      complaint(changed("    dependencyRefs:\n      - cert-manager\n", "    dependencyRefs:\n      - cert-manger\n")),
      AllOf(HasSubstr(":9: "), HasSubstr("did you mean 'cert-manager'?")));
  const std::string cycle = complaint(
      changed("  - name: cert-manager\n", "  - name: cert-manager\n    dependencyRefs:\n      - gpu-operator\n"));
  EXPECT_THAT(cycle, AllOf(HasSubstr("bad.yaml:"), HasSubstr("cert-manager -> "), HasSubstr("gpu-operator")));
}

TEST_F(Recipes, WhatIsNoRecipeIsRefusedBriefly) {
  EXPECT_THAT(complaint(""), HasSubstr("bad.yaml"));
  EXPECT_THAT(complaint("just words"), HasSubstr("bad.yaml"));
  EXPECT_THAT(complaint("a: [1"), HasSubstr("bad.yaml:"));
  EXPECT_THAT(complaint("kind: RecipeResult\nkind: RecipeResult\n"), HasSubstr("bad.yaml:2:1"));
  EXPECT_THAT(complaint("a: &x [*x]"), HasSubstr("bad.yaml:1:"));
  EXPECT_THAT(complaint(std::string("\0\xff\xfe", 3)), HasSubstr("bad.yaml"));
  const std::string deep(100'000, '[');
  EXPECT_LT(complaint(deep).size(), 1000U);
}

}  // namespace
}  // namespace waybill::testing
