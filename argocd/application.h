#pragma once
// The Applications of a component: one for its chart or kustomization, one for its manifests (spec:
// argocd-and-gitops 1.2 to 1.7).
//
// Invariants: no field that the chosen release of Argo CD does not know; no empty value inside `source`, because the
// health check compares it with what Argo CD writes back without them; values inline, so that a change of values
// changes the spec and waves order upgrades too.
#include <map>
#include <string>

#include "argocd/manifests.h"
#include "argocd/render.h"
#include "core/value.h"
#include "generator/component_traits.h"
#include "generator/object_labels.h"

namespace waybill::argocd {

// Annotations by which an Application tells the writer of the projects what it needs (argocd/project.h).
inline constexpr std::string_view kClusterResources = "waybill.dev/cluster-resources";
inline constexpr std::string_view kNamespaces = "waybill.dev/namespaces";

struct ApplicationInput {
  const RenderOptions& options;
  const Cluster& cluster;
  std::string recipe_digest;
  std::map<std::string, Value> namespace_labels;  // by namespace: what all components in it ask for
};

// Throws InvalidInput when the component's name is too long for an Application or a Helm release.
[[nodiscard]] Value chart_application(const Release& release, const ComponentTraits& traits,
                                      const ApplicationInput& input);
[[nodiscard]] Value manifests_application(const Release& release, const ComponentTraits& traits,
                                          const Manifests& manifests, const ApplicationInput& input);

}  // namespace waybill::argocd
