#pragma once
// Catalogues of any size for measurements. The same numbers give the same bytes.
#include <cstddef>

#include "core/file_tree.h"
#include "generator/criteria.h"

namespace waybill::bench {

// A registry and a base recipe of `components` components, each with a value file and up to three dependencies among
// those before it, and `overlays` overlays that each change five of them. Overlays come in groups of four, one group a
// service ("site-0", "site-1", …): for the service; for it and an accelerator, based on that; for it and training;
// for it and inference.
[[nodiscard]] FileTree large_catalogue(std::size_t overlays, std::size_t components);

// Matches the overlays of one group, and no others, in a catalogue with at least four overlays.
[[nodiscard]] Criteria query_of_one_group();

}  // namespace waybill::bench
