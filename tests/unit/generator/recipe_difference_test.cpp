#include "generator/recipe_difference.h"

#include <gmock/gmock.h>

#include <map>
#include <tuple>

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
using ::testing::IsEmpty;
using testing::load;
using testing::query;
using testing::small_catalogue;

// A tree as all that is compared: part, component and path of each leaf.
using Content = std::map<std::tuple<RecipePart, std::string, std::string>, Value>;

Content content_of(const Value& tree) {
  Content content;
  const RecipeDifference all = difference(Value::map(), tree);
  for (const LeafChange& change : all.changes) {
    EXPECT_FALSE(change.before);
    content.emplace(std::tuple{change.part, change.component, change.path}, *change.after);
  }
  return content;
}

// What the difference makes of the first recipe.
Content applied(Content content, const RecipeDifference& difference) {
  for (const LeafChange& change : difference.changes) {
    const std::tuple place{change.part, change.component, change.path};
    EXPECT_EQ(content.contains(place), change.before.has_value()) << change.path;
    if (change.before) {
      EXPECT_EQ(content.at(place), *change.before) << change.path;
    }
    content.erase(place);
    if (change.after) content.emplace(place, *change.after);
  }
  return content;
}

void expect_laws(const std::vector<Value>& trees) {
  for (const Value& a : trees) {
    EXPECT_TRUE(difference(a, a).empty());
    for (const Value& b : trees) {
      const RecipeDifference there = difference(a, b);
      const RecipeDifference back = difference(b, a);
      EXPECT_EQ(applied(content_of(a), there), content_of(b));
      EXPECT_EQ(there.order_after, back.order_before);
      EXPECT_EQ(there.empty(), back.empty());
      EXPECT_EQ(there.values().added, back.values().removed);
      EXPECT_EQ(there.values().changed, back.values().changed);
      EXPECT_EQ(there.added_components, back.removed_components);
    }
  }
}

std::vector<Value> trees_of(const Catalogue& catalogue, std::size_t most) {
  std::vector<Value> trees;
  const std::vector<Criteria> all = targets(catalogue, {});
  const std::size_t step = std::max<std::size_t>(1, all.size() / most);
  for (std::size_t i = 0; i < all.size(); i += step)
    trees.push_back(recipe_tree(catalogue, resolve(catalogue, all[i], "")));
  return trees;
}

TEST(RecipeDifference, OfEqualsIsEmptyAndAppliedToTheFirstGivesTheSecond) {
  expect_laws(trees_of(Catalogue::load({folder_source(testing::source_path("recipes"))}), 12));
}

TEST(RecipeDifference, HoldsItsLawsWithOtherCatalogues) {
  constexpr const char* kRecipes = "data/aicr-v0.11.1/recipes";
  WAYBILL_REQUIRE_SHARED(kRecipes);
  std::vector<Value> trees = trees_of(Catalogue::load({folder_source(testing::shared_data(kRecipes))}), 6);
  for (Value& tree : trees_of(Catalogue::load({folder_source(testing::source_path("recipes"))}), 4))
    trees.push_back(std::move(tree));
  expect_laws(trees);
}

Value tree(const std::string& service, const testing::Files& files = small_catalogue()) {
  const Catalogue catalogue = load(files);
  return recipe_tree(catalogue, resolve(catalogue, query(service), ""));
}

TEST(RecipeDifference, TellsComponentsFieldsAndValuesApart) {
  const RecipeDifference found = difference(tree("gke"), tree("eks"));
  EXPECT_THAT(found.removed_components, IsEmpty());
  EXPECT_THAT(found.added_components, ElementsAre("extras"));
  EXPECT_THAT(found.moved, IsEmpty());
  const std::vector<LeafChange>& changes = found.changes;
  const auto of_alpha = [&](RecipePart part) {
    std::vector<std::string> paths;
    for (const LeafChange& change : changes) {
      if (change.part == part && change.component == "alpha") paths.push_back(change.path);
    }
    return paths;
  };
  EXPECT_THAT(of_alpha(RecipePart::Field), ElementsAre("valuesFile"));
  EXPECT_THAT(of_alpha(RecipePart::Value), ElementsAre("image.pull", "replicas"));
  EXPECT_EQ(found.values(), (ChangeCount{0, 0, 2}));
}

TEST(RecipeDifference, SeesManifestsConstraintsAndValidation) {
  testing::Files other = small_catalogue();
  other["components/extras/manifests/one.yaml"] += "metadata: {}\n";
  std::string& base = other["overlays/base.yaml"];
  base.replace(base.find(">= 1.25"), 7, ">= 1.26");
  base += "  validation: {deployment: {checks: [a]}}\n";
  const RecipeDifference found = difference(tree("eks"), tree("eks", other));
  ASSERT_EQ(found.changes.size(), 3U);
  EXPECT_EQ(found.changes[0].path, R"(manifests["components/extras/manifests/one.yaml"])");
  EXPECT_EQ(found.changes[1].path, R"(["K8s.server.version"].value)");
  EXPECT_EQ(found.changes[1].after, Value(">= 1.26"));
  EXPECT_EQ(found.changes[2].path, "deployment.checks");
  EXPECT_EQ(found.values().all(), 0U);
}

TEST(RecipeDifference, CountsOnlyValuesThatAreSet) {
  const auto with = [](Value values) {
    return Value::map({{"components", Value::map({{"c", Value::map({{"values", std::move(values)}})}})}});
  };
  const RecipeDifference found = difference(
      with(Value::map({{"a", ""}, {"b", 1}, {"c", Value::list({1, 2})}, {"d", 1}})),
      with(Value::map({{"a", "x"}, {"b", Value()}, {"c", Value::list({1})}, {"d", 2}, {"e", Value::map()}})));
  EXPECT_EQ(found.changes.size(), 5U);
  EXPECT_EQ(found.values(), (ChangeCount{2, 1, 1}));
}

TEST(RecipeDifference, TellsTheFewestThatMovedInTheOrder) {
  const auto ordered = [](std::initializer_list<Value> names) {
    return Value::map({{"deploymentOrder", Value::list(names)}});
  };
  EXPECT_THAT(difference(ordered({"a", "b", "c", "d"}), ordered({"d", "a", "b", "c"})).moved, ElementsAre("d"));
  EXPECT_THAT(difference(ordered({"a", "b"}), ordered({"x", "a", "b"})).moved, IsEmpty());
  EXPECT_FALSE(difference(ordered({"a", "b"}), ordered({"b", "a"})).empty());
}

// The published figures for this catalogue (spec: recipe-engine, section 10).
TEST(RecipeDifference, CountsWhatTrainingAndInferenceSwapAsTheSpecificationDoes) {
  constexpr const char* kRecipes = "data/aicr-v0.11.1/recipes";
  WAYBILL_REQUIRE_SHARED(kRecipes);
  const Catalogue catalogue = Catalogue::load({folder_source(testing::shared_data(kRecipes))});
  Criteria criteria;
  for (const auto& [dimension, word] : {std::pair{Dimension::Service, "eks"},
                                        std::pair{Dimension::Accelerator, "gb200"}, std::pair{Dimension::Os, "ubuntu"}})
    criteria.set(dimension, word);
  const auto with = [&](const char* intent, const char* platform) {
    criteria.set(Dimension::Intent, intent);
    criteria.set(Dimension::Platform, platform);
    return recipe_tree(catalogue, resolve(catalogue, criteria, ""));
  };
  const RecipeDifference found = difference(with("training", "kubeflow"), with("inference", "dynamo"));
  EXPECT_THAT(found.removed_components, ElementsAre("kubeflow-trainer"));
  EXPECT_EQ(found.added_components.size(), 4U);
  EXPECT_EQ(found.values().all(), 42U);
}

}  // namespace
}  // namespace waybill
