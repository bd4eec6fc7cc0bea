#include "generator/targets.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <functional>
#include <set>

#include "core/error.h"
#include "generator/resolve.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using testing::Files;
using ::testing::IsEmpty;
using testing::load;

std::string overlay(const std::string& name, const std::string& criteria) {
  return fmt::format("kind: RecipeMetadata\nmetadata: {{name: {}}}\nspec: {{criteria: {{{}}}}}\n", name, criteria);
}

Catalogue catalogue_with(const std::vector<std::string>& criteria) {
  Files files{{"registry.yaml", "kind: ComponentRegistry\napiVersion: aicr.nvidia.com/v1alpha1\ncomponents: []\n"},
              {"overlays/base.yaml", "kind: RecipeMetadata\nmetadata: {name: base}\n"}};
  for (std::size_t i = 0; i < criteria.size(); ++i)
    files[fmt::format("overlays/o{}.yaml", i)] = overlay(fmt::format("o{}", i), criteria[i]);
  return load(files);
}

std::string text(const Criteria& criteria) {
  std::string text;
  for (const Dimension dimension : kDimensions)
    text +=
        criteria.is_any(dimension) ? "-" : (text.empty() || text.back() == '-' ? "" : " ") + criteria.get(dimension);
  return criteria.nodes() == 0 ? text : fmt::format("{} {}", text, criteria.nodes());
}

std::vector<std::string> texts(const std::vector<Criteria>& targets) {
  std::vector<std::string> found;
  for (const Criteria& target : targets) found.push_back(text(target));
  return found;
}

TEST(Targets, AreWhatOverlaysAskForAloneAndTogether) {
  const Catalogue catalogue =
      catalogue_with({"service: eks", "intent: training", "service: gke, intent: training", ""});
  EXPECT_THAT(texts(targets(catalogue, {})),
              ElementsAre("--training--", "eks----", "eks-training--", "gke-training--"));
}

TEST(Targets, KeepToTheStatedValues) {
  const Catalogue catalogue = catalogue_with({"service: eks", "intent: training", "nodes: 8"});
  Criteria eks;
  eks.set(Dimension::Service, "eks");
  EXPECT_THAT(texts(targets(catalogue, eks)),
              ElementsAre("eks----", "eks---- 8", "eks-training--", "eks-training-- 8"));
  eks.set_nodes(8);
  EXPECT_THAT(texts(targets(catalogue, eks)), ElementsAre("eks---- 8", "eks-training-- 8"));
  Criteria unused;
  unused.set(Dimension::Service, "oke");
  EXPECT_THAT(targets(catalogue, unused), IsEmpty());
  EXPECT_THAT(targets(catalogue_with({}), {}), IsEmpty());
}

TEST(Targets, AreRefusedWhenThereAreFarTooMany) {
  std::vector<std::string> criteria;
  for (int i = 0; i < 40; ++i) {
    for (const char* dimension : {"service", "accelerator", "os"})
      criteria.push_back(fmt::format("{}: {}{}", dimension, dimension, i));
  }
  EXPECT_THROW(static_cast<void>(targets(catalogue_with(criteria), {})), Error);
}

using Applied = std::set<std::string>;

Applied matches_of(const Catalogue& catalogue, const Criteria& criteria) {
  Applied names;
  for (const Overlay* match : matching_overlays(catalogue, criteria)) names.insert(match->name);
  return names;
}

// Every query with known words.
void for_each_query(const Catalogue& catalogue, const std::function<void(const Criteria&)>& visit, std::size_t at = 0,
                    const Criteria& begun = {}) {
  if (at == kDimensions.size()) {
    visit(begun);
    return;
  }
  for_each_query(catalogue, visit, at + 1, begun);
  std::set<std::string> words;
  for (const std::string& word : Criteria::built_in(kDimensions.at(at))) words.insert(word);
  for (const std::string& word : catalogue.used_values(kDimensions.at(at))) words.insert(word);
  for (const std::string& word : words) {
    Criteria criteria = begun;
    criteria.set(kDimensions.at(at), word, {word});
    for_each_query(catalogue, visit, at + 1, criteria);
  }
}

// The definition, asked of every query: each gets the overlays of one target, no two targets get the same.
void expect_targets_are_all_results(const Catalogue& catalogue, std::size_t expected) {
  std::set<Applied> of_targets{matches_of(catalogue, {})};
  for (const Criteria& target : targets(catalogue, {}))
    EXPECT_TRUE(of_targets.insert(matches_of(catalogue, target)).second) << text(target);
  std::set<Applied> of_queries;
  for_each_query(catalogue, [&](const Criteria& criteria) { of_queries.insert(matches_of(catalogue, criteria)); });
  EXPECT_EQ(of_targets, of_queries);
  if (expected != 0) {
    EXPECT_EQ(of_targets.size(), expected);
  }
}

TEST(Targets, AreAllResultsOfTheEmbeddedCatalogue) {
  expect_targets_are_all_results(Catalogue::load({folder_source(testing::source_path("recipes"))}), 0);
}

TEST(Targets, AreTheResultsThatAicrHas) {
  constexpr const char* kRecipes = "data/aicr-v0.11.1/recipes";
  WAYBILL_REQUIRE_SHARED(kRecipes);
  expect_targets_are_all_results(Catalogue::load({folder_source(testing::shared_data(kRecipes))}), 37);
}

}  // namespace
}  // namespace waybill
