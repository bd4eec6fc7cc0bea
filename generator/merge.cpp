#include "generator/merge.h"

#include <algorithm>
#include <set>

#include "generator/dialect.h"

namespace waybill {
namespace {

void take_origin(ComponentRef& component, const ComponentRef& over, std::string_view field) {
  if (const auto origin = over.origins.find(field); origin != over.origins.end())
    component.origins.insert_or_assign(origin->first, origin->second);
}

template <typename Item>
void replace_list(ComponentRef& component, const ComponentRef& over, std::vector<Item> ComponentRef::*member,
                  std::string_view field) {
  if ((over.*member).empty()) return;
  component.*member = over.*member;
  take_origin(component, over, field);
}

template <typename Named>
auto find_by_name(std::vector<Named>& items, std::string_view name) {
  return std::find_if(items.begin(), items.end(), [&](const Named& item) { return item.name == name; });
}

// The base may name something twice; the last one counts, whole, once anything is laid over it.
template <typename Named>
void keep_last_of_each_name(std::vector<Named>& items) {
  const auto out_of_order = [](const Named& a, const Named& b) { return !(a.name < b.name); };
  if (std::adjacent_find(items.begin(), items.end(), out_of_order) == items.end()) return;
  std::set<std::string_view> seen;
  std::vector<Named> kept;
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (seen.insert(item->name).second) kept.push_back(*item);
  }
  if (kept.size() != items.size()) items.assign(kept.rbegin(), kept.rend());
}

template <typename Named>
void sort_by_name(std::vector<Named>& items) {
  std::sort(items.begin(), items.end(), [](const Named& a, const Named& b) { return a.name < b.name; });
}

}  // namespace

void merge(ComponentRef& component, const ComponentRef& over) {
  for (const auto& [field, member] : kComponentTextFields) {
    if ((over.*member).empty()) continue;
    component.*member = over.*member;
    take_origin(component, over, field);
  }
  if (!over.overrides.is_null()) {
    Dialect::merge_overrides(component.overrides, over.overrides);
    for (const auto& [key, value] : over.overrides.members()) {
      for (const DataPath& path : paths_below(component.whole_overrides, {key})) component.whole_overrides.erase(path);
    }
    component.whole_overrides.insert(over.whole_overrides.begin(), over.whole_overrides.end());
    take_origin(component, over, "overrides");
  }
  replace_list(component, over, &ComponentRef::patches, "patches");
  replace_list(component, over, &ComponentRef::dependency_refs, "dependencyRefs");
  replace_list(component, over, &ComponentRef::expected_resources, "expectedResources");
  // Compared with what was there before: repeats within the overlay's own list stay, as in aicr.
  const std::size_t before = component.manifest_files.size();
  for (const std::string& file : over.manifest_files) {
    const auto end = component.manifest_files.begin() + static_cast<std::ptrdiff_t>(before);
    if (std::find(component.manifest_files.begin(), end, file) != end) continue;
    component.manifest_files.push_back(file);
    take_origin(component, over, "manifestFiles");
  }
  if (over.cleanup) {
    component.cleanup = true;
    take_origin(component, over, "cleanup");
  }
}

void merge(Recipe& recipe, const Overlay& overlay) {
  keep_last_of_each_name(recipe.constraints);
  keep_last_of_each_name(recipe.components);
  for (const Constraint& constraint : overlay.constraints) {
    const auto same = find_by_name(recipe.constraints, constraint.name);
    if (same == recipe.constraints.end()) {
      recipe.constraints.push_back(constraint);
    } else {
      *same = constraint;
    }
  }
  for (const ComponentRef& component : overlay.components) {
    const auto same = find_by_name(recipe.components, component.name);
    if (same == recipe.components.end()) {
      recipe.components.push_back(component);
    } else {
      merge(*same, component);
    }
  }
  sort_by_name(recipe.constraints);
  sort_by_name(recipe.components);
  Dialect::merge_validation(recipe.validation, overlay.validation);
}

}  // namespace waybill
