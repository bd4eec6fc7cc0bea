// Resolves the recipes that queries can get and looks at each. The same mistake usually shows in many of them and is
// told once, with the first query that meets it.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/catalogue_check_parts.h"
#include "generator/component_check.h"
#include "generator/constraint_strength.h"
#include "generator/dependency_graph.h"
#include "generator/dialect.h"
#include "generator/field_rules.h"
#include "generator/merge.h"
#include "generator/query_index.h"

namespace waybill {
namespace {

constexpr std::size_t kMostCombinations = 20'000;

class Targets {
 public:
  explicit Targets(CatalogueCheck& check) : check_(check), index_(check.tree), components_(check) {
    for (const RegistryEntry& entry : check.content.registry) registry_.emplace(entry.name, &entry);
  }

  void run(CatalogueReport& report) {
    std::set<std::vector<std::size_t>> seen;
    for (const QueryIndex::Query& query : index_.queries(kMostCombinations, report.all_targets)) {
      std::vector<std::size_t> matches = index_.matches(query);
      if (!seen.insert(matches).second) continue;
      ++report.targets;
      where_ = index_.describe(query);
      look_at(std::move(matches));
    }
  }

 private:
  void look_at(std::vector<std::size_t> matches) {
    std::sort(matches.begin(), matches.end(), [&](std::size_t a, std::size_t b) {
      return Dialect::before({&check_.tree[a], check_.tree.chain_length(a)},
                             {&check_.tree[b], check_.tree.chain_length(b)});
    });
    recipe_ = Recipe();
    constraints_.clear();
    apply(check_.content.base);
    std::set<std::size_t> applied;
    for (const std::size_t match : matches) {
      for (const std::size_t member : check_.tree.chain(match)) {
        if (applied.insert(member).second) apply(check_.tree[member]);
      }
    }
    check_dependencies();
    for (ComponentRef& component : recipe_.components) check_component(component);
  }

  void apply(const Overlay& overlay) {
    for (const Constraint& constraint : overlay.constraints) {
      const auto [before, added] = constraints_.try_emplace(constraint.name, &constraint, &overlay);
      if (added) continue;
      if (const std::string weaker = weakening(*before->second.first, constraint); !weaker.empty()) {
        tell_warning(check_.places.constraint(overlay, constraint.name, "value"), "weakened-constraint",
                     fmt::format("'{}' weakens the constraint '{}' of '{}': {}", overlay.name, constraint.name,
                                 before->second.second->name, weaker),
                     "constraints of one name replace each other; repeat the stronger one if that is not meant");
      }
      before->second = {&constraint, &overlay};
    }
    merge(recipe_, overlay);
  }

  void check_dependencies() {
    DependencyGraph graph = dependency_graph(recipe_.components);
    for (const ComponentRef& component : recipe_.components) {
      for (const std::string& dependency : component.dependency_refs) {
        const std::vector<std::string>& known = check_.components;  // the others are told by their overlays
        if (graph.contains(dependency) || !std::binary_search(known.begin(), known.end(), dependency)) continue;
        tell(origin_of(component, "dependencyRefs", dependency), "unknown-dependency",
             fmt::format("'{}' depends on '{}', which its recipe does not have", component.name, dependency), "");
      }
    }
    // One circle at a time: without its last step the next one shows.
    constexpr int kMostCircles = 16;
    for (int i = 0; i < kMostCircles; ++i) {
      const std::vector<std::string> cycle = find_cycle(graph);
      if (cycle.empty()) return;
      const std::string& last = cycle[cycle.size() - 2];
      const ComponentRef& component = *recipe_.find(last);
      tell(origin_of(component, "dependencyRefs", cycle.back()), "circular-dependency",
           fmt::format("components depend on each other in a circle: {}", describe_cycle(cycle)),
           fmt::format("take '{}' out of the dependencies of '{}'", cycle.back(), last));
      std::erase(graph.find(last)->second, cycle.back());
    }
  }

  void check_component(ComponentRef& component) {
    const auto entry = registry_.find(component.name);
    if (entry != registry_.end()) apply_defaults(*entry->second, component);
    for (FieldProblem& problem : check_complete(component)) {
      const bool registered = entry != registry_.end();
      tell(origin_of(component, problem.field), std::string(problem.rule), std::move(problem.message),
           !problem.hint.empty() ? problem.hint
           : registered          ? fmt::format("set {} here or in the registry", problem.field)
                        : fmt::format("set {} here, or give the component an entry in the registry", problem.field));
    }
    components_.check(component, entry == registry_.end() ? nullptr : entry->second,
                      [&](SourceLocation location, std::string rule, std::string message, const std::string& hint) {
                        tell(std::move(location), std::move(rule), std::move(message), hint);
                      });
  }

  // Where the component's field was set, or, if it was not, where the component was named first.
  [[nodiscard]] SourceLocation origin_of(const ComponentRef& component, const std::string& field,
                                         std::string_view entry = {}) {
    if (const auto origin = component.origins.find(field); origin != component.origins.end())
      return check_.places.component(origin->second, component.name, field, entry);
    const auto name = component.origins.find("name");
    return name == component.origins.end() ? SourceLocation{}
                                           : check_.places.component(name->second, component.name, "name");
  }

  void tell(SourceLocation location, std::string rule, std::string message, const std::string& hint) {
    if (!told_.insert({location, rule, message}).second) return;
    check_.findings.error(std::move(location), std::move(rule), std::move(message),
                          fmt::format("{}{}in the recipe for {}", hint, hint.empty() ? "" : "; ", where_));
  }

  void tell_warning(SourceLocation location, std::string rule, std::string message, std::string hint) {
    if (!told_.insert({location, rule, message}).second) return;
    check_.findings.warning(std::move(location), std::move(rule), std::move(message), std::move(hint));
  }

  struct Told {
    SourceLocation location;
    std::string rule;
    std::string message;
    auto operator<=>(const Told&) const = default;
  };

  CatalogueCheck& check_;
  QueryIndex index_;
  ComponentCheck components_;
  std::map<std::string, const RegistryEntry*, std::less<>> registry_;
  std::set<Told> told_;
  std::string where_;  // the query
  Recipe recipe_;
  std::map<std::string, std::pair<const Constraint*, const Overlay*>, std::less<>> constraints_;
};

}  // namespace

void check_targets(CatalogueCheck& check, CatalogueReport& report) { Targets(check).run(report); }

}  // namespace waybill
