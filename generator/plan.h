#pragma once
// What is rolled out and in which order: the enabled components of a recipe with their final values and rendered
// manifests. Invariant: acyclic; the order is total and deterministic; wave = depth in the dependency graph.
#include <cstdint>
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"
#include "generator/scheduling.h"
#include "generator/value_override.h"

namespace waybill {

struct Release {
  ComponentRef component;
  Value values;                         // a map, possibly empty, free maps in byte order
  FileTree manifests;                   // rendered component manifests by base name, empty ones dropped
  std::uint32_t wave = 0;               // depth: 0 for components without dependencies
  std::vector<std::string> depends_on;  // enabled components only, as the recipe orders them
  const RegistryEntry* registry =
      nullptr;  // null for components that are not registered; lives as long as the catalogue
};

// A component of the recipe that is not rolled out.
struct LeftOut {
  enum class Reason : std::uint8_t { Disabled, Empty };  // overrides.enabled is false; its manifests render to nothing
  std::string component;
  Reason reason;
  bool operator==(const LeftOut&) const = default;
};

struct Plan {
  std::vector<Release> releases;  // in deployment order (each after all it depends on)
  std::vector<LeftOut> left_out;  // by name
  // What is odd about the options: what a later one replaces, and what changes nothing.
  std::vector<std::string> warnings;
  [[nodiscard]] const Release* find(std::string_view component) const noexcept;
  [[nodiscard]] std::uint32_t waves() const noexcept;  // number of waves
};

// What the user adds to a recipe when it is planned.
struct PlanOptions {
  std::vector<ValueOverride> overrides;  // in the order in which they are laid over each other
  Scheduling scheduling;
};

// A disabled component (overrides.enabled false, or an override component:enabled=false) is dropped, and whoever
// depends on it is an error. A component that has only manifests, which all render to nothing, is left out; its
// dependents then depend on what it depended on. Throws InvalidInput for those, for a component with nothing to deploy
// or without what its type needs (Helm: chart and version; Kustomize: source, path and tag), for two manifests of one
// file name, a cycle (naming its members), unsafe names, and whatever rendering a manifest reports (file, line,
// column). `catalogue` must outlive the plan.
[[nodiscard]] Plan make_plan(const Catalogue& catalogue, const Recipe& recipe, const PlanOptions& options = {});

// The chain of dependencies that decides how many waves there are, from a component without dependencies to one of the
// last wave: each waits for the one before it, and a rollout cannot take fewer waves however much runs in parallel. Of
// several, the one with the smallest names from its end on. Nothing is known of how long a component takes, so each
// counts the same.
[[nodiscard]] std::vector<std::string> critical_path(const Plan& plan);

}  // namespace waybill
