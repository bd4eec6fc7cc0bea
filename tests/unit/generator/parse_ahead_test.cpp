#include "generator/parse_ahead.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "core/error.h"
#include "tests/unit/generator/memory_catalogue.h"

namespace waybill {
namespace {

constexpr int kFiles = 1500;

// Every seventh file is no YAML.
LayeredFiles files() {
  testing::Files texts;
  for (int i = 0; i < kFiles; ++i)
    texts.emplace(fmt::format("overlays/{:04}.yaml", i), i % 7 == 3 ? "a: [\n" : fmt::format("number: {}\n", i));
  return LayeredFiles({testing::source_of(texts)});
}

std::vector<const LayeredFiles::File*> all_of(const LayeredFiles& catalogue) {
  std::vector<const LayeredFiles::File*> result;
  for (const LayeredFiles::File& file : catalogue.all()) result.push_back(&file);
  return result;
}

TEST(ParseAhead, GivesDocumentsAndErrorsInOrder) {
  const LayeredFiles catalogue = files();
  ParseAhead ahead(catalogue, all_of(catalogue));
  for (int i = 0; i < kFiles; ++i) {
    try {
      EXPECT_EQ(ahead.take().find("number")->text, std::to_string(i));
      EXPECT_NE(i % 7, 3);
    } catch (const Error& error) {
      EXPECT_EQ(i % 7, 3);
      ASSERT_TRUE(error.location().has_value());
      EXPECT_EQ(error.location()->file, fmt::format("overlays/{:04}.yaml", i));
    }
  }
}

TEST(ParseAhead, MayBeLeftBeforeTheEnd) {
  const LayeredFiles catalogue = files();
  ParseAhead ahead(catalogue, all_of(catalogue));
  EXPECT_EQ(ahead.take().find("number")->text, "0");
}

TEST(ParseAhead, HasNothingToDoForNoFiles) {
  const LayeredFiles catalogue = files();
  const ParseAhead ahead(catalogue, {});
}

}  // namespace
}  // namespace waybill
