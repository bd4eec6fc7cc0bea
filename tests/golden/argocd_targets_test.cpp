// Whole bundles of the embedded catalogue. tests/interop/argocd_targets_test.cpp has other programs judge the same
// files.
#include <gtest/gtest.h>

#include "tests/golden/golden_files.h"
#include "tests/golden/targets.h"

namespace waybill {
namespace {

TEST(ArgoCdTargets, AreAsTheyWere) {
  FileTree actual;
  for (const testing::GoldenTarget& target : testing::golden_targets())
    actual.add_tree(target.name, testing::render_golden(target));
  testing::expect_golden(actual, "targets");
}

}  // namespace
}  // namespace waybill
