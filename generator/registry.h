#pragma once
// The component registry (registry.yaml): what is known of a component apart from any recipe (spec: recipe-engine 2).
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/component.h"

namespace waybill {

// Value paths (dotted) that scheduling flags write to.
struct SchedulingPaths {
  std::vector<std::string> node_selectors;
  std::vector<std::string> tolerations;
  std::vector<std::string> taint_strings;
};

// A check at bundle time (spec: recipe-engine D.2).
struct RegistryValidation {
  std::string function;
  std::string severity;
  Value conditions;  // a map of lists of texts, or null
  std::string message;
};

struct RegistryEntry {
  std::string name;
  std::string display_name;
  std::vector<std::string> value_override_keys;
  std::string default_repository;
  std::string default_chart;  // as written, with its "repo/" prefix
  std::string default_version;
  std::string default_namespace;
  // How long Helm waits until what the chart made is ready, and whether it does (`helm.timeout`, `helm.wait`; unknown
  // to aicr, which drops them).
  std::string install_timeout;  // "20m"; empty: the deployer's own default
  bool waits_until_ready = true;
  std::string default_source;  // Kustomize
  std::string default_path;
  std::string default_tag;
  // Of a component that has only manifests (`manifest.defaultNamespace`, which aicr v0.11.1 writes and never reads):
  // used by the plan where the recipe names no namespace, never written into a recipe.
  std::string manifest_namespace;
  SchedulingPaths system;
  SchedulingPaths accelerated;
  std::vector<std::string> node_count_paths;
  std::vector<std::string> workload_selector_paths;
  std::string health_check_file;
  std::vector<RegistryValidation> validations;
  // Waybill's own section `argocd:` (unknown to aicr, which drops it): see docs/formats.md, "Registry".
  Value argocd;
  Mark mark;

  [[nodiscard]] bool is_kustomize() const noexcept { return !default_source.empty(); }
};

// Fills the empty fields of a recipe's component (spec: recipe-engine 2, "Defaults").
void apply_defaults(const RegistryEntry& entry, ComponentRef& component);

}  // namespace waybill
