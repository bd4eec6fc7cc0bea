#include "argocd/simulation/simulation.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <unordered_set>

#include "core/error.h"

namespace waybill::argocd {
namespace {

constexpr std::size_t kMostStates = 2'000'000;

// Breadth first, so the first breach that is met has the shortest trace.
class Explorer {
 public:
  Explorer(const Rollout& rollout, const Model& model) : rollout_(rollout), model_(model) {}

  // Looks no further than `longest` steps.
  std::optional<Violation> run(std::size_t longest) {
    add(model_.initial(), kNone, {}, 0);
    for (std::size_t next = 0; next < nodes_.size(); ++next) {
      const Node node = nodes_[next];
      if (node.depth >= longest) break;
      for (Step& step : model_.steps(node.state)) {
        if (!step.breaches.empty()) return violation(next, step);
        add(std::move(step.after), next, step.event, node.depth + 1);
      }
      nodes_[next].state = {};  // only its place in traces is still needed
    }
    return std::nullopt;
  }
  [[nodiscard]] std::size_t states() const noexcept { return nodes_.size(); }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Node {
    State state;
    std::size_t before;
    Event event;
    std::size_t depth;
  };

  void add(State state, std::size_t before, const Event& event, std::size_t depth) {
    if (!known_.insert(state.key()).second) return;
    if (nodes_.size() == kMostStates) {
      throw Error(ErrorCode::Unclassified, fmt::format("more than {} states would have to be looked at", kMostStates));
    }
    nodes_.push_back({std::move(state), before, event, depth});
  }

  [[nodiscard]] Violation violation(std::size_t node, const Step& last) const {
    const Breach& breach = last.breaches.front();
    Violation found;
    found.kind = breach.is_removal ? Violation::Kind::RemovedEarly : Violation::Kind::StartsEarly;
    found.application = rollout_.members[breach.member].name;
    found.other = rollout_.members[breach.other].name;
    const std::string end =
        breach.is_removal ? fmt::format(", and deletes {} although {} still needs it", found.application, found.other)
                          : fmt::format(" although {} is not healthy", found.other);
    found.trace.push_back(describe(last.event, rollout_) + end);
    for (std::size_t i = node; nodes_[i].before != kNone; i = nodes_[i].before)
      found.trace.push_back(describe(nodes_[i].event, rollout_));
    std::reverse(found.trace.begin(), found.trace.end());
    return found;
  }

  const Rollout& rollout_;
  const Model& model_;
  std::deque<Node> nodes_;
  std::unordered_set<std::string> known_;
};

// The members whose steps decide about one dependency, for each dependency.
std::vector<std::vector<std::size_t>> cones(const Rollout& rollout) {
  std::set<std::vector<std::size_t>> pairs;
  for (std::size_t i = 0; i < rollout.members.size(); ++i) {
    const Member& member = rollout.members[i];
    for (const std::vector<std::size_t>* others : {&member.needs, &member.needed}) {
      for (const std::size_t other : *others) pairs.insert({std::min(i, other), std::max(i, other)});
    }
  }
  return {pairs.begin(), pairs.end()};
}

bool is_good(const Event& event) {
  using Kind = Event::Kind;
  return event.kind != Kind::RenderFails && event.kind != Kind::SyncFails && event.kind != Kind::Degrade &&
         event.kind != Kind::Move;
}

// Nothing goes wrong and everybody does what can be done: steps forward take nothing away from each other, so any order
// of them ends in the same place. What is not finished there never will be.
std::optional<Violation> never_finishes(const Rollout& rollout, const Model& model, std::size_t& states) {
  State state = model.initial();
  std::vector<std::string> trace;
  for (;;) {
    std::vector<Step> steps = model.steps(state);
    const auto next = std::find_if(steps.begin(), steps.end(), [](const Step& step) { return is_good(step.event); });
    if (next == steps.end()) break;
    trace.push_back(describe(next->event, rollout));
    state = std::move(next->after);
    ++states;
  }
  Violation found;
  found.kind = Violation::Kind::NeverFinishes;
  const auto stops = [&](const Member& member, std::string reason) {
    found.application = member.name;
    found.reason = std::move(reason);
    trace.push_back(fmt::format("the root waits for ever: {}", found.reason));
    found.trace = trace;
    return found;
  };
  if (!model.is_finished(state)) {
    for (std::size_t i = 0; i < rollout.members.size(); ++i) {
      const Member& member = rollout.members[i];
      if (state.members[i].phase == Phase::Compared && !member.syncs_itself)
        return stops(member, fmt::format("{} is not synced automatically", member.name));
      if (state.members[i].phase != Phase::Syncing) continue;
      for (const std::size_t other : member.definitions) {
        if (state.members[other].phase != Phase::Steady) found.other = rollout.members[other].name;
      }
      return stops(member, fmt::format("{} needs kinds that {} defines, which comes later", member.name, found.other));
    }
    return stops({}, "an Application is never ready");
  }
  for (const Member& member : rollout.members) {
    if (member.fate == Fate::Removed || member.fate == Fate::Kept || member.retries_for_ever) continue;
    trace = {fmt::format("{}: its sync fails", member.name),
             fmt::format("{}: its tries are used up; Argo CD does not try the same revision again", member.name)};
    return stops(member, fmt::format("{} gives up after a number of tries", member.name));
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Scenario scenario) noexcept {
  switch (scenario) {
    case Scenario::Install:
      return "install";
    case Scenario::Upgrade:
      return "upgrade";
    case Scenario::Removal:
      return "removal";
  }
  return {};
}

std::string describe(const Violation& violation) {
  switch (violation.kind) {
    case Violation::Kind::StartsEarly:
      return fmt::format("{} can start before {} is healthy", violation.application, violation.other);
    case Violation::Kind::RemovedEarly:
      return fmt::format("{} can be removed while {} still needs it", violation.application, violation.other);
    case Violation::Kind::NeverFinishes:
      return fmt::format("the rollout can never finish: {}", violation.reason);
  }
  return {};
}

Outcome simulate_rollout(const Rollout& rollout, Scenario scenario, const SimulationOptions& options) {
  constexpr std::size_t kUnlimited = ~std::size_t{0};
  Outcome outcome;
  outcome.scenario = scenario;
  std::vector<std::size_t> all(rollout.members.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (all.empty()) return outcome;
  std::size_t longest = kUnlimited;
  for (const std::vector<std::size_t>& watched :
       options.whole ? std::vector<std::vector<std::size_t>>{all} : cones(rollout)) {
    const Model model(rollout, watched, options.check, options.comparison);
    Explorer explorer(rollout, model);
    if (std::optional<Violation> found = explorer.run(longest)) {
      // From here on only a shorter one is of interest.
      longest = found->trace.size() - 1;
      outcome.violation = std::move(found);
    }
    outcome.states += explorer.states();
  }
  if (!outcome.violation) {
    const Model model(rollout, all, options.check, options.comparison);
    outcome.violation = never_finishes(rollout, model, outcome.states);
  }
  return outcome;
}

Outcome simulate_removal(const Rollout& rollout) {
  // Argo CD deletes what a root owns wave by wave, the last first, and waits until a wave is gone. So one order is as
  // good as all: within a wave everything goes at once.
  Outcome outcome;
  outcome.scenario = Scenario::Removal;
  const bool in_order = rollout.deletes_in_order;
  std::map<std::int64_t, std::vector<std::size_t>, std::greater<>> waves;
  for (std::size_t i = 0; i < rollout.members.size(); ++i) waves[in_order ? rollout.members[i].wave : 0].push_back(i);
  std::vector<std::string> trace;
  std::set<std::size_t> gone;
  for (const auto& [wave, deleted] : waves) {
    ++outcome.states;
    trace.push_back(in_order ? fmt::format("wave {} is deleted", wave) : "every Application is deleted");
    for (const std::size_t member : deleted) {
      for (std::size_t user = 0; user < rollout.members.size(); ++user) {
        const std::vector<std::size_t>& needs = rollout.members[user].needs;
        if (gone.contains(user) || std::find(needs.begin(), needs.end(), member) == needs.end()) continue;
        Violation found{
            Violation::Kind::RemovedEarly, rollout.members[member].name, rollout.members[user].name, {}, trace};
        found.trace.push_back(
            fmt::format("{}: is deleted although {} {}", found.application, found.other,
                        rollout.members[user].has_finalizer
                            ? "is still there"
                            : "left everything that it made behind, for its Application has no finalizer"));
        outcome.violation = std::move(found);
        return outcome;
      }
    }
    for (const std::size_t member : deleted) {
      if (rollout.members[member].has_finalizer) gone.insert(member);
    }
    trace.push_back(in_order ? fmt::format("wave {} is gone", wave) : "they are gone");
  }
  return outcome;
}

}  // namespace waybill::argocd
