#include "generator/dependency_graph.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {

DependencyGraph dependency_graph(std::span<const ComponentRef> components) {
  DependencyGraph graph;
  for (const ComponentRef& component : components) graph.insert_or_assign(component.name, component.dependency_refs);
  return graph;
}

std::vector<std::string> find_cycle(const DependencyGraph& graph) {
  struct Step {
    DependencyGraph::const_iterator node;
    std::size_t next = 0;
  };
  std::set<std::string_view> finished;
  for (auto start = graph.begin(); start != graph.end(); ++start) {
    if (finished.contains(start->first)) continue;
    std::vector<Step> way{{start}};
    std::set<std::string_view> on_way{start->first};
    while (!way.empty()) {
      Step& step = way.back();
      const std::vector<std::string>& dependencies = step.node->second;
      if (step.next == dependencies.size()) {
        finished.insert(step.node->first);
        on_way.erase(step.node->first);
        way.pop_back();
        continue;
      }
      const auto next = graph.find(dependencies[step.next++]);
      if (next == graph.end() || finished.contains(next->first)) continue;
      if (on_way.contains(next->first)) {
        std::vector<std::string> cycle;
        const auto first = std::find_if(way.begin(), way.end(), [&](const Step& s) { return s.node == next; });
        for (auto member = first; member != way.end(); ++member) cycle.push_back(member->node->first);
        cycle.push_back(next->first);
        return cycle;
      }
      on_way.insert(next->first);
      way.push_back({next});
    }
  }
  return {};
}

std::string describe_cycle(const std::vector<std::string>& cycle) {
  std::string text;
  for (const std::string& name : cycle) text += (text.empty() ? "" : " -> ") + name;
  return text;
}

void check_dependencies(const DependencyGraph& graph) {
  std::vector<std::string> names;
  for (const auto& [name, dependencies] : graph) names.push_back(name);
  for (const auto& [name, dependencies] : graph) {
    for (const std::string& dependency : dependencies) {
      if (!graph.contains(dependency)) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("the component '{}' depends on '{}', which is not in the recipe", name, dependency))
            .hint(suggestion(dependency, names));
      }
    }
  }
  if (const std::vector<std::string> cycle = find_cycle(graph); !cycle.empty())
    throw Error(ErrorCode::InvalidInput,
                fmt::format("components depend on each other in a circle: {}", describe_cycle(cycle)));
}

std::vector<std::string> deployment_order(const DependencyGraph& graph) {
  check_dependencies(graph);
  std::map<std::string_view, std::size_t> open;  // dependencies not yet placed
  std::map<std::string_view, std::vector<std::string_view>> dependents;
  std::set<std::string_view> ready;
  for (const auto& [name, dependencies] : graph) {
    open[name] = dependencies.size();
    if (dependencies.empty()) ready.insert(name);
    for (const std::string& dependency : dependencies) dependents[dependency].push_back(name);
  }
  std::vector<std::string> order;
  while (!ready.empty()) {
    const std::string_view name = *ready.begin();
    ready.erase(ready.begin());
    order.emplace_back(name);
    for (const std::string_view dependent : dependents[name]) {
      if (--open[dependent] == 0) ready.insert(dependent);
    }
  }
  return order;
}

std::map<std::string, std::uint32_t, std::less<>> depths(const DependencyGraph& graph) {
  std::map<std::string, std::uint32_t, std::less<>> result;
  for (const std::string& name : deployment_order(graph)) {
    std::uint32_t depth = 0;
    for (const std::string& dependency : graph.find(name)->second)
      depth = std::max(depth, result.find(dependency)->second + 1);
    result.emplace(name, depth);
  }
  return result;
}

}  // namespace waybill
