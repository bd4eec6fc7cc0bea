#include "generator/missing_settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "core/error.h"

namespace waybill {
namespace {

// The flag that a function misses; empty when it is there.
std::string_view missing_flag(std::string_view function, const Scheduling& scheduling) {
  if (function == "CheckWorkloadSelectorMissing" && scheduling.workload_selector.empty()) return kWorkloadSelectorFlag;
  if (function == "CheckAcceleratedSelectorMissing" && scheduling.accelerated_selector.empty())
    return kAcceleratedSelectorFlag;
  return {};
}

bool holds(const Value& conditions, const Criteria& criteria) {
  return std::ranges::all_of(kDimensions, [&](Dimension dimension) {
    const Value* words = conditions.find(to_string(dimension));
    if (words == nullptr || !words->is_list() || criteria.is_any(dimension)) return true;
    return std::ranges::find(words->items(), Value(criteria.get(dimension))) != words->items().end();
  });
}

}  // namespace

std::vector<std::string> missing_settings(const Plan& plan, const Criteria& criteria, const Scheduling& scheduling) {
  std::vector<std::string> warnings;
  for (const Release& release : plan.releases) {
    if (release.registry == nullptr) continue;
    for (const RegistryValidation& validation : release.registry->validations) {
      const std::string_view flag = missing_flag(validation.function, scheduling);
      if (flag.empty() || !holds(validation.conditions, criteria)) continue;
      const std::string message =
          fmt::format("the component '{}' is rolled out and {} is not given", release.component.name, flag);
      if (validation.severity == "error") throw Error(ErrorCode::InvalidInput, message).hint(validation.message);
      warnings.push_back(validation.message.empty() ? message : fmt::format("{}: {}", message, validation.message));
    }
  }
  return warnings;
}

}  // namespace waybill
