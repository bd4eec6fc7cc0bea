#pragma once
// The steps in which Helm installs a bundle: each is one release or one kustomization, and a line of steps.tsv. A
// component has up to four, one after the other; the first waits for the last ones of what the component depends on:
//
//   definitions | manifests that the chart may need | chart | manifests that need the chart
//
// What a line holds is read by a shell script, so every field is checked again here against the alphabet of its column,
// whoever made the plan.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "generator/plan.h"
#include "helm/manifests.h"

namespace waybill::helm {

enum class StepKind : std::uint8_t {
  Chart,      // of a repository or registry
  Local,      // a chart of this bundle
  Kustomize,  // a kustomization.yaml of this bundle, for another repository's folder
};

struct Step {
  std::string name;  // of the release
  std::string component;
  StepKind kind = StepKind::Chart;
  std::string name_space;
  std::string repository;          // Chart
  std::string chart;               // Chart: its name; otherwise the folder in the bundle
  std::string version;             // Chart
  bool waits = true;               // until what it made is ready
  std::string timeout;             // empty: the script's own default
  std::vector<std::string> needs;  // names of steps
};

// Where objects go that name no namespace, of a component that names none either: as with kubectl.
inline constexpr const char* kDefaultNamespace = "default";
[[nodiscard]] std::string namespace_of(const Release& release);

// In the plan's order; each step comes after all that it needs. `manifests` are by component. Throws InvalidInput,
// naming component and field, for a name that Helm or Kubernetes would refuse, an address, chart, version or path with
// other characters than these have, and two steps of one name.
[[nodiscard]] std::vector<Step> make_steps(const Plan& plan,
                                           const std::map<std::string, std::vector<LocalChart>>& manifests);

// The file steps.tsv (docs/formats.md, "Tables").
[[nodiscard]] std::string step_table(const std::vector<Step>& steps);

}  // namespace waybill::helm
