#pragma once
// A component's rendered manifests, sorted into the parts that Flux applies one after the other, and made ready for it:
// Helm's annotations are taken away, and objects without a namespace get the component's.
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "generator/component_traits.h"
#include "generator/plan.h"

namespace waybill::flux {

struct ManifestPart {
  ManifestPlacement placement = ManifestPlacement::Before;  // to the chart, or to the ordinary manifests without one
  FileTree files;
  GroupKinds kinds;  // of its objects
  bool is_hook = false;
};

// In the order in which they are applied; at most one part is With. Throws InvalidInput, with file and line, for what
// read_manifest_objects() refuses, hooks of a removal, objects without a name, and file names that Flux leaves out of
// what it fetches.
[[nodiscard]] std::vector<ManifestPart> sort_manifests(const Release& release, const ComponentTraits& traits);

}  // namespace waybill::flux
