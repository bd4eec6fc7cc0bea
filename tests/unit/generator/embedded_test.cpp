#include "generator/embedded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "generator/catalogue_source.h"
#include "generator/embedded_files.h"

namespace waybill {
namespace {

std::string recipes_folder() { return std::string(WAYBILL_SOURCE_FOLDER) + "/recipes"; }

TEST(EmbeddedCatalogue, HoldsTheFilesOfTheFolder) {
  const auto embedded = embedded_catalogue();
  const auto folder = folder_source(recipes_folder());
  ASSERT_THAT(embedded->paths(), testing::UnorderedElementsAreArray(folder->paths()));
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
      EXPECT_THAT(error.message(), testing::HasSubstr("'" + std::string(path) + "'"));
    }
  }
}

}  // namespace
}  // namespace waybill
