// Whole bundles of the embedded catalogue. tests/interop/argocd_targets_test.cpp has other programs judge the same
// files.
#include <gtest/gtest.h>

#include <cstdlib>

#include "core/file_system.h"
#include "tests/golden/targets.h"

namespace waybill {
namespace {

TEST(ArgoCdTargets, AreAsTheyWere) {
  const std::string folder = WAYBILL_SOURCE_FOLDER "/tests/golden/targets";
  FileTree actual;
  for (const testing::GoldenTarget& target : testing::golden_targets())
    actual.add_tree(target.name, testing::render_golden(target));
  if (const char* accept = std::getenv("GOLDEN_ACCEPT"); accept != nullptr && std::string_view(accept) == "1") {
    write_folder(folder, actual, Overwrite::Yes);
    FAIL() << "accepted new golden files in " << folder
           << ": look at the difference and run again without GOLDEN_ACCEPT";
  }
  const FileTree expected = read_folder(folder);
  for (const auto& [path, file] : actual.files()) {
    ASSERT_TRUE(expected.contains(path)) << "new file: " << path.text();
    EXPECT_EQ(file.bytes, expected.at(path).bytes) << path.text();
  }
  for (const auto& [path, file] : expected.files())
    EXPECT_TRUE(actual.contains(path)) << "no longer written: " << path.text();
}

}  // namespace
}  // namespace waybill
