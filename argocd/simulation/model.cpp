#include "argocd/simulation/model.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <set>

namespace waybill::argocd {
namespace {

using Kind = Event::Kind;

bool exists(Phase phase) { return phase != Phase::Absent; }
bool can_be_deleted(Phase phase) { return exists(phase) && phase != Phase::Deleting && phase != Phase::Orphaned; }

// The waves of prunings are swapped among themselves, the first with the last: what was made last is deleted first.
std::vector<std::int64_t> task_waves(const Rollout& rollout) {
  std::set<std::int64_t> prunings;
  for (const Member& member : rollout.members) {
    if (member.fate == Fate::Removed) prunings.insert(member.wave);
  }
  const std::vector<std::int64_t> waves(prunings.begin(), prunings.end());
  std::vector<std::int64_t> result;
  for (const Member& member : rollout.members) {
    const auto place = std::lower_bound(waves.begin(), waves.end(), member.wave);
    result.push_back(member.fate == Fate::Removed
                         ? waves[waves.size() - 1 - static_cast<std::size_t>(place - waves.begin())]
                         : member.wave);
  }
  return result;
}

}  // namespace

std::string State::key() const {
  std::string key;
  key.reserve(3 + members.size());
  key += static_cast<char>(root);
  constexpr unsigned kByte = 0xff;
  key += static_cast<char>(wave & kByte);
  key += static_cast<char>(wave >> 8U);
  for (std::size_t i = 0; i < members.size(); ++i) {
    constexpr unsigned kSpec = 0x20;
    constexpr unsigned kSeen = 0x40;
    key += static_cast<char>(static_cast<unsigned>(members[i].phase) | (members[i].is_new ? kSpec : 0U) |
                             (seen[i] ? kSeen : 0U));
  }
  return key;
}

Model::Model(const Rollout& rollout, std::vector<std::size_t> watched, HealthCheck check, Comparison comparison)
    : rollout_(rollout),
      watched_(std::move(watched)),
      check_(check),
      comparison_(comparison),
      task_waves_(task_waves(rollout)) {
  std::set<std::int64_t> waves;
  for (const std::size_t member : watched_) waves.insert(task_waves_[member]);
  waves_.assign(waves.begin(), waves.end());
}

State Model::initial() const {
  State state;
  state.seen.resize(rollout_.members.size());
  for (const Member& member : rollout_.members) {
    const bool before = member.fate != Fate::Created;
    state.members.push_back({before ? Phase::Steady : Phase::Absent, member.fate == Fate::Kept});
  }
  return state;
}

bool Model::is_pruned(std::size_t member) const { return rollout_.members[member].fate == Fate::Removed; }

bool Model::is_watched(std::size_t member) const {
  return std::binary_search(watched_.begin(), watched_.end(), member);
}

bool Model::is_finished(const State& state) const {
  if (state.root != RootPhase::Done) return false;
  return std::all_of(watched_.begin(), watched_.end(), [&](std::size_t member) {
    const MemberState& now = state.members[member];
    if (is_pruned(member)) return !exists(now.phase) || now.phase == Phase::Orphaned;
    return now.phase == Phase::Steady && now.is_new;
  });
}

// What the root's operation makes of an Application that it applied (sync_context.go: Healthy ends the task well,
// Degraded badly, anything else waits; without a check it ends well at once).
Model::Verdict Model::verdict(const State& state, std::size_t member) const {
  if (check_ == HealthCheck::None) return Verdict::Good;
  const bool documented = check_ == HealthCheck::Documented;
  const bool is_race = documented && comparison_ == Comparison::Slow;
  switch (state.members[member].phase) {
    case Phase::Steady:
      return Verdict::Good;
    case Phase::Compared:  // the old objects are healthy; of a new Application they are Missing
      return is_race && rollout_.members[member].fate != Fate::Created ? Verdict::Good : Verdict::Wait;
    case Phase::Stale:    // the status of the old spec: Healthy
    case Phase::Syncing:  // what is not there yet does not count for health (since 3.4)
    case Phase::Applied:
      return is_race ? Verdict::Good : Verdict::Wait;
    case Phase::Unrendered:
    case Phase::Failed:  // nor does what could not be made
      return documented ? Verdict::Good : Verdict::Wait;
    case Phase::Degraded:
      return Verdict::Bad;
    case Phase::Absent:
    case Phase::Fresh:
    case Phase::Settling:
    case Phase::Deleting:
    case Phase::Orphaned:
      return Verdict::Wait;
  }
  return Verdict::Wait;
}

std::vector<Breach> Model::early_start(const State& state, std::size_t member) const {
  const Member& self = rollout_.members[member];
  std::vector<Breach> breaches;
  const bool is_new = state.members[member].is_new;
  for (const std::size_t other : is_new ? self.needs : self.needed) {
    if (!is_watched(other)) continue;
    const MemberState& now = state.members[other];
    const bool is_current = now.is_new || !is_new;
    if (now.phase != Phase::Steady || !is_current) breaches.push_back({member, other, false});
  }
  return breaches;
}

// A deletion begins: whoever still runs as the old bundle had it may need it.
void Model::remove(Step& step, std::size_t member) const {
  for (const std::size_t other : watched_) {
    if (other == member) continue;
    const Member& user = rollout_.members[other];
    if (std::find(user.needed.begin(), user.needed.end(), member) == user.needed.end()) continue;
    const MemberState& now = step.after.members[other];
    const bool has_left = !exists(now.phase) || (now.is_new && now.phase == Phase::Steady);
    if (!has_left) step.breaches.push_back({member, other, true});
  }
  step.after.members[member].phase = rollout_.members[member].has_finalizer ? Phase::Deleting : Phase::Orphaned;
}

// What has a task among `tasks` gets its new spec or is deleted. Prunings come first.
void Model::apply(Step& step, const std::vector<std::size_t>& tasks) const {
  for (const std::size_t member : tasks) {
    if (is_pruned(member) && can_be_deleted(step.after.members[member].phase)) remove(step, member);
  }
  for (const std::size_t member : tasks) {
    MemberState& now = step.after.members[member];
    if (!is_pruned(member) && !now.is_new) now = {exists(now.phase) ? Phase::Stale : Phase::Fresh, true};
  }
}

void Model::apply_wave(std::size_t wave, Step& step) const {
  step.after.wave = static_cast<std::uint16_t>(wave);
  std::vector<std::size_t> tasks;
  std::copy_if(watched_.begin(), watched_.end(), std::back_inserter(tasks),
               [&](std::size_t member) { return task_waves_[member] == waves_[wave]; });
  apply(step, tasks);
}

void Model::root_steps(const State& state, std::vector<Step>& steps) const {
  if (state.root == RootPhase::Done) return;
  if (state.root != RootPhase::Running) {
    Step step{{state.root == RootPhase::Idle ? Kind::Apply : Kind::Retry, 0, waves_.front()}, state, {}};
    step.after.root = RootPhase::Running;
    step.after.seen.assign(state.seen.size(), false);
    apply_wave(0, step);
    steps.push_back(std::move(step));
    return;
  }
  bool waits = false;
  const bool is_last = state.wave + 1U == waves_.size();
  for (const std::size_t member : watched_) {
    if (is_last || task_waves_[member] != waves_[state.wave] || state.seen[member]) continue;
    waits = true;
    const MemberState& now = state.members[member];
    const bool is_gone = !exists(now.phase) || now.phase == Phase::Orphaned;
    const Verdict result = !is_pruned(member) ? verdict(state, member) : is_gone ? Verdict::Good : Verdict::Wait;
    if (result == Verdict::Wait) continue;
    Step step{{result == Verdict::Good ? Kind::See : Kind::RootFails, member, waves_[state.wave]}, state, {}};
    if (result == Verdict::Good) {
      step.after.seen[member] = true;
    } else {
      step.after.root = RootPhase::Failed;
    }
    steps.push_back(std::move(step));
  }
  if (waits) return;
  Step step{{is_last ? Kind::RootEnds : Kind::Apply, 0, waves_[state.wave]}, state, {}};
  if (is_last) {
    step.after.root = RootPhase::Done;
  } else {
    step.event.wave = waves_[state.wave + 1U];
    apply_wave(state.wave + 1U, step);
  }
  steps.push_back(std::move(step));
}

// An ApplicationSet writes every spec at once and deletes what it no longer makes; only the syncs go step by step.
void Model::set_steps(const State& state, std::vector<Step>& steps) const {
  if (state.root == RootPhase::Done) return;
  Step step{{Kind::Apply, 0, waves_.front()}, state, {}};
  apply(step, watched_);
  step.after.root = RootPhase::Done;
  steps.push_back(std::move(step));
}

// Waves: by itself. RollingSync: all of the earlier steps look healthy, by the weaker of two rules: Healthy, not
// OutOfSync, no operation that runs or failed (to 3.2: applicationset_controller.go, isApplicationHealthy), or Synced
// and Healthy, which an Application can be before its operation has ended (from 3.3; in 3.6.1 progressive_sync.go,
// UpdateApplicationSetApplicationStatus).
bool Model::may_start(const State& state, std::size_t member) const {
  if (rollout_.ordering == Ordering::Waves) return rollout_.members[member].syncs_itself;
  return std::all_of(watched_.begin(), watched_.end(), [&](std::size_t other) {
    if (is_pruned(other) || task_waves_[other] >= task_waves_[member]) return true;
    const Phase phase = state.members[other].phase;
    return phase == Phase::Steady || phase == Phase::Unrendered || phase == Phase::Syncing ||
           (phase == Phase::Stale && comparison_ == Comparison::Slow);
  });
}

bool Model::has_definitions(const State& state, std::size_t member) const {
  const std::vector<std::size_t>& definitions = rollout_.members[member].definitions;
  return std::all_of(definitions.begin(), definitions.end(), [&](std::size_t other) {
    if (!is_watched(other)) return true;
    const Phase phase = state.members[other].phase;
    return phase == Phase::Steady || phase == Phase::Settling || phase == Phase::Applied || phase == Phase::Degraded;
  });
}

void Model::member_steps(const State& state, std::size_t member, std::vector<Step>& steps) const {
  const Phase phase = state.members[member].phase;
  const auto add = [&](Kind kind, Phase after) -> Step& {
    Step& step = steps.emplace_back(Step{{kind, member, task_waves_[member]}, state, {}});
    step.after.members[member].phase = after;
    return step;
  };
  switch (phase) {
    case Phase::Absent:
    case Phase::Orphaned:
      break;
    case Phase::Steady:
      if (rollout_.members[member].follows_branch) add(Kind::Move, Phase::Compared);
      break;
    case Phase::Fresh:
    case Phase::Stale:
      add(Kind::Compare, Phase::Compared);
      add(Kind::RenderFails, Phase::Unrendered);
      break;
    case Phase::Unrendered:
      add(Kind::Compare, Phase::Compared);
      break;
    case Phase::Compared:
      if (may_start(state, member)) add(Kind::Start, Phase::Syncing).breaches = early_start(state, member);
      break;
    case Phase::Syncing:
      if (has_definitions(state, member)) add(Kind::Finish, Phase::Applied);
      add(Kind::SyncFails, Phase::Failed);
      break;
    case Phase::Failed:
      add(Kind::SyncRetries, Phase::Syncing);
      break;
    case Phase::Applied:
      add(Kind::Renew, Phase::Settling);
      break;
    case Phase::Settling:
      add(Kind::Ready, Phase::Steady);
      add(Kind::Degrade, Phase::Degraded);
      break;
    case Phase::Degraded:
      add(Kind::Recover, Phase::Settling);
      break;
    case Phase::Deleting:
      add(Kind::Gone, Phase::Absent);
      break;
  }
}

std::vector<Step> Model::steps(const State& state) const {
  std::vector<Step> steps;
  rollout_.ordering == Ordering::Waves ? root_steps(state, steps) : set_steps(state, steps);
  for (const std::size_t member : watched_) member_steps(state, member, steps);
  return steps;
}

std::string describe(const Event& event, const Rollout& rollout) {
  const std::string& name = rollout.members.empty() ? rollout.cluster : rollout.members[event.member].name;
  switch (event.kind) {
    case Kind::Apply:
      return rollout.ordering == Ordering::Waves ? fmt::format("the root applies wave {}", event.wave)
                                                 : "the ApplicationSet writes its Applications";
    case Kind::See:
      return fmt::format("the root takes {} for {}", name,
                         rollout.members[event.member].fate == Fate::Removed ? "gone" : "healthy");
    case Kind::RootFails:
      return fmt::format("the root's sync fails because {} is Degraded", name);
    case Kind::RootEnds:
      return "the root's sync ends; nothing waits for the last wave";
    case Kind::Retry:
      return fmt::format("the root tries again from wave {}", event.wave);
    case Kind::Compare:
      return fmt::format("{}: its spec is compared, OutOfSync", name);
    case Kind::RenderFails:
      return fmt::format("{}: it cannot be rendered, sync Unknown and health Healthy", name);
    case Kind::Start:
      return fmt::format("{}: its own sync begins", name);
    case Kind::Finish:
      return fmt::format("{}: its objects are applied", name);
    case Kind::SyncFails:
      return fmt::format("{}: its sync fails", name);
    case Kind::SyncRetries:
      return fmt::format("{}: its sync is tried again", name);
    case Kind::Renew:
      return fmt::format("{}: Synced, Progressing", name);
    case Kind::Degrade:
      return fmt::format("{}: Degraded", name);
    case Kind::Recover:
      return fmt::format("{}: recovers, Progressing", name);
    case Kind::Ready:
      return fmt::format("{}: Synced and Healthy", name);
    case Kind::Move:
      return fmt::format("{}: what its source follows moves, OutOfSync", name);
    case Kind::Gone:
      return fmt::format("{}: is gone", name);
  }
  return {};
}

}  // namespace waybill::argocd
