#include "generator/resolve.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/dependency_graph.h"
#include "generator/dialect.h"
#include "generator/merge.h"
#include "generator/recipe_files.h"

namespace waybill {

std::vector<const Overlay*> inheritance_chain(const Catalogue& catalogue, const Overlay& overlay) {
  std::vector<const Overlay*> chain{&overlay};
  while (!chain.back()->inherits_base_only()) {
    const Overlay& child = *chain.back();
    const Overlay* parent = catalogue.find_overlay(child.base);
    if (parent == nullptr) {
      std::vector<std::string> names;
      for (const Overlay& candidate : catalogue.overlays()) names.push_back(candidate.name);
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the overlay '{}' is based on '{}', which does not exist", child.name, child.base))
          .at(child.location)
          .hint(suggestion(child.base, names));
    }
    if (chain.size() > catalogue.overlays().size()) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the overlay '{}' is based on overlays that are based on each other in a circle, among "
                              "them '{}'",
                              overlay.name, parent->name))
          .at(parent->location)
          .hint("'waybill catalogue check' shows the whole circle");
    }
    chain.push_back(parent);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::vector<const Overlay*> matching_overlays(const Catalogue& catalogue, const Criteria& criteria) {
  std::vector<OverlayMatch> found;
  for (const Overlay& overlay : catalogue.overlays()) {
    if (matches(overlay, criteria)) found.push_back({&overlay, inheritance_chain(catalogue, overlay).size()});
  }
  std::sort(found.begin(), found.end(), Dialect::before);
  std::vector<const Overlay*> result;
  result.reserve(found.size());
  for (const OverlayMatch& match : found) result.push_back(match.overlay);
  return result;
}

Recipe resolve(const Catalogue& catalogue, const Criteria& criteria, std::string_view program_version) {
  Recipe recipe;
  recipe.version = program_version;
  recipe.catalogue = catalogue.id();
  recipe.criteria = criteria;
  recipe.applied_overlays.emplace_back(kBaseName);
  merge(recipe, catalogue.base());
  std::set<std::string_view> applied;
  for (const Overlay* match : matching_overlays(catalogue, criteria)) {
    for (const Overlay* overlay : inheritance_chain(catalogue, *match)) {
      if (!applied.insert(overlay->name).second) continue;
      merge(recipe, *overlay);
      recipe.applied_overlays.push_back(overlay->name);
    }
  }
  recipe.deployment_order = deployment_order(dependency_graph(recipe.components));
  for (ComponentRef& component : recipe.components) {
    if (const RegistryEntry* entry = catalogue.find_component(component.name)) apply_defaults(*entry, component);
  }
  require_files(catalogue, recipe);
  return recipe;
}

}  // namespace waybill
