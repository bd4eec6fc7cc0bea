#include "generator/resolve.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/constraint_check.h"
#include "generator/dependency_graph.h"
#include "generator/dialect.h"
#include "generator/merge.h"
#include "generator/overlay_places.h"

namespace waybill {
namespace {

[[noreturn]] void throw_no_parent(const Catalogue& catalogue, const Overlay& overlay) {
  std::vector<std::string> names;
  names.reserve(catalogue.overlays().size());
  for (const Overlay& other : catalogue.overlays()) names.push_back(other.name);
  const std::string near = nearest(overlay.base, names);
  throw Error(ErrorCode::InvalidInput,
              fmt::format("the overlay '{}' is based on '{}', which does not exist", overlay.name, overlay.base))
      .at(catalogue.places().spec(overlay, "base"))
      .hint(near.empty() ? "" : fmt::format("did you mean '{}'?", near));
}

[[noreturn]] void throw_circle(const Catalogue& catalogue, const std::vector<const Overlay*>& chain) {
  const Overlay& last = *chain.back();
  const auto first =
      std::find_if(chain.begin(), chain.end(), [&](const Overlay* member) { return member->name == last.base; });
  std::vector<std::string> cycle;
  for (auto member = first; member != chain.end(); ++member) cycle.push_back((*member)->name);
  cycle.push_back(last.base);
  throw Error(ErrorCode::InvalidInput,
              fmt::format("overlays are based on each other in a circle: {}", describe_cycle(cycle)))
      .at(catalogue.places().spec(last, "base"));
}

// Whether every constraint of the overlay itself holds; what does not is noted in the recipe.
bool admits(const Snapshot& snapshot, const Overlay& overlay, Recipe& recipe) {
  bool all_hold = true;
  for (const Constraint& constraint : overlay.constraints) {
    ConstraintResult result = check_constraint(constraint, snapshot);
    if (result.holds) continue;
    recipe.constraint_warnings.push_back(
        {overlay.name, constraint.name, constraint.value, std::move(result.actual), std::move(result.reason)});
    all_hold = false;
  }
  if (!all_hold) recipe.excluded_overlays.push_back(overlay.name);
  return all_hold;
}

// Where a component that others depend on is missing, an overlay that the snapshot excluded may have brought it.
std::string describe_exclusions(const Recipe& recipe) {
  std::string text = "the snapshot excludes overlays that may have brought it:";
  for (const ConstraintWarning& warning : recipe.constraint_warnings)
    text += fmt::format(" '{}' ({}: {})", warning.overlay, warning.constraint, warning.reason);
  return text;
}

// The dependency that stands in the way of an order: one that the recipe does not have, or the last step of a circle.
SourceLocation place_of_obstacle(const Catalogue& catalogue, const Recipe& recipe, const DependencyGraph& graph) {
  const auto place = [&](const std::string& component, const std::string& dependency) {
    const auto& origins = recipe.find(component)->origins;
    const auto origin = origins.find("dependencyRefs");
    return origin == origins.end() ? SourceLocation{}
                                   : catalogue.places().component(origin->second, component, origin->first, dependency);
  };
  for (const auto& [component, dependencies] : graph) {
    for (const std::string& dependency : dependencies) {
      if (!graph.contains(dependency)) return place(component, dependency);
    }
  }
  const std::vector<std::string> cycle = find_cycle(graph);
  return cycle.empty() ? SourceLocation{} : place(cycle[cycle.size() - 2], cycle.back());
}

std::vector<std::string> order_of(const Catalogue& catalogue, const Recipe& recipe) {
  const DependencyGraph graph = dependency_graph(recipe.components);
  try {
    return deployment_order(graph);
  } catch (Error& error) {
    if (SourceLocation place = place_of_obstacle(catalogue, recipe, graph); !place.file.empty())
      error.at(std::move(place));
    if (!recipe.excluded_overlays.empty()) error.hint(describe_exclusions(recipe));
    throw;
  }
}

// Names that appear twice survive in a base that nothing is laid over; aicr finds no order for them either.
void refuse_duplicates(const Recipe& recipe) {
  std::set<std::string_view> seen;
  for (const ComponentRef& component : recipe.components) {
    if (!seen.insert(component.name).second)
      throw Error(ErrorCode::InvalidInput, fmt::format("the base names the component '{}' twice", component.name));
  }
}

}  // namespace

std::vector<const Overlay*> inheritance_chain(const Catalogue& catalogue, const Overlay& overlay) {
  std::vector<const Overlay*> chain{&overlay};
  std::set<std::string_view> seen{overlay.name};
  while (!chain.back()->inherits_base_only()) {
    const Overlay* parent = catalogue.find_overlay(chain.back()->base);
    if (parent == nullptr) throw_no_parent(catalogue, *chain.back());
    if (!seen.insert(parent->name).second) throw_circle(catalogue, chain);
    chain.push_back(parent);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::vector<const Overlay*> matching_overlays(const Catalogue& catalogue, const Criteria& criteria) {
  std::vector<OverlayMatch> found;
  for (const Overlay* overlay : catalogue.matching_overlays(criteria))
    found.push_back({overlay, inheritance_chain(catalogue, *overlay).size()});
  std::sort(found.begin(), found.end(), Dialect::before);
  std::vector<const Overlay*> result;
  result.reserve(found.size());
  for (const OverlayMatch& match : found) result.push_back(match.overlay);
  return result;
}

Recipe resolve(const Catalogue& catalogue, const Criteria& criteria, std::string_view program_version,
               const Snapshot* snapshot) {
  Recipe recipe;
  recipe.version = program_version;
  recipe.catalogue = catalogue.id();
  recipe.criteria = criteria;
  recipe.applied_overlays.emplace_back(kBaseName);
  // The base's lists stay in the order of its file unless something is laid over them.
  recipe.constraints = catalogue.base().constraints;
  recipe.components = catalogue.base().components;
  recipe.validation = catalogue.base().validation;
  std::set<std::string_view> applied;
  for (const Overlay* match : matching_overlays(catalogue, criteria)) {
    if (snapshot != nullptr && !admits(*snapshot, *match, recipe)) continue;
    for (const Overlay* overlay : inheritance_chain(catalogue, *match)) {
      if (!applied.insert(overlay->name).second) continue;
      merge(recipe, *overlay);
      recipe.applied_overlays.push_back(overlay->name);
    }
  }
  refuse_duplicates(recipe);
  recipe.deployment_order = order_of(catalogue, recipe);
  for (ComponentRef& component : recipe.components) {
    if (const RegistryEntry* entry = catalogue.find_component(component.name)) apply_defaults(*entry, component);
  }
  return recipe;
}

}  // namespace waybill
