#pragma once
// What the registry says about how a component is rolled out: the section `argocd` of a registry entry, named for the
// first deployer that read it (docs/formats, "Registry"). `source` and `links` matter to Argo CD alone.
//
//   argocd:
//     namespaceLabels: {pod-security.kubernetes.io/enforce: privileged}
//     clusterResources: [{group: nvidia.com, kind: ClusterPolicy}]   # kinds without a namespace that its chart creates
//     namespaces: [kube-system]                                      # where its chart writes besides its own namespace
//     ignoreDifferences: [{group: "", kind: Secret, jsonPointers: [/data]}]   # as in an Application
//     manifests: before               # or with, after; else told by their kinds
//     source: native                  # Argo CD pulls the chart's OCI artifact itself, instead of Helm
//     links: {docs: https://…}        # shown beside the Application
#include <map>
#include <optional>
#include <set>
#include <string>

#include "generator/group_kind.h"
#include "generator/manifest_objects.h"
#include "generator/plan.h"

namespace waybill {

struct ComponentTraits {
  Value namespace_labels = Value::map();
  std::optional<GroupKinds> cluster_resources;      // nullopt: not known
  std::optional<std::set<std::string>> namespaces;  // nullopt: not known
  Value ignore_differences = Value::list();
  std::optional<ManifestPlacement> manifests;
  bool native_source = false;
  Value links = Value::map();
};

// Throws InvalidInput, naming component and field. A component without a registry entry has no traits.
[[nodiscard]] ComponentTraits read_traits(const Release& release);

// The labels that components ask for, put together for each namespace and sorted: whoever creates it must write all of
// them. `traits` are by component. Throws InvalidInput when two components ask for different values.
[[nodiscard]] std::map<std::string, Value> labels_by_namespace(const Plan& plan,
                                                               const std::map<std::string, ComponentTraits>& traits);

}  // namespace waybill
