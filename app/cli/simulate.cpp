#include <fmt/core.h>

#include <memory>

#include "app/cli/commands.h"
#include "app/cli/connection_options.h"
#include "app/cli/recipe_options.h"
#include "app/workflow/simulate.h"
#include "core/json/writer.h"

namespace waybill::cli {
namespace {

std::string text_of(const Simulation& simulation) {
  std::string text;
  for (const SimulatedScenario& one : simulation.scenarios) {
    const std::string name = one.cluster.empty() ? one.scenario : fmt::format("{} {}", one.cluster, one.scenario);
    if (one.holds) {
      text += fmt::format("{}: holds ({} Applications, {} dependencies, {} states)\n", name, one.applications,
                          one.dependencies, one.states);
      continue;
    }
    text += fmt::format("{}: FAILS: {}\n", name, one.problem);
    for (std::size_t i = 0; i < one.trace.size(); ++i) text += fmt::format("  {:>2}. {}\n", i + 1, one.trace[i]);
  }
  return text + (simulation.holds() ? "no component starts before what it depends on is healthy\n"
                                    : "the order is not kept in every case\n");
}

}  // namespace

Command simulate_command() {
  struct State {
    SimulationRequest request;
    std::string format = "text";
  };
  const auto state = std::make_shared<State>();
  Command command{
      .name = "simulate",
      .summary = "prove that Argo CD keeps a bundle's order, or show how it would not",
      .description =
          "Explores the orders in which Argo CD's controllers can install, upgrade and remove the bundle: waves, "
          "health checks, syncs that fail and are tried again, components that cannot be rendered or degrade. No "
          "component may start before all that it depends on is healthy, none may be removed while something needs it, "
          "and the rollout must be able to finish. Where that fails, the shortest way there is printed and the exit "
          "status is 1. Without --from, the upgrade is one that changes every component.",
      .arguments = {bundle_argument(state->request.bundle)},
      .options = {},
      .examples = {{"waybill simulate bundle", "install, any upgrade, removal"},
                   {"waybill simulate bundle --from old-bundle", "the upgrade from the bundle that is rolled out now"},
                   {"waybill simulate bundle --health-check none", "what an Argo CD without health checks would do"}},
      .run = {}};
  command.option("--from", &state->request.from, "OLD", "the bundle that is rolled out now, named like BUNDLE");
  command
      .option("--health-check", &state->request.health_check, "CHECK",
              "of Applications: bundle (the one in bootstrap/, the default), documented (of Argo CD's documentation) "
              "or none")
      .choices = {"bundle", "documented", "none"};
  command
      .option("--comparison", &state->request.comparison, "SPEED",
              "slow: a new spec may be looked at later than the delay between waves (the default); timely: never")
      .choices = {"slow", "timely"};
  add_format_option(command, state->format, {"text", "json"});
  add_connection_options(command, state->request.connection);
  command.run = [state](Console& console) {
    const Simulation simulation = simulate(state->request, process_services(console.reporter()));
    console.out(state->format == "json" ? json::write_pretty(to_value(simulation)) : text_of(simulation));
    return simulation.holds() ? 0 : 1;
  };
  return command;
}

}  // namespace waybill::cli
