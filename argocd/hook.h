#pragma once
// What Helm's hooks become for Argo CD (docs/formats.md, "Hooks"). Argo CD would make hooks of its own of them: deleted
// and created anew at each sync, never tracked and never pruned. So what is a thing is ordered by sync waves instead,
// and only what belongs to a removal stays a hook.
#include "argocd/version.h"
#include "generator/manifest_hook.h"

namespace waybill::argocd {

// Takes Helm's annotations away. A job or pod that was a hook is made anew when it changes and keeps what it did.
void strip_hook(Value& object);
// The same as a hook of Argo CD's (PreDelete, PostDelete). Throws InvalidInput at `location` when `version` has none.
void keep_as_delete_hook(const ManifestHook& hook, const Version& version, const SourceLocation& location,
                         Value& object);

}  // namespace waybill::argocd
