#include "generator/embedded.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/json/writer.h"
#include "core/yaml/compact.h"
#include "core/yaml/reader.h"
#include "generator/catalogue.h"
#include "generator/catalogue_check.h"
#include "generator/embedded_files.h"
#include "generator/layered_files.h"
#include "generator/resolve.h"
#include "generator/values.h"
#include "tests/support/source_path.h"

namespace waybill {
namespace {

std::string recipes_folder() { return testing::source_path("recipes"); }

TEST(EmbeddedCatalogue, HoldsTheFilesOfTheFolder) {
  const auto embedded = embedded_catalogue();
  const auto folder = folder_source(recipes_folder());
  ASSERT_THAT(embedded->paths(), ::testing::UnorderedElementsAreArray(folder->paths()));
  for (const std::string& path : embedded->paths()) EXPECT_EQ(embedded->read(path), folder->read(path)) << path;
}

TEST(EmbeddedCatalogue, CarriesTheDigestOfEveryFile) {
  const auto embedded = embedded_catalogue();
  for (const std::string& path : embedded->paths()) {
    const std::string contents = embedded->read(path);
    const std::optional<FileFingerprint> fingerprint = embedded->fingerprint(path);
    ASSERT_TRUE(fingerprint.has_value()) << path;
    EXPECT_EQ(fingerprint->size, contents.size()) << path;
    EXPECT_EQ(fingerprint->digest, sha256(contents)) << path;
  }
}

TEST(EmbeddedCatalogue, ListsFilesFolderByFolder) {
  std::vector<std::string> by_segments;
  for (std::string path : embedded_catalogue()->paths()) {
    // '/' as the smallest character puts a folder where its name belongs.
    std::ranges::replace(path, '/', '\x01');
    by_segments.push_back(std::move(path));
  }
  EXPECT_TRUE(std::ranges::is_sorted(by_segments));
  EXPECT_EQ(std::ranges::adjacent_find(by_segments), by_segments.end());
}

// The same files without what the build has prepared.
std::shared_ptr<const CatalogueSource> unprepared() {
  FileTree tree;
  const auto embedded = embedded_catalogue();
  for (const std::string& path : embedded->paths()) tree.add(RelPath::parse(path), embedded->read(path));
  return tree_source(std::string(kEmbeddedSource), std::move(tree));
}

TEST(EmbeddedCatalogue, CarriesItsDocumentsAsTheyWouldBeParsed) {
  const auto embedded = embedded_catalogue();
  for (const std::string& path : embedded->paths()) {
    const std::optional<std::string_view> compact = embedded->compact(path);
    const bool is_document = path.ends_with(".yaml") && path.find("/manifests/") == std::string::npos;
    ASSERT_EQ(compact.has_value(), is_document) << path;
    if (!compact) continue;
    EXPECT_EQ(*compact, yaml::compact(yaml::parse(embedded->read(path), path, yaml::Documents::First)));
  }
}

TEST(EmbeddedCatalogue, CarriesItsOwnDigest) {
  EXPECT_EQ(embedded_catalogue()->digest(), LayeredFiles({unprepared()}).digest());
}

// What the program does not look at again when it answers a query.
TEST(EmbeddedCatalogue, HasNothingToComplainAbout) {
  for (const Diagnostic& diagnostic : check_catalogue({unprepared()}).findings)
    ADD_FAILURE() << to_string(diagnostic.location) << ": " << diagnostic.message;
}

// Where a value came from is part of it.
std::string described(const Catalogue& catalogue, const Value& value) {
  std::string text = fmt::format("{}:{}", catalogue.source_name(value.mark().source), value.mark().line);
  if (value.is_map()) {
    for (const auto& [key, member] : value.members()) text += " " + key + "=" + described(catalogue, member);
  } else if (value.is_list()) {
    for (const Value& item : value.items()) text += " -" + described(catalogue, item);
  }
  return text;
}

std::string described(const Catalogue& catalogue, const Recipe& recipe) {
  std::string text = json::write(to_value(recipe));
  for (const ComponentRef& component : recipe.components) {
    text += "\n" + component.name + described(catalogue, component.overrides);
    for (const auto& [field, mark] : component.origins)
      text += fmt::format(" {}@{}:{}", field, catalogue.source_name(mark.source), mark.line);
    const Value values = component_values(catalogue, component);
    text += json::write(values) + described(catalogue, values);
  }
  return text;
}

TEST(EmbeddedCatalogue, AnswersEveryQueryAsItsFilesDo) {
  const Catalogue from_yaml = Catalogue::load({unprepared()});
  std::vector<Criteria> queries{Criteria()};
  for (const Dimension dimension : kDimensions) {
    std::vector<Criteria> wider;
    for (const Criteria& query : queries) {
      wider.push_back(query);
      for (const std::string& word : from_yaml.used_values(dimension))
        wider.emplace_back(query).set(dimension, word, {word});
    }
    queries = std::move(wider);
  }
  ASSERT_GT(queries.size(), 20U);
  const Catalogue asked_before = Catalogue::load({embedded_catalogue()});
  for (const Criteria& query : queries) {
    const std::string expected = described(from_yaml, resolve(from_yaml, query, "1"));
    ASSERT_EQ(described(asked_before, resolve(asked_before, query, "1")), expected);
    const Catalogue fresh = Catalogue::load({embedded_catalogue()});
    ASSERT_EQ(described(fresh, resolve(fresh, query, "1")), expected);
  }
}

TEST(EmbeddedCatalogue, IsWhollyCheckedUnderAnotherLayer) {
  FileTree data;
  data.add(RelPath::parse("registry.yaml"), "kind: ComponentRegistry\ncomponents: []\n");
  data.add(RelPath::parse("overlays/site.yaml"),
           "kind: RecipeMetadata\nmetadata:\n  name: site\nspec:\n  base: eks\n  criteria:\n    service: eks\n"
           "    os: cos\n  componentRefs:\n    - name: site-agent\n      source: https://charts.example.com\n"
           "      chart: agent\n      version: 1.0.0\n");
  const std::shared_ptr<const CatalogueSource> layer = tree_source("data", std::move(data));
  const Catalogue prepared = Catalogue::load({embedded_catalogue(), layer});
  const Catalogue from_yaml = Catalogue::load({unprepared(), layer});
  Criteria query;
  query.set(Dimension::Service, "eks");
  query.set(Dimension::Os, "cos");
  EXPECT_EQ(described(prepared, resolve(prepared, query, "1")), described(from_yaml, resolve(from_yaml, query, "1")));
  EXPECT_NE(prepared.id().digest, Catalogue::load({embedded_catalogue()}).id().digest);
}

TEST(EmbeddedCatalogue, IsOneObject) {
  EXPECT_EQ(embedded_catalogue(), embedded_catalogue());
  EXPECT_EQ(embedded_catalogue()->name(), kEmbeddedSource);
}

TEST(EmbeddedCatalogue, NamesAFileThatItDoesNotHold) {
  const auto embedded = embedded_catalogue();
  for (const std::string_view path : {"overlays/none.yaml", "", "overlays", "/registry.yaml", "./registry.yaml"}) {
    EXPECT_FALSE(embedded->contains(path)) << path;
    EXPECT_FALSE(embedded->fingerprint(path).has_value()) << path;
    try {
      static_cast<void>(embedded->read(path));
      ADD_FAILURE() << "read '" << path << "'";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::NotFound);
      EXPECT_THAT(error.message(), ::testing::HasSubstr("'" + std::string(path) + "'"));
    }
  }
}

}  // namespace
}  // namespace waybill
