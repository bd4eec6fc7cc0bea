#pragma once
// Small catalogues for tests, written as path and text.
#include <map>
#include <memory>
#include <string>

#include "generator/catalogue.h"

namespace waybill::testing {

using Files = std::map<std::string, std::string>;

inline std::shared_ptr<const CatalogueSource> source_of(const Files& files, const std::string& name = "embedded") {
  FileTree tree;
  for (const auto& [path, text] : files) tree.add(RelPath::parse(path), text);
  return tree_source(name, std::move(tree));
}

// A base of two components, an overlay for eks, and values for both.
inline Files small_catalogue() {
  return {
      {"registry.yaml", R"(apiVersion: aicr.nvidia.com/v1alpha1
kind: ComponentRegistry
components:
  - name: alpha
    displayName: Alpha
    valueOverrideKeys: [al]
    helm:
      defaultRepository: https://charts.example/stable
      defaultChart: stable/alpha
      defaultVersion: 1.0.0
      defaultNamespace: alpha-system
  - name: extras
    displayName: Extras
    manifest:
      defaultNamespace: kube-system
)"},
      {"overlays/base.yaml", R"(kind: RecipeMetadata
apiVersion: aicr.nvidia.com/v1alpha1
metadata:
  name: base
spec:
  constraints:
    - name: K8s.server.version
      value: ">= 1.25"
  componentRefs:
    - name: beta
      type: Helm
      source: oci://registry.example/charts
      chart: beta
      version: v2.0.0
      dependencyRefs: [alpha]
    - name: alpha
      valuesFile: components/alpha/values.yaml
)"},
      {"overlays/eks.yaml", R"(kind: RecipeMetadata
metadata:
  name: eks
spec:
  criteria:
    service: eks
  componentRefs:
    - name: alpha
      valuesFile: components/alpha/values-eks.yaml
      overrides:
        replicas: 3
    - name: extras
      manifestFiles: [components/extras/manifests/one.yaml]
      dependencyRefs: [alpha]
)"},
      {"components/alpha/values.yaml", "image:\n  tag: \"1.10\"\n  pull: Always\nreplicas: 1\n"},
      {"components/alpha/values-eks.yaml", "image:\n  pull: Never\n"},
      {"components/extras/manifests/one.yaml", "kind: ConfigMap\n"},
  };
}

inline Catalogue load(const Files& files) { return Catalogue::load({source_of(files)}); }

inline Criteria query(std::string_view service) {
  Criteria criteria;
  criteria.set(Dimension::Service, service);
  return criteria;
}

}  // namespace waybill::testing
