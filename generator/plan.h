#pragma once
// What is rolled out and in which order: the enabled components of a recipe with their final values and rendered manifests.
// Invariant: acyclic; the order is total and deterministic; wave = depth in the dependency graph.
#include <cstdint>
#include <string>
#include <vector>

#include "core/file_tree.h"
#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

struct Release {
  ComponentRef component;
  Value values;                        // a map, possibly empty, free maps in byte order
  FileTree manifests;                  // rendered component manifests by base name, empty ones dropped
  std::uint32_t wave = 0;              // depth: 0 for components without dependencies
  std::vector<std::string> depends_on; // enabled components only, as the recipe orders them
  const RegistryEntry* registry = nullptr;  // null for components that are not registered; lives as long as the catalogue
};

struct Plan {
  std::vector<Release> releases;  // in deployment order (each after all it depends on)
  // One Helm value override of the user (--set component:path=value), applied last.
  [[nodiscard]] const Release* find(std::string_view component) const noexcept;
  [[nodiscard]] std::uint32_t waves() const noexcept;  // number of waves
};

// Throws InvalidInput for a dependency on a disabled or missing component, a cycle (naming its members), unsafe names, and
// whatever rendering a manifest reports (file, line, column).
[[nodiscard]] Plan make_plan(const Catalogue& catalogue, const Recipe& recipe);

}  // namespace waybill
