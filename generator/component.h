#pragma once
// A component as a recipe names it (componentRefs entry) and as the registry describes it.
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/value.h"

namespace waybill {

struct ExpectedResource {
  std::string kind;
  std::string name;
  std::string name_space;
  bool operator==(const ExpectedResource&) const = default;
};

// The fields of aicr's ComponentRef; empty text means "not set".
struct ComponentRef {
  std::string name;
  std::string name_space;
  std::string chart;
  std::string type;  // "Helm" or "Kustomize"
  std::string source;
  std::string version;
  std::string tag;   // Kustomize
  std::string path;  // Kustomize
  std::string values_file;
  Value overrides;  // a map, or null
  std::vector<std::string> patches;
  std::vector<std::string> dependency_refs;
  std::vector<std::string> manifest_files;
  bool cleanup = false;
  std::vector<ExpectedResource> expected_resources;
  std::string health_check_asserts;

  [[nodiscard]] bool is_kustomize() const noexcept { return type == "Kustomize"; }
  // Nothing to fetch: only manifests.
  [[nodiscard]] bool is_manifest_only() const noexcept { return source.empty(); }
};

// Value paths (dotted) that scheduling flags write to.
struct SchedulingPaths {
  std::vector<std::string> node_selectors;
  std::vector<std::string> tolerations;
  std::vector<std::string> taint_strings;
};

// An entry of registry.yaml.
struct RegistryEntry {
  std::string name;
  std::string display_name;
  std::vector<std::string> value_override_keys;
  bool is_kustomize = false;
  std::string default_repository;
  std::string default_chart;  // as written, with its "repo/" prefix
  std::string default_version;
  std::string default_namespace;
  std::string default_source;  // Kustomize
  std::string default_path;
  std::string default_tag;
  SchedulingPaths system;
  SchedulingPaths accelerated;
  std::vector<std::string> node_count_paths;
  std::vector<std::string> workload_selector_paths;
  std::string health_check_file;
  // Waybill's own section `argocd:` (unknown to aicr, which drops it): see docs/formats, "Registry".
  Value argocd;
};

}  // namespace waybill
