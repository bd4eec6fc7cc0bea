#pragma once
// Reads registry.yaml (kind ComponentRegistry, spec: recipe-engine 2) and lays registries over each other.
#include <vector>

#include "core/yaml/node.h"
#include "generator/document_reader.h"
#include "generator/registry.h"

namespace waybill {

inline constexpr std::string_view kRegistryFile = "registry.yaml";

// Entries in file order; problems go to the context's diagnostics.
[[nodiscard]] std::vector<RegistryEntry> read_registry(const yaml::Node& root, const ReadContext& context);

// Entries of `over` replace those of the same name whole, in their place; new ones come last in their order. Of several
// entries of one name in `over` the last one counts.
void overlay_registry(std::vector<RegistryEntry>& registry, std::vector<RegistryEntry> over);

}  // namespace waybill
