#pragma once
// Helm's hooks as an object's annotations name them, and what they become for Argo CD (docs/formats.md, "Hooks"). Argo
// CD would make hooks of its own of them: deleted and created anew at each sync, never tracked and never pruned. So
// what is a thing is ordered by sync waves instead, and only what belongs to a removal stays a hook.
#include <cstdint>

#include "argocd/version.h"
#include "core/error.h"
#include "core/value.h"

namespace waybill::argocd {

struct Hook {
  enum class Phase : std::uint8_t {
    None,        // no hook: an ordinary object
    Before,      // pre-install, pre-upgrade
    After,       // post-install, post-upgrade
    PreDelete,   // runs before the component is removed
    PostDelete,  // runs after it
    Ignored,     // tests and rollbacks, which Argo CD has none of
  };
  Phase phase = Phase::None;
  int weight = 0;  // order among the hooks of one phase
};

// Throws InvalidInput at `location` for an unknown hook, hooks of different phases, and a weight that is no number.
[[nodiscard]] Hook read_hook(const Value& object, const SourceLocation& location);

// Takes Helm's annotations away. A job or pod that was a hook is made anew when it changes and keeps what it did: its
// time to live is taken away, or it would run again each time that it was collected.
void strip_hook(Value& object);
// The same as a hook of Argo CD's (PreDelete, PostDelete). Throws InvalidInput at `location` when `version` has none.
void keep_as_delete_hook(const Hook& hook, const Version& version, const SourceLocation& location, Value& object);

}  // namespace waybill::argocd
