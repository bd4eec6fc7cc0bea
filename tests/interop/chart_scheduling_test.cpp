// Real Helm renders real charts with our values and what the flags for scheduling and settings write; a script that
// shares nothing with the program judges the pods. Charts are other people's and lie outside of the repository, a
// folder COMPONENT-VERSION each (WAYBILL_CHARTS, default ~/.cache/waybill/charts; tests/README.md).
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/embedded_recipes.h"
#include "tests/support/process.h"
#include "tests/support/source_path.h"

namespace waybill {
namespace {

std::string charts_folder() {
  if (const char* folder = std::getenv("WAYBILL_CHARTS"); folder != nullptr) return folder;
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "" : home) + "/.cache/waybill/charts";
}

// COMPONENT-VERSION of every component of the catalogue whose pods the flags place.
std::vector<std::string> charts_with_pods() {
  std::vector<std::string> names;
  for (const RegistryEntry& entry : testing::embedded().registry()) {
    const bool has_place = !entry.system.tolerations.empty() || !entry.accelerated.tolerations.empty();
    if (has_place && !entry.default_chart.empty()) names.push_back(entry.name + "-" + entry.default_version);
  }
  return names;
}

class ChartScheduling : public ::testing::TestWithParam<std::string> {};

TEST_P(ChartScheduling, PodsAreWhereTheFlagsSay) {
  WAYBILL_REQUIRE_PEER("helm");
  WAYBILL_REQUIRE_PYTHON("yaml");
  const std::filesystem::path chart = std::filesystem::path(charts_folder()) / GetParam();
  WAYBILL_REQUIRE("chart", GetParam(), std::filesystem::exists(chart / "Chart.yaml"));
  const std::string component = GetParam().substr(0, GetParam().find_last_of('-'));
  const testing::ProcessResult judged =
      testing::run({"python3", "-B", testing::source_path("tests/support/chart_scheduling.py"), WAYBILL_PROGRAM,
                    testing::find_program("helm"), chart.string(), component});
  EXPECT_EQ(judged.exit_status, 0) << judged.out << judged.err;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ChartScheduling, ::testing::ValuesIn(charts_with_pods()), [](const auto& chart) {
  std::string name;
  for (const char c : chart.param.substr(0, chart.param.find_last_of('-'))) {
    if (c != '-') name += c;
  }
  return name;
});

}  // namespace
}  // namespace waybill
