#pragma once
// Argo CD's controllers as a machine of small steps (docs/simulate.md names the lines of Argo CD that each step stands
// for). The root's sync, each Application's own sync and what the cluster does with it take their steps in any order;
// the explorer tries all of them.
#include <cstdint>
#include <string>
#include <vector>

#include "argocd/simulation/rollout.h"

namespace waybill::argocd {

// What tells the root whether an Application is healthy.
enum class HealthCheck : std::uint8_t {
  None,        // Argo CD as it is shipped: an Application counts as healthy once it is applied
  Documented,  // the script in Argo CD's documentation: what status.health says
  Bundle,      // the script in bootstrap/
};

// How fast an Application's controller looks at a new spec.
enum class Comparison : std::uint8_t {
  Slow,    // perhaps later than the delay between two waves: nothing promises more
  Timely,  // always within the delay, as on a controller with little to do
};

// How far an Application is. In brackets: status.sync, status.health.
enum class Phase : std::uint8_t {
  Absent,
  Steady,      // [Synced, Healthy] with the spec that it has
  Fresh,       // created; no status yet
  Stale,       // a new spec; the status is still about the old one
  Compared,    // [OutOfSync, Missing or Healthy] its sync has not begun
  Unrendered,  // [Unknown, Healthy] its source cannot be read or rendered
  Syncing,     // its operation runs
  Applied,     // the operation is over, the status not yet renewed
  Settling,    // [Synced, Progressing]
  Degraded,    // [Synced, Degraded]; may recover
  Failed,      // [OutOfSync, Healthy or Missing] the operation failed; it is tried again
  Deleting,
  Orphaned,  // the Application is gone, what it made is not
};

struct MemberState {
  Phase phase = Phase::Absent;
  bool is_new = false;  // has the new bundle's spec
  bool operator==(const MemberState&) const = default;
};

enum class RootPhase : std::uint8_t { Idle, Running, Failed, Done };

struct State {
  RootPhase root = RootPhase::Idle;
  std::uint16_t wave = 0;  // index of the wave that was applied last
  std::vector<bool> seen;  // by member: the root took it for healthy (or gone) in this operation
  std::vector<MemberState> members;
  [[nodiscard]] std::string key() const;  // equal states have equal keys, and only they
};

struct Event {
  enum class Kind : std::uint8_t {
    Apply,      // the root begins, or goes on to a wave
    See,        // the root takes an Application for healthy, or for gone
    RootFails,  // an Application is Degraded: the root's operation fails
    RootEnds,   // after the last wave, without waiting
    Retry,      // the root begins anew
    Compare,
    RenderFails,
    Start,  // the Application's own sync begins: what it needs has to be ready
    Finish,
    SyncFails,
    SyncRetries,
    Renew,  // the status after an operation
    Degrade,
    Recover,
    Ready,
    Move,  // the branch that its source follows
    Gone,
  };
  Kind kind = Kind::Apply;
  std::size_t member = 0;
  std::int64_t wave = 0;
};

// A promise that an event breaks.
struct Breach {
  std::size_t member = 0;  // what starts, or is removed
  std::size_t other = 0;   // what is not ready, or still needs it
  bool is_removal = false;
};

struct Step {
  Event event;
  State after;
  std::vector<Breach> breaches;
};

class Model {
 public:
  // `watched`: the members whose steps are taken, in ascending order; the others are left out. The root stays as it is:
  // it waits for a wave's members one by one, so those that are left out only make it wait longer (docs/simulate.md,
  // "Reduction"). `rollout` must outlive the model.
  Model(const Rollout& rollout, std::vector<std::size_t> watched, HealthCheck check, Comparison comparison);

  [[nodiscard]] State initial() const;
  // Every step that can be taken.
  [[nodiscard]] std::vector<Step> steps(const State& state) const;
  // Everything was rolled out and is ready, or removed.
  [[nodiscard]] bool is_finished(const State& state) const;

 private:
  enum class Verdict : std::uint8_t { Wait, Good, Bad };

  [[nodiscard]] Verdict verdict(const State& state, std::size_t member) const;
  void root_steps(const State& state, std::vector<Step>& steps) const;
  void set_steps(const State& state, std::vector<Step>& steps) const;
  void member_steps(const State& state, std::size_t member, std::vector<Step>& steps) const;
  void apply(Step& step, const std::vector<std::size_t>& tasks) const;
  void apply_wave(std::size_t wave, Step& step) const;
  [[nodiscard]] bool may_start(const State& state, std::size_t member) const;
  [[nodiscard]] bool has_definitions(const State& state, std::size_t member) const;
  [[nodiscard]] bool is_pruned(std::size_t member) const;
  [[nodiscard]] bool is_watched(std::size_t member) const;
  [[nodiscard]] std::vector<Breach> early_start(const State& state, std::size_t member) const;
  void remove(Step& step, std::size_t member) const;

  const Rollout& rollout_;
  std::vector<std::size_t> watched_;
  HealthCheck check_;
  Comparison comparison_;
  std::vector<std::int64_t> task_waves_;  // by member: of its task in the root's sync; prunings in reverse
  std::vector<std::int64_t> waves_;       // those of the watched members, ascending
};

// "gpu-operator: its own sync begins"
[[nodiscard]] std::string describe(const Event& event, const Rollout& rollout);

}  // namespace waybill::argocd
