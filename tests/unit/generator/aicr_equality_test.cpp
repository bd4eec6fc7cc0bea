// The judge of the engine: recipes and values that aicr v0.11.1 itself made from its own catalogue.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <sstream>

#include "core/file_system.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "generator/plan.h"
#include "generator/resolve.h"
#include "generator/values.h"
#include "tests/support/process.h"

namespace waybill {
namespace {

constexpr const char* kRecipes = "data/aicr-v0.11.1/recipes";
constexpr const char* kResults = "data/aicr-v0.11.1/results";

std::vector<std::filesystem::path> results(const std::string& ending) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(testing::shared_data(kResults))) {
    if (entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

// "gke_h100_training_cos_any.…": service, accelerator, intent, os, platform.
Criteria criteria_of(const std::filesystem::path& file) {
  std::istringstream words(file.filename().string().substr(0, file.filename().string().find('.')));
  Criteria criteria;
  for (const Dimension dimension : kDimensions) {
    std::string word;
    std::getline(words, word, '_');
    criteria.set(dimension, word);
  }
  return criteria;
}

Value without_identity(Value document) {
  document.find("metadata")->erase("version");
  document.find("metadata")->erase("catalogue");
  return document;
}

Catalogue aicr_catalogue() { return Catalogue::load({folder_source(testing::shared_data(kRecipes))}); }

TEST(AicrEquality, CatalogueLoadsWithoutAnyProblem) {
  WAYBILL_REQUIRE_SHARED(kRecipes);
  const Catalogue catalogue = aicr_catalogue();
  EXPECT_EQ(catalogue.overlays().size(), 37U);
  EXPECT_EQ(catalogue.registry().size(), 19U);
  EXPECT_EQ(catalogue.id().version, "unversioned");
  for (const Diagnostic& warning : catalogue.warnings()) ADD_FAILURE() << to_string(warning);
}

TEST(AicrEquality, EveryRecipeIsTheSameDocument) {
  WAYBILL_REQUIRE_SHARED(kResults);
  const Catalogue catalogue = aicr_catalogue();
  const auto files = results(".recipe.yaml");
  ASSERT_GE(files.size(), 37U);
  for (const auto& file : files) {
    const Value expected = yaml::parse(read_file(file), file.string()).to_value();
    const Value actual = to_value(resolve(catalogue, criteria_of(file), "0.11.1"));
    EXPECT_EQ(yaml::write(without_identity(actual)), yaml::write(without_identity(expected))) << file.filename();
  }
}

TEST(AicrEquality, EveryComponentHasTheSameValues) {
  WAYBILL_REQUIRE_SHARED(kResults);
  const Catalogue catalogue = aicr_catalogue();
  std::size_t compared = 0;
  for (const auto& file : results(".hydrated.json")) {
    const Value expected = json::parse(read_file(file), file.string());
    const Recipe recipe = resolve(catalogue, criteria_of(file), "0.11.1");
    for (const ComponentRef& component : recipe.components) {
      const std::vector<std::string> path{"components", component.name, "values"};
      const Value* values = expected.find_path(path);
      EXPECT_EQ(json::canonical(component_values(catalogue, component)),
                json::canonical(values == nullptr ? Value() : *values))
          << file.filename() << " " << component.name;
      ++compared;
    }
  }
  EXPECT_GT(compared, 300U);
}

TEST(AicrEquality, WrittenRecipesAreReadBackWithTheSameDigest) {
  WAYBILL_REQUIRE_SHARED(kResults);
  const Catalogue catalogue = aicr_catalogue();
  for (const auto& file : results(".recipe.yaml")) {
    const Recipe recipe = resolve(catalogue, criteria_of(file), "0.11.1");
    const Value document = to_value(recipe);
    EXPECT_EQ(digest(parse_recipe(yaml::write(document), "recipe.yaml")), digest(recipe)) << file.filename();
    EXPECT_EQ(digest(parse_recipe(json::write_pretty(document), "recipe.json")), digest(recipe)) << file.filename();
  }
}

TEST(AicrEquality, RecipesWrittenByAicrAreAccepted) {
  WAYBILL_REQUIRE_SHARED(kResults);
  for (const auto& file : results(".recipe.yaml"))
    EXPECT_NO_THROW(static_cast<void>(parse_recipe(read_file(file), file.string()))) << file;
}

TEST(AicrEquality, EveryRecipeCanBePlanned) {
  WAYBILL_REQUIRE_SHARED(kResults);
  const Catalogue catalogue = aicr_catalogue();
  for (const auto& file : results(".recipe.yaml")) {
    const Recipe recipe = resolve(catalogue, criteria_of(file), "0.11.1");
    const Plan plan = make_plan(catalogue, recipe);
    EXPECT_EQ(plan.releases.size() + plan.left_out.size(), recipe.components.size()) << file.filename();
    for (const Release& release : plan.releases) {
      EXPECT_FALSE(release.component.name_space.empty()) << release.component.name;
      for (const std::string& dependency : release.depends_on) EXPECT_LT(plan.find(dependency)->wave, release.wave);
    }
  }
}

}  // namespace
}  // namespace waybill
