#pragma once
// A component's chart as Flux installs it: a HelmRelease, and the HelmRepository or OCIRepository that it comes from.
#include <string_view>

#include "core/file_tree.h"
#include "generator/component_traits.h"
#include "generator/plan.h"

namespace waybill::flux {

// release.yaml, source.yaml and, for values that hold null, values.yaml. Throws InvalidInput for a component without
// namespace or with a name that is too long for Helm, and for a digest of a chart outside a registry.
[[nodiscard]] FileTree release_files(const Release& release, const ComponentTraits& traits,
                                     std::string_view recipe_digest);

}  // namespace waybill::flux
