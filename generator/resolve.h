#pragma once
// From a query to a recipe (spec: recipe-engine 3 to 5): matching overlays, their chains of ancestors, merging,
// dependency check, deployment order, registry defaults. Every query is independent: nothing is written back into the
// catalogue.
#include <string_view>
#include <vector>

#include "generator/catalogue.h"
#include "generator/criteria.h"
#include "generator/recipe.h"

namespace waybill {

// The overlays that match, in the order of application; without their ancestors and the base.
[[nodiscard]] std::vector<const Overlay*> matching_overlays(const Catalogue& catalogue, const Criteria& criteria);

// An overlay's ancestors from the oldest to itself, without the base. Throws InvalidInput for a parent that does not
// exist and for a circle.
[[nodiscard]] std::vector<const Overlay*> inheritance_chain(const Catalogue& catalogue, const Overlay& overlay);

// The recipe for a query. `program_version` becomes metadata.version. Throws InvalidInput for unknown or circular
// dependencies among the merged components, for matching overlays without a sound chain, and for files that the recipe
// names and the catalogue does not have.
[[nodiscard]] Recipe resolve(const Catalogue& catalogue, const Criteria& criteria, std::string_view program_version);

}  // namespace waybill
