#include "generator/resolve.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/json/writer.h"
#include "generator/values.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using testing::Files;
using testing::load;
using testing::query;
using testing::small_catalogue;

TEST(Resolve, AppliesWhatMatchesAndFillsDefaults) {
  const Recipe recipe = resolve(load(small_catalogue()), query("eks"), "1.0.0");
  EXPECT_THAT(recipe.applied_overlays, ElementsAre("base", "eks"));
  EXPECT_THAT(recipe.deployment_order, ElementsAre("alpha", "beta", "extras"));
  const ComponentRef& alpha = *recipe.find("alpha");
  EXPECT_EQ(alpha.type, "Helm");
  EXPECT_EQ(alpha.chart, "alpha");
  EXPECT_EQ(alpha.source, "https://charts.example/stable");
  EXPECT_EQ(alpha.version, "1.0.0");
  EXPECT_EQ(alpha.name_space, "alpha-system");
  EXPECT_EQ(recipe.find("extras")->name_space, "");
}

TEST(Resolve, LeavesOverlaysOfOthersOut) {
  const Recipe recipe = resolve(load(small_catalogue()), query("gke"), "");
  EXPECT_THAT(recipe.applied_overlays, ElementsAre("base"));
  EXPECT_EQ(recipe.find("extras"), nullptr);
}

TEST(Resolve, ValuesAreBaseFileThenOverlaysFileThenOverrides) {
  const Catalogue catalogue = load(small_catalogue());
  const Recipe recipe = resolve(catalogue, query("eks"), "");
  const Value values = component_values(catalogue, *recipe.find("alpha"));
  EXPECT_EQ(json::canonical(values), R"({"image":{"pull":"Never","tag":"1.10"},"replicas":3})");
  EXPECT_EQ(catalogue.source_name(values.find("replicas")->mark().source), "overlays/eks.yaml");
  EXPECT_EQ(catalogue.source_name(values.find("image")->find("tag")->mark().source), "components/alpha/values.yaml");
  EXPECT_TRUE(component_values(catalogue, *recipe.find("beta")).is_null());
}

TEST(Resolve, ReplacesOverridesWholeBelowTheirTopLevelKeys) {
  Files files = small_catalogue();
  files["overlays/a.yaml"] =
      "metadata: {name: a}\nspec: {criteria: {service: gke}, componentRefs: [{name: beta, overrides: {x: {p: 1}, y: "
      "1}}]}\n";
  files["overlays/b.yaml"] =
      "metadata: {name: b}\nspec: {base: a, criteria: {service: gke, os: cos}, componentRefs: [{name: beta, overrides: "
      "{x: {q: 2}}}]}\n";
  Criteria criteria = query("gke");
  criteria.set(Dimension::Os, "cos");
  const Recipe recipe = resolve(load(files), criteria, "");
  EXPECT_THAT(recipe.applied_overlays, ElementsAre("base", "a", "b"));
  EXPECT_EQ(json::canonical(recipe.find("beta")->overrides), R"({"x":{"q":2},"y":1})");
}

TEST(Resolve, OrdersUnrelatedMatchesBySpecificityThenName) {
  Files files = small_catalogue();
  files["z.yaml"] = "metadata: {name: general-z}\nspec: {criteria: {intent: any}}\n";
  files["y.yaml"] = "metadata: {name: specific-a}\nspec: {criteria: {service: gke, intent: training}}\n";
  files["x.yaml"] = "metadata: {name: one-b}\nspec: {criteria: {service: gke}}\n";
  files["w.yaml"] = "metadata: {name: one-a}\nspec: {criteria: {intent: training}}\n";
  Criteria criteria = query("gke");
  criteria.set(Dimension::Intent, "training");
  EXPECT_THAT(resolve(load(files), criteria, "").applied_overlays,
              ElementsAre("base", "general-z", "one-a", "one-b", "specific-a"));
}

// Whatever the files are called, and so in whatever order they are read.
TEST(Resolve, DoesNotDependOnFileNames) {
  const std::vector<std::string> overlays{
      "metadata: {name: p}\nspec: {criteria: {service: gke}, componentRefs: [{name: beta, overrides: {x: 1}}]}\n",
      "metadata: {name: q}\nspec: {criteria: {service: gke}, componentRefs: [{name: beta, overrides: {x: 2}}]}\n",
      "metadata: {name: r}\nspec: {base: p, componentRefs: [{name: beta, overrides: {x: 3}}]}\n"};
  std::vector<std::string> names{"1.yaml", "2.yaml", "3.yaml"};
  std::set<std::string> documents;
  do {
    Files files = small_catalogue();
    for (std::size_t i = 0; i < names.size(); ++i) files[names[i]] = overlays[i];
    Recipe recipe = resolve(load(files), query("gke"), "");
    recipe.catalogue = {};
    documents.insert(json::canonical(to_value(recipe)));
  } while (std::next_permutation(names.begin(), names.end()));
  EXPECT_EQ(documents.size(), 1U);
}

TEST(Resolve, NodesMatchExactly) {
  Files files = small_catalogue();
  files["n.yaml"] = "metadata: {name: eight}\nspec: {criteria: {service: gke, nodes: 8}}\n";
  Criteria criteria = query("gke");
  EXPECT_EQ(resolve(load(files), criteria, "").applied_overlays.size(), 1U);
  criteria.set_nodes(8);
  EXPECT_EQ(resolve(load(files), criteria, "").applied_overlays.size(), 2U);
}

TEST(Resolve, NamesTheCircleOfDependencies) {
  Files files = small_catalogue();
  files["c.yaml"] =
      "metadata: {name: c}\nspec: {criteria: {service: gke}, componentRefs: [{name: alpha, dependencyRefs: [beta]}]}\n";
  try {
    static_cast<void>(resolve(load(files), query("gke"), ""));
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), ::testing::HasSubstr("alpha -> beta -> alpha"));
  }
}

TEST(Resolve, QueriesAreIndependent) {
  const Catalogue catalogue = load(small_catalogue());
  const Value before = to_value(resolve(catalogue, query("gke"), ""));
  static_cast<void>(resolve(catalogue, query("eks"), ""));
  EXPECT_EQ(to_value(resolve(catalogue, query("gke"), "")), before);
}

std::string overlay(const std::string& name, const std::string& spec) {
  return "metadata: {name: " + name + "}\nspec: {" + spec + "}\n";
}

// Spec: recipe-engine 3.6.
TEST(Resolve, ASnapshotExcludesByTheMatchesOwnConstraints) {
  Files files = small_catalogue();
  const std::string needs = "constraints: [{name: K8s.server.version, value: '";
  files["1.yaml"] = overlay("parent", "criteria: {service: gke}, " + needs + ">= 1.34'}]");
  files["2.yaml"] = overlay("child", "base: parent, criteria: {service: gke, os: cos}, " + needs + ">= 1.30'}]");
  files["3.yaml"] = overlay("blind", "criteria: {service: gke}, constraints: [{name: GPU.smi.count, value: '1'}]");
  files["4.yaml"] = overlay("free", "criteria: {service: gke}");
  Criteria criteria = query("gke");
  criteria.set(Dimension::Os, "cos");
  const Snapshot snapshot({{"K8s", {{"server", {{"version", "v1.31.0-gke.1"}}}}}});
  const Recipe recipe = resolve(load(files), criteria, "", &snapshot);
  EXPECT_THAT(recipe.applied_overlays, ElementsAre("base", "free", "parent", "child"));
  EXPECT_THAT(recipe.excluded_overlays, ElementsAre("blind", "parent"));
  ASSERT_EQ(recipe.constraint_warnings.size(), 2U);
  EXPECT_EQ(recipe.constraint_warnings[0].actual, "");
  EXPECT_EQ(recipe.constraint_warnings[1].reason, "expected >= 1.34, got v1.31.0-gke.1");
  EXPECT_EQ(json::canonical(*to_value(recipe).find("metadata")->find("excludedOverlays")), R"(["blind","parent"])");
  EXPECT_TRUE(resolve(load(files), criteria, "").excluded_overlays.empty());
}

// "place: message" of what a query is refused with.
std::string refusal(const Catalogue& catalogue, std::string_view service) {
  try {
    static_cast<void>(resolve(catalogue, query(service), ""));
    return "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
    return fmt::format("{}: {}", error.location() ? to_string(*error.location()) : "nowhere", error.message());
  }
}

TEST(Resolve, OnlyQueriesThatNeedAMissingParentOrACircleFail) {
  Files files = small_catalogue();
  files["1.yaml"] = overlay("orphan", "base: nobody, criteria: {service: gke}");
  files["2.yaml"] = overlay("one", "base: two, criteria: {service: aks}");
  files["3.yaml"] = overlay("two", "base: one");
  const Catalogue catalogue = load(files);
  EXPECT_NO_THROW(static_cast<void>(resolve(catalogue, query("eks"), "")));
  EXPECT_EQ(refusal(catalogue, "gke"), "1.yaml:2:14: the overlay 'orphan' is based on 'nobody', which does not exist");
  EXPECT_EQ(refusal(catalogue, "aks"), "3.yaml:2:14: overlays are based on each other in a circle: one -> two -> one");
}

TEST(Resolve, NamesThePlaceOfADependencyThatCannotBeMet) {
  Files files = small_catalogue();
  files["1.yaml"] =
      overlay("stranger", "criteria: {service: gke}, componentRefs: [{name: alpha, dependencyRefs: [nobody]}]");
  files["2.yaml"] = overlay("circle",
                            "criteria: {service: aks}, componentRefs: [{name: alpha, dependencyRefs: [beta]}, "
                            "{name: beta, dependencyRefs: [alpha]}]");
  const Catalogue catalogue = load(files);
  EXPECT_EQ(refusal(catalogue, "gke"),
            "1.yaml:2:81: the component 'alpha' depends on 'nobody', which is not in the recipe");
  EXPECT_EQ(refusal(catalogue, "aks"),
            "2.yaml:2:119: components depend on each other in a circle: alpha -> beta -> alpha");
}

TEST(Resolve, TheBaseStaysInTheOrderOfItsFileUntilSomethingIsLaidOverIt) {
  const Recipe alone = resolve(load(small_catalogue()), query("gke"), "");
  EXPECT_EQ(alone.components.front().name, "beta");
  const Recipe merged = resolve(load(small_catalogue()), query("eks"), "");
  EXPECT_EQ(merged.components.front().name, "alpha");
}

TEST(Resolve, AMatchFromASnapshotIsTheSameAsFromFlags) {
  const Catalogue catalogue = load(small_catalogue());
  const Snapshot snapshot({{"K8s", {{"server", {{"version", "v1.31.0-eks-1"}}}}}});
  EXPECT_EQ(to_value(resolve(catalogue, snapshot.detected_criteria(), "", &snapshot)),
            to_value(resolve(catalogue, query("eks"), "")));
}

}  // namespace
}  // namespace waybill
