#include "app/workflow/simulate.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "app/workflow/bundle_source.h"
#include "argocd/simulation/simulation.h"
#include "core/error.h"
#include "core/suggest.h"
#include "generator/bundle.h"

namespace waybill {
namespace {

using argocd::Outcome;
using argocd::Rollout;

argocd::SimulationOptions options_of(const SimulationRequest& request) {
  argocd::SimulationOptions options;
  if (request.health_check == "none") {
    options.check = argocd::HealthCheck::None;
  } else if (request.health_check == "documented") {
    options.check = argocd::HealthCheck::Documented;
  } else if (request.health_check != "bundle") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no health check '{}'", request.health_check))
        .hint(suggestion(request.health_check, {"bundle", "documented", "none"}));
  }
  if (request.comparison == "timely") {
    options.comparison = argocd::Comparison::Timely;
  } else if (request.comparison != "slow") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no comparison '{}'", request.comparison))
        .hint(suggestion(request.comparison, {"slow", "timely"}));
  }
  return options;
}

std::string_view word_of(argocd::Violation::Kind kind) {
  switch (kind) {
    case argocd::Violation::Kind::StartsEarly:
      return "starts-early";
    case argocd::Violation::Kind::RemovedEarly:
      return "removed-early";
    case argocd::Violation::Kind::NeverFinishes:
      return "never-finishes";
  }
  return {};
}

SimulatedScenario scenario_of(const Rollout& rollout, const Outcome& outcome) {
  SimulatedScenario scenario;
  scenario.cluster = rollout.cluster;
  scenario.scenario = to_string(outcome.scenario);
  scenario.applications = rollout.members.size();
  scenario.dependencies = rollout.dependencies();
  scenario.states = outcome.states;
  if (!outcome.violation) return scenario;
  scenario.holds = false;
  scenario.kind = word_of(outcome.violation->kind);
  scenario.application = outcome.violation->application;
  scenario.other = outcome.violation->other;
  scenario.problem = describe(*outcome.violation);
  scenario.trace = outcome.violation->trace;
  return scenario;
}

// The model is of Argo CD's controllers.
BundleSource read_for_argocd(const std::string& name, const ConnectionOptions& connection, const Services& services) {
  BundleSource source = read_bundle(name, connection, services);
  if (const std::string deployer = read_bundle_info(source.tree).deployer; deployer != "argocd") {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is a bundle for '{}'", name, deployer))
        .hint("what is simulated is Argo CD; make the bundle with --deployer argocd to see its order proved");
  }
  return source;
}

}  // namespace

bool Simulation::holds() const noexcept {
  return std::all_of(scenarios.begin(), scenarios.end(), [](const SimulatedScenario& one) { return one.holds; });
}

Simulation simulate(const SimulationRequest& request, const Services& services) {
  using argocd::Scenario;
  argocd::SimulationOptions options = options_of(request);
  const BundleSource bundle = read_for_argocd(request.bundle, request.connection, services);
  std::optional<BundleSource> from;
  if (!request.from.empty()) from = read_for_argocd(request.from, request.connection, services);

  Simulation simulation{request.health_check, request.comparison, "waves", {}};
  if (options.check == argocd::HealthCheck::Bundle && !argocd::brings_health_check(bundle.tree)) {
    services.reporter.warning("the bundle brings no health check of Applications: none is assumed");
    options.check = argocd::HealthCheck::None;
    simulation.health_check = "none";
  }
  const std::vector<Rollout> installs = argocd::make_rollouts(bundle.tree);
  std::vector<Rollout> upgrades;
  if (from) upgrades = argocd::make_rollouts(bundle.tree, &from->tree);
  for (std::size_t i = 0; i < installs.size(); ++i) {
    const Rollout& install = installs[i];
    const Rollout upgrade = from ? upgrades[i] : argocd::every_change(install);
    if (install.ordering == argocd::Ordering::RollingSync) simulation.ordering = "rollingsync";
    simulation.scenarios.push_back(scenario_of(install, argocd::simulate_rollout(install, Scenario::Install, options)));
    simulation.scenarios.push_back(scenario_of(upgrade, argocd::simulate_rollout(upgrade, Scenario::Upgrade, options)));
    simulation.scenarios.push_back(scenario_of(install, argocd::simulate_removal(install)));
  }
  return simulation;
}

Value to_value(const Simulation& simulation) {
  Value scenarios = Value::list();
  for (const SimulatedScenario& one : simulation.scenarios) {
    Value scenario = Value::map();
    if (!one.cluster.empty()) scenario.set("cluster", one.cluster);
    scenario.set("scenario", one.scenario);
    scenario.set("holds", one.holds);
    scenario.set("applications", std::uint64_t{one.applications});
    scenario.set("dependencies", std::uint64_t{one.dependencies});
    scenario.set("states", std::uint64_t{one.states});
    if (!one.holds) {
      scenario.set("violation", Value::map({{"kind", one.kind},
                                            {"application", one.application},
                                            {"other", one.other},
                                            {"message", one.problem},
                                            {"trace", Value::List(one.trace.begin(), one.trace.end())}}));
    }
    scenarios.push_back(std::move(scenario));
  }
  return Value::map({{"holds", simulation.holds()},
                     {"ordering", simulation.ordering},
                     {"healthCheck", simulation.health_check},
                     {"comparison", simulation.comparison},
                     {"scenarios", std::move(scenarios)}});
}

}  // namespace waybill
