#pragma once
// Whether Argo CD can roll a bundle out in a wrong order.
#include <string>
#include <vector>

#include "app/workflow/stores.h"
#include "core/value.h"

namespace waybill {

struct SimulationRequest {
  std::string bundle;                   // folder, layout or registry
  std::string from;                     // the bundle that is rolled out now; empty: any, with the same components
  std::string health_check = "bundle";  // or documented, none
  std::string comparison = "slow";      // or timely
  ConnectionOptions connection;
};

struct SimulatedScenario {
  std::string cluster;   // empty: the bundle's only one
  std::string scenario;  // install, upgrade, removal
  bool holds = true;
  std::size_t applications = 0;
  std::size_t dependencies = 0;
  std::size_t states = 0;
  std::string kind;  // of the violation: starts-early, removed-early, never-finishes
  std::string application;
  std::string other;
  std::string problem;             // a sentence
  std::vector<std::string> trace;  // the shortest way to it
};

struct Simulation {
  std::string health_check;  // that was assumed: bundle, documented, none
  std::string comparison;
  std::string ordering;  // waves, rollingsync
  std::vector<SimulatedScenario> scenarios;
  [[nodiscard]] bool holds() const noexcept;
};

// Throws InvalidInput for an unknown word and for bundles that are not for Argo CD; Untrusted when one is not intact.
// Warns when the bundle brings no health check: then none is assumed.
[[nodiscard]] Simulation simulate(const SimulationRequest& request, const Services& services);
[[nodiscard]] Value to_value(const Simulation& simulation);

}  // namespace waybill
