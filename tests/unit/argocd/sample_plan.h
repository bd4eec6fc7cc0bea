#pragma once
// A plan with every shape a component can have: a chart from an HTTP repository with manifests that it needs, charts
// from an OCI registry, a kustomization, and manifests alone.
#include <memory>
#include <string>
#include <vector>

#include "generator/bundle.h"
#include "generator/plan.h"

namespace waybill::testing {

// Owns the registry entries that its plan points to.
struct Sample {
  std::vector<std::unique_ptr<RegistryEntry>> registry;
  Plan plan;
  Recipe recipe;

  Release& release(std::string_view name) {
    for (Release& release : plan.releases) {
      if (release.component.name == name) return release;
    }
    throw std::out_of_range(std::string(name));
  }
  RegistryEntry& entry(std::string_view name) {
    for (const auto& entry : registry) {
      if (entry->name == name) return *entry;
    }
    throw std::out_of_range(std::string(name));
  }
};

inline Value group_kind(std::string_view group, std::string_view kind) {
  return Value::map({{"group", group}, {"kind", kind}});
}

inline Sample sample() {
  Sample result;
  const auto add = [&](const std::string& name, std::string name_space, std::string source, std::string version,
                       std::uint32_t wave, std::vector<std::string> depends_on, Value argocd) -> Release& {
    auto entry = std::make_unique<RegistryEntry>();
    entry->name = name;
    entry->argocd = std::move(argocd);
    Release release;
    release.component.name = name;
    release.component.name_space = std::move(name_space);
    release.component.type = "Helm";
    release.component.chart = source.empty() ? "" : name;
    release.component.source = std::move(source);
    release.component.version = std::move(version);
    release.component.dependency_refs = depends_on;
    release.values = Value::map();
    release.wave = wave;
    release.depends_on = std::move(depends_on);
    release.registry = entry.get();
    result.registry.push_back(std::move(entry));
    result.plan.releases.push_back(std::move(release));
    return result.plan.releases.back();
  };

  add("cert-manager", "cert-manager", "https://charts.jetstack.io", "v1.17.2", 0, {},
      Value::map(
          {{"clusterResources", Value::list({group_kind("apiextensions.k8s.io", "CustomResourceDefinition")})},
           {"ignoreDifferences",
            Value::list({Value::map({{"group", "admissionregistration.k8s.io"},
                                     {"kind", "ValidatingWebhookConfiguration"},
                                     {"jqPathExpressions", Value::list({".webhooks[]?.clientConfig.caBundle"})}})})}}))
      .values = Value::map({{"crds", Value::map({{"enabled", true}})}, {"note", "{{ .Values.kept }} {{- as it is }}"}});

  Release& gpu =
      add("gpu-operator", "gpu-operator", "https://helm.ngc.nvidia.com/nvidia", "v25.10.1", 1, {"cert-manager"},
          Value::map({{"namespaceLabels", Value::map({{"pod-security.kubernetes.io/enforce", "privileged"}})},
                      {"clusterResources", Value::list({group_kind("nvidia.com", "ClusterPolicy")})}}));
  gpu.values = Value::map(
      {{"driver", Value::map({{"image", "driver"}, {"repository", "nvcr.io/nvidia"}, {"version", "580.105.08"}})},
       {"count", 2},
       {"ratio", 0.5}});
  gpu.manifests.add(RelPath::parse("dcgm-exporter.yaml"),
                    "# kept as it is\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: dcgm\n  namespace: "
                    "gpu-operator\ndata:\n  a: '{{ x }}'\n");

  add("kai-scheduler", "kai-scheduler", "oci://ghcr.io/nvidia/kai-scheduler", "v0.13.0", 1, {"cert-manager"},
      Value::map({{"namespaces", Value::list({"kai-resource-reservation"})},
                  {"clusterResources", Value::list({group_kind("kai.scheduler", "Config")})}}))
      .values = Value::map({{"taken-away", nullptr}});

  Release& runtimes = add("trainer", "kubeflow", "oci://ghcr.io/kubeflow/charts", "2.1.0", 1, {"cert-manager"},
                          Value::map({{"clusterResources", Value::list()}}));
  runtimes.manifests.add(
      RelPath::parse("runtime.yaml"),
      "apiVersion: trainer.kubeflow.org/v1alpha1\nkind: ClusterTrainingRuntime\nmetadata:\n  name: torch\n  "
      "annotations:\n"
      "    helm.sh/hook: post-install,post-upgrade\n    helm.sh/hook-weight: \"10\"\n    helm.sh/hook-delete-policy: "
      "before-hook-creation\nspec:\n  image: docker.io/team/torch:2.4\n");

  Release& overlay = add("site-overlay", "site", "https://git.example.com/site.git", "", 2, {"gpu-operator"}, Value());
  overlay.component.type = "Kustomize";
  overlay.component.chart = "";
  overlay.component.path = "overlays/gpu";
  overlay.component.tag = "v1.0.0";

  Release& tuning = add("tuning", "skyhook", "", "", 2, {"gpu-operator"}, Value());
  tuning.manifests.add(RelPath::parse("tuning.yaml"),
                       "apiVersion: skyhook.nvidia.com/v1alpha1\nkind: Skyhook\nmetadata:\n  name: tuning\n  "
                       "namespace: skyhook\nspec:\n  packages:\n"
                       "    setup:\n      image: ghcr.io/nvidia/setup\n      version: \"0.2.1\"\n");

  result.recipe.version = "1.0.0";
  result.recipe.catalogue = {"v0.11.1", "sha256:" + std::string(64, 'a')};
  result.recipe.criteria.set(Dimension::Service, "eks");
  result.recipe.criteria.set(Dimension::Accelerator, "h100");
  for (Release& release : result.plan.releases) {
    for (const auto& [path, file] : release.manifests.files())
      release.component.manifest_files.push_back("components/" + release.component.name + "/manifests/" + path.text());
    result.recipe.components.push_back(release.component);
    result.recipe.deployment_order.push_back(release.component.name);
  }
  return result;
}

inline BundleInfo sample_info(const Sample& sample) {
  BundleInfo info;
  info.tool_version = "1.0.0";
  info.catalogue = sample.recipe.catalogue;
  info.recipe_digest = digest(sample.recipe).to_string();
  info.criteria = sample.recipe.criteria;
  info.deployer = "argocd";
  info.options = Value::map();
  return info;
}

}  // namespace waybill::testing
