#include "generator/explanation.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "core/file_system.h"
#include "generator/leaves.h"
#include "generator/recipe_tree.h"
#include "generator/resolve.h"
#include "generator/targets.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using testing::Files;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::load;
using testing::query;
using testing::small_catalogue;

const ExplainedValue& find(const Explanation& explanation, const std::string& path) {
  for (const ExplainedValue& value : explanation.values) {
    if (value.path == path) return value;
  }
  ADD_FAILURE() << "nothing explains " << path;
  static const ExplainedValue kNone{{}, {Setting{}}, {}};
  return kNone;
}

// "base.yaml:12 'x'", from the first to the one in effect.
std::vector<std::string> story(const Explanation& explanation, const std::string& path) {
  std::vector<std::string> told;
  for (const Setting& setting : find(explanation, path).history) {
    const std::string& file = setting.layer.place.file;
    told.push_back(setting.removed
                       ? fmt::format("{} removed it", setting.layer.overlay)
                       : fmt::format("{} {} {}", to_string(setting.layer.kind), file.substr(file.rfind('/') + 1),
                                     setting.value.is_string() ? setting.value.as_string()
                                     : setting.value.is_int()  ? std::to_string(setting.value.as_int())
                                                               : setting.value.kind_name()));
  }
  return told;
}

Explanation explain_eks(const Files& files) {
  const Catalogue catalogue = load(files);
  return explain(catalogue, resolve(catalogue, query("eks"), ""));
}

TEST(Explanation, TellsFilesOverridesAndDefaultsApart) {
  const Explanation explanation = explain_eks(small_catalogue());
  EXPECT_THAT(story(explanation, "components.alpha.values.image.pull"),
              ElementsAre("values values.yaml Always", "values values-eks.yaml Never"));
  EXPECT_THAT(story(explanation, "components.alpha.values.replicas"),
              ElementsAre("values values.yaml 1", "overlay eks.yaml 3"));
  EXPECT_THAT(story(explanation, "components.alpha.values.image.tag"), ElementsAre("values values.yaml 1.10"));
  EXPECT_THAT(story(explanation, "components.alpha.version"), ElementsAre("registry registry.yaml 1.0.0"));
  EXPECT_THAT(
      story(explanation, "components.alpha.valuesFile"),
      ElementsAre("base base.yaml components/alpha/values.yaml", "overlay eks.yaml components/alpha/values-eks.yaml"));
  EXPECT_THAT(story(explanation, "components.beta.version"), ElementsAre("base base.yaml v2.0.0"));
  const Layer& layer = find(explanation, "components.alpha.values.image.pull").effective().layer;
  EXPECT_EQ(to_string(layer.place), "components/alpha/values-eks.yaml:2");
  EXPECT_EQ(layer.overlay, "eks");
}

TEST(Explanation, TellsOverlaysAndOrder) {
  const Explanation explanation = explain_eks(small_catalogue());
  ASSERT_EQ(explanation.overlays.size(), 2U);
  EXPECT_EQ(explanation.overlays[0].name, "base");
  EXPECT_TRUE(explanation.overlays[1].matches);
  EXPECT_EQ(explanation.overlays[1].criteria, Value::map({{"service", "eks"}}));
  ASSERT_EQ(explanation.order.size(), 3U);
  EXPECT_THAT(explanation.order[0].after, IsEmpty());
  EXPECT_THAT(explanation.order[2].after, ElementsAre("alpha"));
  EXPECT_EQ(explanation.order[2].layer.overlay, "eks");
}

std::string with_overrides(const std::string& name, const std::string& parent, const std::string& overrides) {
  return fmt::format(
      "kind: RecipeMetadata\nmetadata: {{name: {}}}\nspec:\n  base: {}\n  criteria: {{service: eks}}\n"
      "  componentRefs:\n    - name: alpha\n      overrides: {}\n",
      name, parent, overrides);
}

// An overlay that sets a top-level key replaces it whole (spec: recipe-engine, B6): what only the other one set is
// gone.
TEST(Explanation, TellsWhatAnOverlayTookAway) {
  Files files = small_catalogue();
  files["overlays/one.yaml"] = with_overrides("one", "eks", "{image: {pull: One, tag: two}}");
  files["overlays/two.yaml"] = with_overrides("two", "one", "{image: {pull: Two}}");
  const Explanation explanation = explain_eks(files);
  EXPECT_THAT(story(explanation, "components.alpha.values.image.pull"),
              ElementsAre("values values.yaml Always", "values values-eks.yaml Never", "overlay one.yaml One",
                          "overlay two.yaml Two"));
  EXPECT_THAT(story(explanation, "components.alpha.values.image.tag"),
              ElementsAre("values values.yaml 1.10", "overlay one.yaml two", "values values.yaml 1.10"));
  files["overlays/one.yaml"] = with_overrides("one", "eks", "{extra: {a: 1, b: 1}}");
  files["overlays/two.yaml"] = with_overrides("two", "one", "{extra: {b: 2}}");
  files["overlays/zzz.yaml"] = with_overrides("zzz", "two", "{extra: {a: 3}}");
  EXPECT_THAT(story(explain_eks(files), "components.alpha.values.extra.a"),
              ElementsAre("overlay one.yaml 1", "two removed it", "overlay zzz.yaml 3"));
}

// A value file that comes later ranks below overrides that came before: it is told, but not as what is in effect.
TEST(Explanation, TellsAFileThatOverridesHide) {
  Files files = small_catalogue();
  files["overlays/late.yaml"] =
      "kind: RecipeMetadata\nmetadata: {name: late}\nspec:\n  base: eks\n  criteria: {service: eks}\n  componentRefs:\n"
      "    - name: alpha\n      valuesFile: components/alpha/values-late.yaml\n";
  files["components/alpha/values-late.yaml"] = "replicas: 9\n";
  EXPECT_THAT(story(explain_eks(files), "components.alpha.values.replicas"),
              ElementsAre("values values.yaml 1", "values values-late.yaml 9", "overlay eks.yaml 3"));
}

TEST(Explanation, TellsAMappingThatAScalarReplaced) {
  Files files = small_catalogue();
  files["components/alpha/values-eks.yaml"] = "image: none\nreplicas: {min: 1}\n";
  const std::string& eks = files["overlays/eks.yaml"];
  files["overlays/eks.yaml"] = std::string(eks).replace(eks.find("replicas: 3"), 11, "other: 3");
  const Explanation explanation = explain_eks(files);
  EXPECT_THAT(story(explanation, "components.alpha.values.image"),
              ElementsAre("values values.yaml mapping", "values values-eks.yaml none"));
  EXPECT_THAT(story(explanation, "components.alpha.values.replicas.min"),
              ElementsAre("values values.yaml 1", "values values-eks.yaml 1"));
}

TEST(Explanation, RemarksOnAConstraintThatBecameWeaker) {
  Files files = small_catalogue();
  files["overlays/weak.yaml"] =
      "kind: RecipeMetadata\nmetadata: {name: weak}\nspec:\n  criteria: {service: eks}\n  constraints:\n"
      "    - {name: K8s.server.version, value: '>= 1.20'}\n";
  const Explanation explanation = explain_eks(files);
  const ExplainedValue& value = find(explanation, R"(constraints["K8s.server.version"].value)");
  EXPECT_THAT(value.remark, HasSubstr("weaker than '>= 1.25' of overlays/base.yaml:8"));
  EXPECT_THAT(story(explanation, value.path), ElementsAre("base base.yaml >= 1.25", "overlay weak.yaml >= 1.20"));
}

TEST(Explanation, TellsWhatARecipeFileSaysOtherwise) {
  const Catalogue catalogue = load(small_catalogue());
  Recipe recipe = resolve(catalogue, query("eks"), "");
  for (ComponentRef& component : recipe.components) {
    if (component.name != "alpha") continue;
    component.version = "1.0.1";
    component.origins["version"] = {0, 40};
    component.overrides.set("replicas", Value(5).mark({0, 50}));
  }
  const Explanation explanation = explain(catalogue, recipe, "r.yaml");
  EXPECT_THAT(story(explanation, "components.alpha.version"),
              ElementsAre("registry registry.yaml 1.0.0", "recipe r.yaml 1.0.1"));
  EXPECT_THAT(story(explanation, "components.alpha.values.replicas"),
              ElementsAre("values values.yaml 1", "overlay eks.yaml 3", "recipe r.yaml 5"));
  EXPECT_THAT(story(explanation, "components.beta.version"), ElementsAre("base base.yaml v2.0.0"));
}

TEST(Explanation, NamesOverlaysThatASnapshotExcluded) {
  const Catalogue catalogue = load(small_catalogue());
  Recipe recipe = resolve(catalogue, query("eks"), "");
  recipe.excluded_overlays = {"eks"};
  recipe.constraint_warnings = {{"eks", "K8s.server.version", ">= 1.30", "1.29", "expected >= 1.30, got 1.29"}};
  const Explanation back = explain(catalogue, recipe);
  ASSERT_EQ(back.overlays.size(), 2U);
  EXPECT_TRUE(back.overlays[1].applied);
  EXPECT_EQ(back.overlays[1].excluded.size(), 1U);
  recipe = resolve(catalogue, query("gke"), "");
  recipe.excluded_overlays = {"eks"};
  const Explanation out = explain(catalogue, recipe);
  ASSERT_EQ(out.overlays.size(), 2U);
  EXPECT_FALSE(out.overlays[1].applied);
}

// Every leaf of a recipe has a layer, the last one told is the value in effect, and each stands in the line that is
// named.
void expect_everything_explained(const Catalogue& catalogue, const Criteria& criteria) {
  const Recipe recipe = resolve(catalogue, criteria, "");
  const Explanation explanation = explain(catalogue, recipe);
  std::map<std::string, const ExplainedValue*> explained;
  for (const ExplainedValue& value : explanation.values) explained.emplace(value.path, &value);
  std::map<std::string, std::vector<std::string>> lines;
  Value tree = recipe_tree(catalogue, recipe);
  tree.erase("deploymentOrder");
  for (const auto& [name, component] : tree.find("components")->members())
    tree.find("components")->find(name)->erase("manifests");
  std::size_t count = 0;
  for (const Leaf& leaf : leaves(tree, {}, Lists::Whole)) {
    ++count;
    ASSERT_TRUE(explained.contains(leaf.path)) << leaf.path;
    const ExplainedValue& value = *explained.at(leaf.path);
    EXPECT_EQ(value.effective().value, *leaf.value) << leaf.path;
    EXPECT_FALSE(value.effective().removed);
    for (const Setting& setting : value.history) {
      if (setting.removed) continue;
      const SourceLocation& place = setting.layer.place;
      ASSERT_FALSE(place.file.empty()) << leaf.path;
      std::vector<std::string>& text = lines[place.file];
      if (text.empty()) {
        std::istringstream stream(read_file(place.file));
        for (std::string line; std::getline(stream, line);) text.push_back(line);
      }
      ASSERT_GE(place.line, 1U) << leaf.path;
      ASSERT_LE(place.line, text.size()) << leaf.path;
    }
    // A scalar of a value file stands in its line.
    const Setting& last = value.effective();
    if (last.layer.kind == Layer::Kind::ValueFile && last.value.is_int()) {
      EXPECT_THAT(lines[last.layer.place.file][last.layer.place.line - 1],
                  HasSubstr(std::to_string(last.value.as_int())))
          << leaf.path;
    }
  }
  EXPECT_EQ(count, explanation.values.size());
}

TEST(Explanation, HasALayerForEveryLeaf) {
  const Catalogue catalogue = Catalogue::load({folder_source(testing::source_path("recipes"))});
  const std::vector<Criteria> all = targets(catalogue, {});
  const std::size_t step = all.size() / 40 + 1;  // neighbours have most layers in common
  for (std::size_t i = 0; i < all.size(); i += step) {
    expect_everything_explained(catalogue, all[i]);
    if (HasFatalFailure()) return;
  }
}

TEST(Explanation, HasALayerForEveryLeafOfAicrsRecipes) {
  constexpr const char* kRecipes = "data/aicr-v0.11.1/recipes";
  WAYBILL_REQUIRE_SHARED(kRecipes);
  const Catalogue catalogue = Catalogue::load({folder_source(testing::shared_data(kRecipes))});
  for (const Criteria& criteria : targets(catalogue, {})) {
    expect_everything_explained(catalogue, criteria);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace waybill
