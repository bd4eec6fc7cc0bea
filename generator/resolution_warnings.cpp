#include "generator/resolution_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "generator/dialect.h"
#include "generator/overlay_settings.h"
#include "generator/resolve.h"

namespace waybill {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void warn_about_exclusions(const Recipe& recipe, std::vector<std::string>& warnings) {
  for (const std::string& name : recipe.excluded_overlays) {
    std::vector<std::string> reasons;
    for (const ConstraintWarning& warning : recipe.constraint_warnings) {
      if (warning.overlay == name) reasons.push_back(fmt::format("{} ({})", warning.constraint, warning.reason));
    }
    warnings.push_back(fmt::format("the snapshot excludes the overlay '{}': {}", name, fmt::join(reasons, "; ")));
    if (contains(recipe.applied_overlays, name))
      warnings.push_back(fmt::format(
          "the excluded overlay '{}' is applied all the same, because an overlay that is not excluded is based on it",
          name));
  }
}

// What two overlays set differently.
std::vector<SettingKey> contradictions(const Settings& first, const Settings& second) {
  std::vector<SettingKey> keys;
  const std::map<SettingKey, std::string> others(second.begin(), second.end());
  for (const auto& [key, value] : first) {
    if (const auto other = others.find(key); other != others.end() && other->second != value) keys.push_back(key);
  }
  return keys;
}

struct Applied {
  const Overlay* overlay;
  const Overlay* match;              // whose chain brought it
  std::set<std::string_view> chain;  // its ancestors and itself
  Settings settings;                 // filled in when there is something to compare
};

std::vector<Applied> applied_overlays(const Catalogue& catalogue, const Recipe& recipe) {
  std::vector<Applied> applied;
  for (const Overlay* match : matching_overlays(catalogue, recipe.criteria)) {
    if (contains(recipe.excluded_overlays, match->name)) continue;
    std::set<std::string_view> chain;
    for (const Overlay* member : inheritance_chain(catalogue, *match)) {
      chain.insert(member->name);
      const bool known =
          std::any_of(applied.begin(), applied.end(), [&](const Applied& other) { return other.overlay == member; });
      if (!known) applied.push_back({member, match, chain, {}});
    }
  }
  return applied;
}

// Unrelated, and nothing but their names decides which comes first.
bool is_tie(const Applied& first, const Applied& second) {
  return !second.chain.contains(first.overlay->name) && first.match != second.match &&
         Dialect::rank(*first.match) == Dialect::rank(*second.match);
}

bool has_tie(const std::vector<Applied>& applied) {
  for (std::size_t second = 1; second < applied.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      if (is_tie(applied[first], applied[second])) return true;
    }
  }
  return false;
}

void warn_about_conflicts(const Catalogue& catalogue, const Recipe& recipe, std::vector<std::string>& warnings) {
  std::vector<Applied> applied = applied_overlays(catalogue, recipe);
  if (!has_tie(applied)) return;
  for (Applied& one : applied) one.settings = settings_of(*one.overlay);
  for (std::size_t winner = 1; winner < applied.size(); ++winner) {
    for (std::size_t loser = 0; loser < winner; ++loser) {
      const Applied& first = applied[loser];
      const Applied& second = applied[winner];
      if (!is_tie(first, second)) continue;
      for (const SettingKey& key : contradictions(first.settings, second.settings)) {
        // One that is applied later settles it.
        const bool settled = std::any_of(
            applied.begin() + static_cast<std::ptrdiff_t>(winner) + 1, applied.end(), [&](const Applied& later) {
              return std::any_of(later.settings.begin(), later.settings.end(),
                                 [&](const auto& setting) { return setting.first == key; });
            });
        if (settled) continue;
        warnings.push_back(
            fmt::format("the overlays '{}' and '{}' are equally specific and set {} differently: that of '{}' counts",
                        first.overlay->name, second.overlay->name, describe(key), second.overlay->name));
      }
    }
  }
}

void warn_about_unused_criteria(const Catalogue& catalogue, const Recipe& recipe, std::vector<std::string>& warnings) {
  const auto honoured = [&](const auto& asks) {
    return std::any_of(recipe.applied_overlays.begin(), recipe.applied_overlays.end(), [&](const std::string& name) {
      const Overlay* overlay = catalogue.find_overlay(name);
      return overlay != nullptr && overlay->criteria && asks(*overlay);
    });
  };
  const auto warn = [&](std::string_view name, const auto& value) {
    warnings.push_back(fmt::format(
        "the catalogue has nothing for {} '{}' together with the other criteria: the recipe does not depend on it",
        name, value));
  };
  for (const Dimension dimension : kDimensions) {
    const std::string& value = recipe.criteria.get(dimension);
    const auto asks = [&](const Overlay& overlay) {
      return overlay.criteria->at(static_cast<std::size_t>(dimension)) == value;
    };
    if (!recipe.criteria.is_any(dimension) && !honoured(asks)) warn(to_string(dimension), value);
  }
  // Where no overlay asks for a number of nodes, the recipe only hands it on: bundles use it as an estimate.
  const std::int64_t nodes = recipe.criteria.nodes();
  if (nodes == 0 || honoured([nodes](const Overlay& overlay) { return overlay.nodes == nodes; })) return;
  if (std::any_of(catalogue.overlays().begin(), catalogue.overlays().end(),
                  [](const Overlay& overlay) { return overlay.nodes != 0; }))
    warn("nodes", nodes);
}

}  // namespace

std::vector<std::string> resolution_warnings(const Catalogue& catalogue, const Recipe& recipe) {
  std::vector<std::string> warnings;
  warn_about_exclusions(recipe, warnings);
  warn_about_conflicts(catalogue, recipe, warnings);
  warn_about_unused_criteria(catalogue, recipe, warnings);
  return warnings;
}

}  // namespace waybill
