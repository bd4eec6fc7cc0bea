#pragma once
// What a bundle asks of the Argo CD that will roll it out: health checks and a limit for stuck syncs, as a patch of
// argocd-cm and as values of the argo-cd chart, and Secrets for the repositories it reads, without credentials.
#include <string>
#include <vector>

#include "argocd/render.h"
#include "core/value.h"

namespace waybill::argocd {

// argocd-cm keys "resource.customizations.health.<group>_<Kind>" and their Lua, in byte order of the keys.
[[nodiscard]] Value health_checks();

// bootstrap/argocd-cm-patch.yaml: `kubectl -n argocd patch configmap argocd-cm --type merge --patch-file …`.
[[nodiscard]] std::string configmap_patch();
// bootstrap/argocd-values.yaml: values of the argo-cd chart with the same health checks, and the limit after which a
// sync that waits is ended, so that a root that waits for a broken component sees a mended bundle. RollingSync also has
// to be switched on there.
[[nodiscard]] std::string chart_values(Ordering ordering = Ordering::Waves);
// bootstrap/repositories.yaml: one Secret for each distinct source among the Applications. Sources inside the bundle
// get none: only the one who places the bundle knows their address.
[[nodiscard]] std::string repositories(const std::vector<Value>& applications, const RenderOptions& options);

}  // namespace waybill::argocd
