#include "generator/chosen_values.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "generator/resolve.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<ValueOverride> overrides(const std::vector<std::pair<Setter, const char*>>& flags) {
  std::vector<ValueOverride> result;
  for (const auto& [setter, text] : flags) {
    for (ValueOverride& change : parse_overrides(text, setter)) result.push_back(std::move(change));
  }
  return result;
}

Catalogue catalogue_with_paths() {
  testing::Files files = testing::small_catalogue();
  files["registry.yaml"] += R"(    nodeScheduling:
      system:
        nodeSelectorPaths: [selector]
        tolerationPaths: [tolerations]
      accelerated:
        tolerationPaths: [tolerations]
      nodeCountPaths: [count]
  - name: kustom
    displayName: Kustom
    kustomize: {defaultSource: "https://git.example/x.git", defaultPath: p, defaultTag: v1}
)";
  return testing::load(files);
}

struct Chosen : ::testing::Test {
  Catalogue catalogue = catalogue_with_paths();
  Recipe recipe = resolve(catalogue, testing::query("eks"), "");
  std::vector<std::string> warnings;

  // The values of a component once everything is laid over these, as JSON.
  std::string values(const std::vector<std::pair<Setter, const char*>>& flags, Scheduling scheduling = {},
                     std::string_view component = "alpha", const char* before = "{}") {
    const std::vector<ValueOverride> changes = overrides(flags);
    ChosenValues chosen(catalogue, recipe, changes, std::move(scheduling));
    std::string result;
    for (const ComponentRef& one : recipe.components) {
      Value laid = one.name == component ? json::parse(before, "before") : Value::map();
      chosen.lay_over(one, laid);
      if (one.name == component) result = json::canonical(laid);
    }
    warnings = chosen.warnings();
    return result;
  }
  std::string refusal(const std::vector<std::pair<Setter, const char*>>& flags, const Scheduling& scheduling = {},
                      std::string_view component = "alpha", const char* before = "{}") {
    try {
      values(flags, scheduling, component, before);
    } catch (const Error& error) {
      std::string text = error.message();
      for (const std::string& frame : error.context()) text += " " + frame;
      return text + " | " + error.hint();
    }
    return "accepted";
  }
};

TEST_F(Chosen, UnitesAllSpellingsOfAComponentInTheirOrder) {
  EXPECT_EQ(values({{Setter::Set, "al:a=1,alpha:b=2"}, {Setter::Set, "al:c=3"}}), R"({"a":1,"b":2,"c":3})");
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(values({{Setter::Set, "al:a=1"}, {Setter::Set, "alpha:a=2"}}), R"({"a":2})");
  EXPECT_THAT(warnings, ElementsAre("--set sets 'a' of 'alpha' and replaces what it set before at 'a'"));
}

TEST_F(Chosen, NamesTheNearestComponent) {
  EXPECT_EQ(refusal({{Setter::Set, "alpah:x=1"}}),
            "--set sets 'x' of 'alpah', which is not in the recipe | did you mean 'alpha'?");
}

TEST_F(Chosen, NamesComponentPathAndFlagOfWhatCannotBeSet) {
  EXPECT_EQ(refusal({{Setter::SetString, "alpha:a.b=1"}}, {}, "alpha", R"({"a":1})"),
            "cannot set 'a.b': 'a' is an integer while --set-string sets 'a.b' of 'alpha' | set it whole, or choose "
            "another path");
  EXPECT_THAT(refusal({}, {.nodes = 3}, "extras", R"([1])"), HasSubstr("--nodes sets 'count' of 'extras'"));
}

TEST_F(Chosen, RefusesTwoSettersOfWhichOneReplacesTheOther) {
  EXPECT_EQ(
      refusal({{Setter::Set, "alpha:a=1"}, {Setter::SetString, "al:a=2"}}),
      "--set and --set-string both set 'a' of 'alpha' | leave one of them out: nothing says which of them is meant");
  EXPECT_THAT(refusal({{Setter::SetJson, "alpha:a.b=1"}, {Setter::Set, "al:a=2"}}), HasSubstr("both set 'a'"));
  EXPECT_THAT(refusal({{Setter::SetJson, "alpha:enabled=true"}, {Setter::Set, "al:enabled=false"}}),
              HasSubstr("both set 'enabled'"));
  EXPECT_EQ(values({{Setter::SetJson, R"(alpha:a={"b":1,"c":1})"}, {Setter::Set, "al:a.b=2"}}),
            R"({"a":{"b":2,"c":1}})")
      << "a later one may say more exactly";
  EXPECT_EQ(values({{Setter::SetJson, "alpha:a=1"}, {Setter::Set, "al:a=1"}}), R"({"a":1})")
      << "the same is no conflict";
}

TEST_F(Chosen, LaysSchedulingOverEverything) {
  const Scheduling system{.system_selector = {{"k", "v"}}, .system_tolerations = {{"s", "", "NoSchedule"}}};
  EXPECT_EQ(values({{Setter::Set, "extras:selector.old=1"}}, system, "extras", R"({"selector":{"x":"y"}})"),
            R"({"selector":{"k":"v"},"tolerations":[{"effect":"NoSchedule","key":"s","operator":"Exists"}]})");
  EXPECT_THAT(warnings,
              ElementsAre("--system-node-selector sets 'selector' of 'extras' and replaces what --set sets at "
                          "'selector.old'"));
}

TEST_F(Chosen, LosesNoTolerationWhereTwoClassesShareAPath) {
  const Taint a{"a", "", "NoSchedule"};
  const Taint s{"s", "", "NoSchedule"};
  EXPECT_EQ(values({}, {.system_tolerations = {s}, .accelerated_tolerations = {a}}, "extras"),
            R"({"tolerations":[{"effect":"NoSchedule","key":"s","operator":"Exists"},)"
            R"({"effect":"NoSchedule","key":"a","operator":"Exists"}]})");
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(Chosen, TellsOfFlagsThatChangeNothing) {
  values({}, {.workload_selector = {{"a", "b"}}, .workload_gate = Taint{"g", "", "NoSchedule"}});
  EXPECT_THAT(warnings,
              ElementsAre("--workload-selector changes nothing: no component that is rolled out has a place for it",
                          "--workload-gate changes nothing: no component that is rolled out has a place for it"));
}

TEST_F(Chosen, TellsOfValuesForADisabledComponent) {
  const std::vector<ValueOverride> changes = overrides({{Setter::Set, "alpha:enabled=false,alpha:a=1"}});
  const ChosenValues chosen(catalogue, recipe, changes, {});
  EXPECT_EQ(chosen.switched("alpha"), false);
  EXPECT_EQ(chosen.switched("beta"), std::nullopt);
  EXPECT_THAT(chosen.warnings(), ElementsAre("'alpha' is disabled, so that what --set sets on it changes nothing"));
}

TEST_F(Chosen, TakesTheNumberOfNodesFromTheCriteriaUnlessAFlagSaysAnother) {
  recipe.criteria.set_nodes(8);
  EXPECT_EQ(values({}, {}, "extras"), R"({"count":8})");
  EXPECT_EQ(values({}, {.nodes = 16}, "extras"), R"({"count":16})");
  recipe.components.pop_back();
  ASSERT_EQ(recipe.find("extras"), nullptr);
  values({}, {.nodes = 8});
  EXPECT_THAT(warnings, IsEmpty()) << "the criterion has chosen the recipe";
  values({}, {.nodes = 16});
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("--nodes changes nothing")));
}

TEST_F(Chosen, HasOneSwitch) {
  EXPECT_EQ(values({{Setter::Set, "alpha:enabled=true"}}, {}, "alpha", R"({"enabled":false})"), R"({"enabled":true})");
  EXPECT_EQ(values({{Setter::Set, "alpha:enabled=true"}}), "{}") << "a chart that has no such value gets none";
  for (const char* word : {"alpha:enabled=1", "alpha:enabled=yes", "alpha:enabled=null"})
    EXPECT_THAT(refusal({{Setter::Set, word}}), HasSubstr("must be true or false")) << word;
}

TEST_F(Chosen, RefusesValuesOfWhatTakesNone) {
  ComponentRef kustomize;
  kustomize.name = "kustom";
  kustomize.type = kKustomize;
  recipe.components.push_back(kustomize);
  EXPECT_EQ(refusal({{Setter::Set, "kustom:a=1"}}),
            "--set sets 'a' of 'kustom', which takes no values | it is deployed by Kustomize");
}

}  // namespace
}  // namespace waybill
