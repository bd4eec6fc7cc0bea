#pragma once
// Who depends on whom, by name (spec: recipe-engine 5).
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "generator/component.h"

namespace waybill {

// Each component with what it depends on, in the order written.
using DependencyGraph = std::map<std::string, std::vector<std::string>, std::less<>>;

[[nodiscard]] DependencyGraph dependency_graph(std::span<const ComponentRef> components);

// The first cycle found from the smallest name on, as the path from a component back to itself: {a, b, a}; empty when
// there is none. Dependencies that are no members of the graph are passed over.
[[nodiscard]] std::vector<std::string> find_cycle(const DependencyGraph& graph);
// "a -> b -> a"
[[nodiscard]] std::string describe_cycle(const std::vector<std::string>& cycle);

// Throws InvalidInput for a dependency that is no member of the graph, naming both and the nearest member, and for a
// cycle, naming its members.
void check_dependencies(const DependencyGraph& graph);

// Every component after all it depends on; at each step the smallest name that is ready. Throws as check_dependencies
// does.
[[nodiscard]] std::vector<std::string> deployment_order(const DependencyGraph& graph);

// The longest way down to a component without dependencies, for every member of an acyclic graph.
[[nodiscard]] std::map<std::string, std::uint32_t, std::less<>> depths(const DependencyGraph& graph);

}  // namespace waybill
