#pragma once
// From a query to a recipe (spec: recipe-engine 3 to 5): matching overlays, what a cluster admits of them, their chains
// of ancestors, merging, dependency check, deployment order, registry defaults. Every query is independent: nothing is
// written back into the catalogue.
#include <string_view>
#include <vector>

#include "generator/catalogue.h"
#include "generator/criteria.h"
#include "generator/recipe.h"
#include "generator/snapshot.h"

namespace waybill {

// The overlays that match, in the order of application; without their ancestors and the base. Throws as
// inheritance_chain() does.
[[nodiscard]] std::vector<const Overlay*> matching_overlays(const Catalogue& catalogue, const Criteria& criteria);

// An overlay's ancestors from the oldest to itself, without the base. Throws InvalidInput when one does not exist or
// when they are based on each other in a circle.
[[nodiscard]] std::vector<const Overlay*> inheritance_chain(const Catalogue& catalogue, const Overlay& overlay);

// The recipe for a query. `program_version` becomes metadata.version. With a snapshot, a matching overlay whose own
// constraints do not all hold there is excluded; as an ancestor of another match it is applied all the same (3.6).
// Throws InvalidInput for unknown or circular dependencies among the merged components.
[[nodiscard]] Recipe resolve(const Catalogue& catalogue, const Criteria& criteria, std::string_view program_version,
                             const Snapshot* snapshot = nullptr);

}  // namespace waybill
