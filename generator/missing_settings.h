#pragma once
// Flags that the registry misses: its `validations` say of a component without which of them it should not be rolled
// out (spec: bundle 1.8).
#include <string>
#include <vector>

#include "generator/criteria.h"
#include "generator/plan.h"
#include "generator/scheduling.h"

namespace waybill {

// What the registry says of the releases of a plan that was made with this, in its order. A condition holds where the
// criteria have one of its words or "any"; functions that there are not are passed over (`catalogue check` finds them).
// Throws InvalidInput for the first one of severity "error".
[[nodiscard]] std::vector<std::string> missing_settings(const Plan& plan, const Criteria& criteria,
                                                        const Scheduling& scheduling);

}  // namespace waybill
