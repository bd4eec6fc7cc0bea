#pragma once
// Helm's hooks as the annotations of an object outside a chart name them. No deployer but Helm runs them, so each makes
// of them what it can (docs/formats.md, "Hooks").
#include <cstdint>

#include "core/error.h"
#include "core/value.h"

namespace waybill {

inline constexpr const char* kHookDeletePolicy = "helm.sh/hook-delete-policy";

struct ManifestHook {
  enum class Phase : std::uint8_t {
    None,        // no hook: an ordinary object
    Before,      // pre-install, pre-upgrade
    After,       // post-install, post-upgrade
    PreDelete,   // runs before the component is removed
    PostDelete,  // runs after it
    Ignored,     // tests and rollbacks, which are no part of a rollout
  };
  Phase phase = Phase::None;
  int weight = 0;  // order among the hooks of one phase

  [[nodiscard]] constexpr bool is_for_removal() const noexcept {
    return phase == Phase::PreDelete || phase == Phase::PostDelete;
  }
};

// Throws InvalidInput at `location` for an unknown hook, hooks of different phases, and a weight that is no number.
[[nodiscard]] ManifestHook read_hook(const Value& object, const SourceLocation& location);

// Takes Helm's annotations away from an object that has them; the mapping stays, even if it is empty then.
void erase_hook(Value& object);
// The same for what is to be applied as any other object: a job or pod loses its time to live besides, or it would run
// again each time that it was collected.
void become_ordinary(Value& object);

// Whether the object is a job or pod, which cannot be changed where it exists, only made anew.
[[nodiscard]] bool runs_once(const Value& object);

}  // namespace waybill
