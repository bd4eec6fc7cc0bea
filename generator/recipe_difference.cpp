#include "generator/recipe_difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "generator/leaves.h"

namespace waybill {
namespace {

// Part, component, path.
using Place = std::tuple<RecipePart, std::string, std::string>;
using Places = std::map<Place, const Value*>;

void add(Places& places, RecipePart part, const std::string& component, const Value& tree, Lists lists) {
  for (Leaf& leaf : leaves(tree, {}, lists)) places.emplace(Place{part, component, std::move(leaf.path)}, leaf.value);
}

const Value& part_of(const Value& tree, std::string_view key) {
  static const Value kNothing = Value::map();
  const Value* part = tree.find(key);
  return part == nullptr ? kNothing : *part;
}

Places places_of(const Value& tree) {
  Places places;
  for (const auto& [name, component] : part_of(tree, "components").members()) {
    for (const auto& [field, value] : component.members()) {
      if (field == "values") {
        add(places, RecipePart::Value, name, value, Lists::ByElement);
      } else {
        for (Leaf& leaf : leaves(value, member_path({}, field), Lists::Whole))
          places.emplace(Place{RecipePart::Field, name, std::move(leaf.path)}, leaf.value);
      }
    }
  }
  // An empty map of all constraints is no leaf.
  for (const auto& [part, key] :
       {std::pair{RecipePart::Constraint, "constraints"}, std::pair{RecipePart::Validation, "validation"}}) {
    const Value& all = part_of(tree, key);
    if (!all.members().empty()) add(places, part, {}, all, Lists::Whole);
  }
  return places;
}

std::vector<std::string> keys_only_in(const Value& tree, const Value& other) {
  std::vector<std::string> keys;
  for (const Value::Member& member : tree.members()) {
    if (other.find(member.key) == nullptr) keys.push_back(member.key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

std::vector<std::string> order_of(const Value& tree) {
  std::vector<std::string> names;
  if (const Value* order = tree.find("deploymentOrder")) {
    for (const Value& name : order->items()) names.push_back(name.as_string());
  }
  return names;
}

std::vector<std::string> without_strangers(const std::vector<std::string>& order,
                                           const std::vector<std::string>& other) {
  const std::set<std::string_view> known(other.begin(), other.end());
  std::vector<std::string> common;
  std::copy_if(order.begin(), order.end(), std::back_inserter(common),
               [&](const std::string& name) { return known.contains(name); });
  return common;
}

// Those of `after` that do not belong to a longest common run of both orders: the fewest whose move explains the
// difference. Both have the same members.
std::vector<std::string> moved_between(const std::vector<std::string>& before, const std::vector<std::string>& after) {
  std::map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < before.size(); ++i) places.emplace(before[i], i);
  // Longest increasing run of the places, the earliest of equals.
  std::vector<std::size_t> length(after.size(), 1);
  std::vector<std::size_t> previous(after.size(), after.size());
  std::size_t best = after.size();
  for (std::size_t i = 0; i < after.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (places.at(after[j]) < places.at(after[i]) && length[j] + 1 > length[i]) {
        length[i] = length[j] + 1;
        previous[i] = j;
      }
    }
    if (best == after.size() || length[i] > length[best]) best = i;
  }
  std::set<std::size_t> kept;
  for (std::size_t i = best; i < after.size(); i = previous[i]) kept.insert(i);
  std::vector<std::string> moved;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (!kept.contains(i)) moved.push_back(after[i]);
  }
  std::sort(moved.begin(), moved.end());
  return moved;
}

}  // namespace

bool RecipeDifference::empty() const noexcept {
  return changes.empty() && removed_components.empty() && added_components.empty() && order_before == order_after;
}

ChangeCount RecipeDifference::values(std::string_view component) const {
  ChangeCount count;
  for (const LeafChange& change : changes) {
    if (change.part != RecipePart::Value || (!component.empty() && change.component != component)) continue;
    const bool before = change.before && is_set(*change.before);
    const bool after = change.after && is_set(*change.after);
    if (before && after) {
      ++count.changed;
    } else if (before) {
      ++count.removed;
    } else if (after) {
      ++count.added;
    }
  }
  return count;
}

RecipeDifference difference(const Value& before, const Value& after) {
  RecipeDifference result;
  const Value& components_before = part_of(before, "components");
  const Value& components_after = part_of(after, "components");
  result.removed_components = keys_only_in(components_before, components_after);
  result.added_components = keys_only_in(components_after, components_before);

  const Places first = places_of(before);
  const Places second = places_of(after);
  const auto change = [&](const Place& place) -> LeafChange& {
    const auto& [part, component, path] = place;
    return result.changes.emplace_back(LeafChange{part, component, path, {}, {}});
  };
  for (auto a = first.begin(), b = second.begin(); a != first.end() || b != second.end();) {
    if (b == second.end() || (a != first.end() && a->first < b->first)) {
      change(a->first).before = *a->second;
      ++a;
    } else if (a == first.end() || b->first < a->first) {
      change(b->first).after = *b->second;
      ++b;
    } else {
      if (!(*a->second == *b->second)) {
        LeafChange& both = change(a->first);
        both.before = *a->second;
        both.after = *b->second;
      }
      ++a;
      ++b;
    }
  }

  result.order_before = order_of(before);
  result.order_after = order_of(after);
  result.moved = moved_between(without_strangers(result.order_before, result.order_after),
                               without_strangers(result.order_after, result.order_before));
  return result;
}

}  // namespace waybill
