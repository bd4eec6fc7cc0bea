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
#include "argocd/traits.h"
#include "core/value.h"

namespace waybill::argocd {

// Annotations by which an Application tells the writer of the projects what it needs (argocd/project.h).
inline constexpr std::string_view kClusterResources = "waybill.dev/cluster-resources";
inline constexpr std::string_view kNamespaces = "waybill.dev/namespaces";
// Labels by which people and programs find what belongs together.
inline constexpr const char* kComponentLabel = "waybill.dev/component";
inline constexpr const char* kRecipeLabel = "waybill.dev/recipe";  // the first digits of its digest
inline constexpr const char* kBundleLabel = "waybill.dev/bundle";

// As much of "sha256:…" as a label can hold: the digits that the artifact's tag has too.
[[nodiscard]] std::string short_digest(std::string_view digest);

struct ApplicationInput {
  const RenderOptions& options;
  const Cluster& cluster;
  std::string recipe_digest;
  std::map<std::string, Value> namespace_labels;  // by namespace: what all components in it ask for
};

// Throws InvalidInput when the component's name is too long for an Application or a Helm release.
[[nodiscard]] Value chart_application(const Release& release, const Traits& traits, const ApplicationInput& input);
[[nodiscard]] Value manifests_application(const Release& release, const Traits& traits, const Manifests& manifests,
                                          const ApplicationInput& input);

}  // namespace waybill::argocd
