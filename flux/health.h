#pragma once
// The health checks of custom resources that Flux cannot judge by itself (templates/flux/health_checks.yaml).
#include <optional>

#include "core/value.h"
#include "generator/group_kind.h"

namespace waybill::flux {

// Entries for spec.healthCheckExprs, of those kinds alone; nullopt: of all kinds that are known. A list, possibly
// empty.
[[nodiscard]] Value health_checks(const std::optional<GroupKinds>& kinds);

}  // namespace waybill::flux
