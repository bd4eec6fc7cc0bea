// The engine against a second reading of its specification (tests/support/recipe_resolver.py), for every query that
// there is: recipes and hydrated documents, with and without a snapshot.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "core/error.h"
#include "core/file_system.h"
#include "core/json/writer.h"
#include "generator/catalogue.h"
#include "generator/hydrated.h"
#include "generator/resolve.h"
#include "generator/snapshot.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"

namespace waybill {
namespace {

constexpr const char* kAicrRecipes = "data/aicr-v0.11.1/recipes";

// Every combination of the words that are built in, and "any": 1,620.
std::vector<Criteria> all_queries() {
  std::vector<Criteria> queries{Criteria()};
  for (const Dimension dimension : kDimensions) {
    std::vector<Criteria> longer;
    for (const Criteria& start : queries) {
      longer.push_back(start);
      for (const std::string& word : Criteria::built_in(dimension)) {
        longer.push_back(start);
        longer.back().set(dimension, word);
      }
    }
    queries = std::move(longer);
  }
  return queries;
}

// What is not compared: who made the document, and what was asked.
Value stripped(Value document) {
  document.find("metadata")->erase("version");
  document.find("metadata")->erase("catalogue");
  document.erase("criteria");
  return document;
}

// One line for each distinct answer, and one for each query. A query may be refused: a component that others need may
// come with an excluded overlay.
void write_answers(const Catalogue& catalogue, const Snapshot* snapshot, const std::filesystem::path& file) {
  std::ofstream lines(file);
  std::map<std::string, std::string> ids;
  for (const Criteria& criteria : all_queries()) {
    Recipe recipe;
    try {
      recipe = resolve(catalogue, criteria, "test", snapshot);
    } catch (const Error& error) {
      lines << json::write(Value::map({{"criteria", criteria.to_value()}, {"refused", error.message()}})) << "\n";
      continue;
    }
    std::string document = json::canonical(stripped(to_value(recipe)));
    const auto [known, fresh] = ids.try_emplace(std::move(document), std::to_string(ids.size()));
    if (fresh) {
      const Value hydrated = stripped(hydrate(catalogue, recipe, Selector(""), AbsentLists::Null));
      lines << R"({"id":")" << known->second << R"(","recipe":)" << known->first << R"(,"hydrated":)"
            << json::canonical(hydrated) << "}\n";
    }
    lines << json::write(Value::map({{"criteria", criteria.to_value()}, {"document", known->second}})) << "\n";
  }
}

std::string judged(const std::string& folder, const std::string& snapshot = {}) {
  const TemporaryFolder work;
  const Catalogue catalogue = Catalogue::load({folder_source(folder)});
  std::optional<Snapshot> cluster;
  if (!snapshot.empty()) {
    Diagnostics diagnostics;
    cluster = parse_snapshot(read_file(snapshot), snapshot, diagnostics);
  }
  const std::string answers = (work.path() / "answers").string();
  write_answers(catalogue, cluster ? &*cluster : nullptr, answers);
  std::vector<std::string> command{"python3", testing::source_path("tests/support/recipe_resolver.py"), folder,
                                   answers};
  if (!snapshot.empty()) command.push_back(snapshot);
  const testing::ProcessResult done = testing::run(command, {.timeout = std::chrono::seconds(280)});
  return done.exit_status == 0 ? done.out : "FAILED\n" + done.out + done.err;
}

class SecondJudge : public ::testing::Test {
 protected:
  void SetUp() override { WAYBILL_REQUIRE_PYTHON("yaml"); }
};

TEST_F(SecondJudge, AgreesOnEveryQueryOfTheEmbeddedCatalogue) {
  EXPECT_THAT(judged(testing::source_path("recipes")), ::testing::StartsWith("1620 queries, "));
}

TEST_F(SecondJudge, AgreesOnEveryQueryOfAicrsCatalogue) {
  WAYBILL_REQUIRE_SHARED(kAicrRecipes);
  EXPECT_THAT(judged(testing::shared_data(kAicrRecipes)), ::testing::StartsWith("1620 queries, 37 distinct recipes, "));
}

TEST_F(SecondJudge, AgreesOnAFolderOfOddThings) {
  EXPECT_THAT(judged(testing::source_path("tests/support/odd_catalogue")), ::testing::StartsWith("1620 queries, "));
}

TEST_F(SecondJudge, AgreesOnWhatASnapshotExcludes) {
  const std::string snapshot = testing::source_path("tests/support/odd_catalogue_snapshot.yaml");
  EXPECT_THAT(judged(testing::source_path("tests/support/odd_catalogue"), snapshot),
              ::testing::StartsWith("1620 queries, "));
  EXPECT_THAT(judged(testing::source_path("recipes"), snapshot), ::testing::StartsWith("1620 queries, "));
  WAYBILL_REQUIRE_SHARED(kAicrRecipes);
  EXPECT_THAT(judged(testing::shared_data(kAicrRecipes), snapshot), ::testing::StartsWith("1620 queries, "));
}

}  // namespace
}  // namespace waybill
