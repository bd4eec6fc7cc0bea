#pragma once
// Explores the orders in which Argo CD can roll a bundle out, change it and remove it, and says whether the promise
// holds in all of them: no component starts before what it depends on is healthy, none is removed while something needs
// it, and the rollout can finish. Where it does not hold, the shortest way there is the answer (docs/simulate.md).
#include <optional>
#include <string>
#include <vector>

#include "argocd/simulation/model.h"

namespace waybill::argocd {

enum class Scenario : std::uint8_t { Install, Upgrade, Removal };
[[nodiscard]] std::string_view to_string(Scenario scenario) noexcept;

struct SimulationOptions {
  HealthCheck check = HealthCheck::Bundle;
  Comparison comparison = Comparison::Slow;
  // Every interleaving of all Applications at once, instead of one pair after the other. The answer is the same, and
  // seldom affordable: tests compare the two.
  bool whole = false;
};

struct Violation {
  enum class Kind : std::uint8_t { StartsEarly, RemovedEarly, NeverFinishes };
  Kind kind = Kind::StartsEarly;
  std::string application;         // what starts, is removed, or waits for ever
  std::string other;               // what is not ready, still needs it, or is waited for; may be empty
  std::string reason;              // why it can never finish
  std::vector<std::string> trace;  // a line a step; the last one breaks the promise
};

struct Outcome {
  Scenario scenario = Scenario::Install;
  std::size_t states = 0;              // that were looked at
  std::optional<Violation> violation;  // none: the promise holds
};

// `rollout` from nothing, or from the old bundle. Throws Error(Unclassified) when more than two million states would
// have to be looked at (only with `whole`).
[[nodiscard]] Outcome simulate_rollout(const Rollout& rollout, Scenario scenario, const SimulationOptions& options);
// The root is deleted.
[[nodiscard]] Outcome simulate_removal(const Rollout& rollout);

// "gpu-operator can start before cert-manager is healthy"
[[nodiscard]] std::string describe(const Violation& violation);

}  // namespace waybill::argocd
