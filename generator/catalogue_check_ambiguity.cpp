// Two overlays can match together when no dimension asks for two different values. Comparing all pairs would take a
// hundred million steps for ten thousand overlays; instead the overlays that set one thing are sorted by the dimensions
// that they restrict, and of two such groups the members meet by the values of the dimensions that both restrict.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "generator/catalogue_check_parts.h"
#include "generator/dialect.h"
#include "generator/overlay_settings.h"

namespace waybill {
namespace {

// The five dimensions and the node count; empty where the overlay does not restrict.
constexpr std::size_t kRestrictions = kDimensions.size() + 1;
using Restrictions = std::array<std::string, kRestrictions>;

Restrictions restrictions_of(const Overlay& overlay) {
  Restrictions result;
  for (std::size_t i = 0; i < kDimensions.size(); ++i) {
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): only overlays with criteria are compared
    if ((*overlay.criteria)[i] != kAny) result[i] = (*overlay.criteria)[i];
  }
  if (overlay.nodes != 0) result.back() = std::to_string(overlay.nodes);
  return result;
}

// Which of them restrict, as a set of bits.
unsigned mask_of(const Restrictions& restrictions) noexcept {
  unsigned mask = 0;
  for (std::size_t i = 0; i < kRestrictions; ++i) mask |= restrictions[i].empty() ? 0U : 1U << i;
  return mask;
}

Restrictions projected(const Restrictions& restrictions, unsigned mask) {
  Restrictions result;
  for (std::size_t i = 0; i < kRestrictions; ++i) {
    if ((mask >> i & 1U) != 0) result[i] = restrictions[i];
  }
  return result;
}

class Ambiguities {
 public:
  explicit Ambiguities(CatalogueCheck& check) : check_(check) {}

  void find() {
    for (std::size_t i = 0; i < check_.tree.size(); ++i) {
      if (!check_.tree[i].criteria || !check_.tree.is_sound(i)) continue;
      restrictions_.emplace(i, restrictions_of(check_.tree[i]));
      for (auto& [key, value] : settings_with_ancestors(i)) setters_[key].push_back({i, std::move(value)});
    }
    for (const auto& [key, setters] : setters_) compare(key, setters);
    report();
  }

 private:
  struct Setter {
    std::size_t overlay;
    std::string value;
  };
  using Setters = std::vector<const Setter*>;

  // An ancestor whose criteria hold whenever the overlay's do is applied by itself, in its own place.
  [[nodiscard]] bool is_implied(std::size_t ancestor, std::size_t overlay) const {
    const Overlay& above = check_.tree[ancestor];
    if (!above.criteria) return false;
    const Restrictions wanted = restrictions_of(above);
    const Restrictions& given = restrictions_.at(overlay);
    for (std::size_t i = 0; i < kRestrictions; ++i) {
      if (!wanted[i].empty() && wanted[i] != given[i]) return false;
    }
    return true;
  }

  [[nodiscard]] std::map<SettingKey, std::string> settings_with_ancestors(std::size_t overlay) const {
    std::map<SettingKey, std::string> settings;
    for (std::size_t at = overlay; at != OverlayTree::kNone; at = check_.tree.parent(at)) {
      if (at != overlay && is_implied(at, overlay)) continue;
      for (auto& [key, value] : settings_of(check_.tree[at])) {
        // Of one overlay's equal constraints the last counts; a child's setting before its ancestors'.
        if (at == overlay && key.kind == SettingKey::Kind::Constraint) {
          settings.insert_or_assign(key, std::move(value));
        } else {
          settings.try_emplace(key, std::move(value));
        }
      }
    }
    return settings;
  }

  void compare(const SettingKey& key, const std::vector<Setter>& setters) {
    const bool all_equal =
        std::all_of(setters.begin(), setters.end(), [&](const Setter& s) { return s.value == setters.front().value; });
    if (all_equal) return;
    std::map<std::pair<int, int>, std::map<unsigned, Setters>> ranks;
    for (const Setter& setter : setters) {
      ranks[Dialect::rank(check_.tree[setter.overlay])][mask_of(restrictions_.at(setter.overlay))].push_back(&setter);
    }
    for (const auto& [rank, groups] : ranks) {
      for (auto first = groups.begin(); first != groups.end(); ++first) {
        for (auto second = first; second != groups.end(); ++second)
          meet(key, first->second, second->second, first->first & second->first);
      }
    }
  }

  void meet(const SettingKey& key, const Setters& first, const Setters& second, unsigned common) {
    std::map<Restrictions, Setters> meetings;
    for (const Setter* setter : second)
      meetings[projected(restrictions_.at(setter->overlay), common)].push_back(setter);
    for (const Setter* setter : first) {
      const auto met = meetings.find(projected(restrictions_.at(setter->overlay), common));
      if (met != meetings.end()) pair_up(key, *setter, met->second);
    }
  }

  // One opponent for each overlay is enough to show the mistake; looking far for it is not worth the time.
  void pair_up(const SettingKey& key, const Setter& setter, const Setters& others) {
    constexpr std::size_t kMostTried = 64;
    std::size_t tried = 0;
    for (const Setter* other : others) {
      if (other->value == setter.value) continue;
      if (!check_.tree.are_related(setter.overlay, other->overlay)) {
        pairs_[std::minmax(setter.overlay, other->overlay)].insert(key);
        return;
      }
      if (++tried == kMostTried) return;
    }
  }

  void report() {
    for (const auto& [pair, keys] : pairs_) {
      const Overlay& first = check_.tree[pair.first];
      const Overlay& second = check_.tree[pair.second];
      std::string things;
      std::size_t named = 0;
      for (const SettingKey& key : keys) {
        if (++named > 3) break;
        things += (things.empty() ? "" : ", ") + describe(key);
      }
      if (keys.size() > 3) things += fmt::format(" and {} more", keys.size() - 3);
      check_.findings.error(
          place_of(*keys.begin(), second), "ambiguous-overlays",
          fmt::format("'{}' and '{}' can match together, are equally specific, and set {} differently", second.name,
                      first.name, things),
          fmt::format("base one on the other, or restrict one of them so that they never match together ('{}' stands "
                      "in {})",
                      first.name, first.location.file));
    }
  }

  [[nodiscard]] SourceLocation place_of(const SettingKey& key, const Overlay& overlay) {
    switch (key.kind) {
      case SettingKey::Kind::Constraint:
        return check_.places.constraint(overlay, key.name);
      case SettingKey::Kind::Field:
        return check_.places.component(overlay, key.component, key.name);
      case SettingKey::Kind::Override:
        return check_.places.component(overlay, key.component, "overrides");
      case SettingKey::Kind::Phase:
        return check_.places.spec(overlay, "validation", key.name);
    }
    return overlay.location;
  }

  CatalogueCheck& check_;
  std::map<std::size_t, Restrictions> restrictions_;
  std::map<SettingKey, std::vector<Setter>> setters_;
  std::map<std::pair<std::size_t, std::size_t>, std::set<SettingKey>> pairs_;
};

}  // namespace

void check_ambiguity(CatalogueCheck& check) { Ambiguities(check).find(); }

}  // namespace waybill
