#pragma once
// A component's rendered manifests as charts of the bundle, so that Helm tracks, upgrades and removes them (spec:
// bundle 9, 14). The charts print their files as they are: braces in a manifest are not Helm's.
//
// Definitions are a chart of their own, since Helm asks the API server about every object before it makes the first.
// They, namespaces and volume claims carry Helm's annotation to be kept when the release goes: others may use them.
//
// Hooks: a job or pod stays one of Helm's hooks, and so does what comes before an install if a job is among it, which
// may need it. Anything else that is a hook becomes an ordinary object of the chart before or after the component's
// own: as a hook it would be made anew at each run and never removed.
#include <cstdint>
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"
#include "generator/component_traits.h"
#include "generator/plan.h"

namespace waybill::helm {

enum class Part : std::uint8_t {
  Definitions,
  Before,  // what the chart may need
  After,   // what needs the chart, or has none beside it
};

struct LocalChart {
  Part part = Part::After;
  std::string release;  // its name for Helm
  std::string folder;   // in the bundle
  FileTree files;       // below that folder
  // A class of storage may bind a claim only when a pod asks for it (WaitForFirstConsumer), and that pod may be of a
  // later chart: who waits for the claim waits for ever.
  bool has_claim = false;
};

struct LocalCharts {
  std::vector<LocalChart> charts;  // in the order of their parts
  // Namespaces of the component's own manifests that the script makes before any release, with their labels: Helm would
  // refuse to make what is there.
  std::vector<std::pair<std::string, Value>> namespaces;
};

// Throws InvalidInput, with file and line, for what read_manifest_objects() refuses, and for a namespace with
// annotations.
[[nodiscard]] LocalCharts make_local_charts(const Release& release, const ComponentTraits& traits);

}  // namespace waybill::helm
