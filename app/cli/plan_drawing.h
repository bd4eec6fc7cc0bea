#pragma once
// A plan as text and pictures: what `waybill plan` prints. Same plan, same bytes; names from recipes are escaped for
// each format.
#include <string>

#include "app/workflow/show_plan.h"

namespace waybill::cli {

[[nodiscard]] std::string plan_table(const ShownPlan& plan);
[[nodiscard]] std::string plan_mermaid(const ShownPlan& plan);
[[nodiscard]] std::string plan_dot(const ShownPlan& plan);
// Waves from left to right, dependencies as curves, the critical path marked. Curves that others imply are left out.
[[nodiscard]] std::string plan_svg(const ShownPlan& plan);
[[nodiscard]] Value to_value(const ShownPlan& plan);

}  // namespace waybill::cli
