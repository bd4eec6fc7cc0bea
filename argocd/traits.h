#pragma once
// What the registry says about a component for Argo CD alone (section `argocd` of a registry entry; docs/formats,
// "Registry"):
//
//   argocd:
//     namespaceLabels: {pod-security.kubernetes.io/enforce: privileged}
//     clusterResources: [{group: nvidia.com, kind: ClusterPolicy}]   # kinds without a namespace that its chart creates
//     namespaces: [kube-system]                                      # where its chart writes besides its own namespace
//     ignoreDifferences: [{group: "", kind: Secret, jsonPointers: [/data]}]   # as in an Application
//     manifests: before                                              # or with, after: see argocd/wave.h; else told by
//     their kinds
//     source: native                  # Argo CD pulls the chart's OCI artifact itself, instead of Helm
//     links: {docs: https://…}        # shown beside the Application
#include <optional>
#include <set>
#include <string>

#include "argocd/group_kind.h"
#include "argocd/wave.h"
#include "generator/plan.h"

namespace waybill::argocd {

struct Traits {
  Value namespace_labels = Value::map();
  std::optional<GroupKinds> cluster_resources;      // nullopt: not known
  std::optional<std::set<std::string>> namespaces;  // nullopt: not known
  Value ignore_differences = Value::list();
  std::optional<Placement> manifests;
  bool native_source = false;
  Value links = Value::map();
};

// Throws InvalidInput, naming component and field. A component without a registry entry has no traits.
[[nodiscard]] Traits read_traits(const Release& release);

}  // namespace waybill::argocd
