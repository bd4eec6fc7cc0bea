#pragma once
// Which targets a catalogue covers (docs/recipes.md, "Targets").
//
// The criteria that some set of overlays ask for together, where they do not contradict each other, are a target. So a
// target states nothing that no overlay asks for, every query applies the same overlays as exactly one target (or as no
// criteria at all), and two targets never apply the same overlays.
#include <cstddef>
#include <vector>

#include "generator/catalogue.h"
#include "generator/criteria.h"

namespace waybill {

// More of them are a mistake or an attack: the number can grow with the product of all dimensions.
inline constexpr std::size_t kMostTargets = 20'000;

// The targets that state exactly the values that `wanted` states, whatever else they state; sorted by service,
// accelerator, intent, os, platform and nodes, "any" first. Throws InvalidInput for more than kMostTargets.
[[nodiscard]] std::vector<Criteria> targets(const Catalogue& catalogue, const Criteria& wanted);

}  // namespace waybill
