#include "generator/dependency_graph.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <string_view>
#include <unordered_map>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

// The graph with numbers for names: they count the members in order of their names, so the smaller number is the
// smaller name.
class Numbered {
 public:
  static constexpr std::size_t kNoMember = std::numeric_limits<std::size_t>::max();

  explicit Numbered(const DependencyGraph& graph) {
    members_.reserve(graph.size());
    std::unordered_map<std::string_view, std::size_t> numbers;
    numbers.reserve(graph.size());
    for (auto member = graph.begin(); member != graph.end(); ++member) {
      numbers.emplace(member->first, members_.size());
      members_.push_back(member);
    }
    for (const auto& [name, dependencies] : graph) {
      first_.push_back(targets_.size());
      for (const std::string& dependency : dependencies) {
        const auto found = numbers.find(dependency);
        targets_.push_back(found == numbers.end() ? kNoMember : found->second);
      }
    }
    first_.push_back(targets_.size());
  }

  [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }
  [[nodiscard]] const std::string& name(std::size_t member) const { return members_[member]->first; }
  // In the order written, as written.
  [[nodiscard]] const std::vector<std::string>& words(std::size_t member) const { return members_[member]->second; }
  // The same as numbers; kNoMember for what is none.
  [[nodiscard]] std::span<const std::size_t> dependencies(std::size_t member) const {
    return std::span(targets_).subspan(first_[member], first_[member + 1] - first_[member]);
  }

 private:
  std::vector<DependencyGraph::const_iterator> members_;
  std::vector<std::size_t> first_;  // where a member's dependencies begin
  std::vector<std::size_t> targets_;
};

std::vector<std::string> cycle_of(const Numbered& graph) {
  enum class Mark : std::uint8_t { Unseen, OnWay, Finished };
  struct Step {
    std::size_t member = 0;
    std::size_t next = 0;
  };
  std::vector<Mark> marks(graph.size(), Mark::Unseen);
  for (std::size_t start = 0; start < graph.size(); ++start) {
    if (marks[start] != Mark::Unseen) continue;
    std::vector<Step> way{{start}};
    marks[start] = Mark::OnWay;
    while (!way.empty()) {
      Step& step = way.back();
      const std::span<const std::size_t> dependencies = graph.dependencies(step.member);
      if (step.next == dependencies.size()) {
        marks[step.member] = Mark::Finished;
        way.pop_back();
        continue;
      }
      const std::size_t next = dependencies[step.next++];
      if (next == Numbered::kNoMember || marks[next] == Mark::Finished) continue;
      if (marks[next] == Mark::OnWay) {
        std::vector<std::string> cycle;
        const auto first = std::find_if(way.begin(), way.end(), [&](const Step& s) { return s.member == next; });
        for (auto member = first; member != way.end(); ++member) cycle.push_back(graph.name(member->member));
        cycle.push_back(graph.name(next));
        return cycle;
      }
      marks[next] = Mark::OnWay;
      way.push_back({next});
    }
  }
  return {};
}

void check(const Numbered& graph) {
  for (std::size_t member = 0; member < graph.size(); ++member) {
    const std::span<const std::size_t> dependencies = graph.dependencies(member);
    const auto stranger = std::find(dependencies.begin(), dependencies.end(), Numbered::kNoMember);
    if (stranger == dependencies.end()) continue;
    const std::string& word = graph.words(member)[static_cast<std::size_t>(stranger - dependencies.begin())];
    std::vector<std::string> names;
    for (std::size_t other = 0; other < graph.size(); ++other) names.push_back(graph.name(other));
    throw Error(ErrorCode::InvalidInput,
                fmt::format("the component '{}' depends on '{}', which is not in the recipe", graph.name(member), word))
        .hint(suggestion(word, names));
  }
  if (const std::vector<std::string> cycle = cycle_of(graph); !cycle.empty())
    throw Error(ErrorCode::InvalidInput,
                fmt::format("components depend on each other in a circle: {}", describe_cycle(cycle)));
}

std::vector<std::size_t> order_of(const Numbered& graph) {
  check(graph);
  std::vector<std::size_t> open(graph.size());  // dependencies not yet placed
  std::vector<std::vector<std::size_t>> dependents(graph.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t member = 0; member < graph.size(); ++member) {
    open[member] = graph.dependencies(member).size();
    if (open[member] == 0) ready.push(member);
    for (const std::size_t dependency : graph.dependencies(member)) dependents[dependency].push_back(member);
  }
  std::vector<std::size_t> order;
  order.reserve(graph.size());
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const std::size_t dependent : dependents[order.back()]) {
      if (--open[dependent] == 0) ready.push(dependent);
    }
  }
  return order;
}

}  // namespace

DependencyGraph dependency_graph(std::span<const ComponentRef> components) {
  DependencyGraph graph;
  for (const ComponentRef& component : components) graph.insert_or_assign(component.name, component.dependency_refs);
  return graph;
}

std::vector<std::string> find_cycle(const DependencyGraph& graph) { return cycle_of(Numbered(graph)); }

std::string describe_cycle(const std::vector<std::string>& cycle) {
  std::string text;
  for (const std::string& name : cycle) text += (text.empty() ? "" : " -> ") + name;
  return text;
}

void check_dependencies(const DependencyGraph& graph) { check(Numbered(graph)); }

std::vector<std::string> deployment_order(const DependencyGraph& graph) {
  const Numbered numbered(graph);
  std::vector<std::string> order;
  order.reserve(numbered.size());
  for (const std::size_t member : order_of(numbered)) order.push_back(numbered.name(member));
  return order;
}

std::map<std::string, std::uint32_t, std::less<>> depths(const DependencyGraph& graph) {
  const Numbered numbered(graph);
  std::vector<std::uint32_t> depth(numbered.size());
  std::map<std::string, std::uint32_t, std::less<>> result;
  for (const std::size_t member : order_of(numbered)) {
    for (const std::size_t dependency : numbered.dependencies(member))
      depth[member] = std::max(depth[member], depth[dependency] + 1);
    result.emplace(numbered.name(member), depth[member]);
  }
  return result;
}

}  // namespace waybill
