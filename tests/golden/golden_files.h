#pragma once
// What a golden test does with its output: compares it byte for byte with the files of a folder, or, when asked to,
// writes them anew and fails (tests/README.md, "Golden files").
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "core/file_system.h"
#include "core/file_tree.h"
#include "tests/support/source_path.h"

namespace waybill::testing {

// `name` of a folder beside the tests.
inline void expect_golden(const FileTree& actual, const std::string& name) {
  const std::string folder = source_path("tests/golden/" + name);
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

}  // namespace waybill::testing
