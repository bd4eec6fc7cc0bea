#include "generator/missing_settings.h"

#include <gmock/gmock.h>

#include "core/error.h"

namespace waybill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct MissingSettings : ::testing::Test {
  MissingSettings() {
    entry.validations = {{"CheckWorkloadSelectorMissing", "warning",
                          Value::map({{"intent", Value::list({"training"})}}), "jobs may be interrupted"},
                         {"CheckNothing", "error", {}, ""}};
    Release release;
    release.component.name = "c";
    release.registry = &entry;
    plan.releases = {release};
    criteria.set(Dimension::Intent, "training");
  }
  RegistryEntry entry;
  Plan plan;
  Criteria criteria;
};

TEST_F(MissingSettings, AreToldWhereTheConditionsHold) {
  EXPECT_THAT(
      missing_settings(plan, criteria, {}),
      ElementsAre("the component 'c' is rolled out and --workload-selector is not given: jobs may be interrupted"));
  EXPECT_THAT(missing_settings(plan, Criteria(), {}).size(), 1U) << "any is everything";
  EXPECT_THAT(missing_settings(plan, criteria, {.workload_selector = {{"a", "b"}}}), IsEmpty());
  criteria.set(Dimension::Intent, "inference");
  EXPECT_THAT(missing_settings(plan, criteria, {}), IsEmpty());
}

TEST_F(MissingSettings, AreAnErrorWhereTheRegistrySaysSo) {
  entry.validations = {{"CheckAcceleratedSelectorMissing", "error", {}, "all nodes are tuned"}};
  EXPECT_THROW(static_cast<void>(missing_settings(plan, criteria, {})), Error);
  EXPECT_THAT(missing_settings(plan, criteria, {.accelerated_selector = {{"a", "b"}}}), IsEmpty());
}

}  // namespace
}  // namespace waybill
