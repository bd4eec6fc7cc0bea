#include "generator/chosen_values.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"

namespace waybill {
namespace {

constexpr std::string_view kSwitch = "enabled";

bool is_switch(const ValueOverride& change) {
  return change.path.steps().size() == 1 && change.path.steps().front() == ValuePath::Step(std::string(kSwitch));
}

// All that the earlier value says, the later one says too.
bool says_as_much(const Value& later, const Value& earlier) {
  if (later == earlier) return true;
  if (!later.is_list() || !earlier.is_list()) return false;
  return std::ranges::all_of(earlier.items(), [&](const Value& item) {
    return std::ranges::find(later.items(), item) != later.items().end();
  });
}

bool takes_values(const ComponentRef& component) {
  return !component.is_kustomize() || !component.manifest_files.empty();
}

}  // namespace

ChosenValues::ChosenValues(const Catalogue& catalogue, const Recipe& recipe,
                           const std::vector<ValueOverride>& overrides, Scheduling scheduling)
    : catalogue_(catalogue), recipe_(recipe), scheduling_(std::move(scheduling)) {
  if (scheduling_.nodes == 0) scheduling_.nodes = recipe.criteria.nodes();
  for (const ValueOverride& change : overrides) {
    const ComponentRef& component = find_component(change);
    if (is_switch(change)) {
      if (!change.value.is_bool())
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("{} sets '{}:{}', which must be true or false", change.flag, change.component, kSwitch))
            .hint(fmt::format("write --set {}:{}=true or =false", change.component, kSwitch));
    } else if (!takes_values(component)) {
      throw Error(ErrorCode::InvalidInput, fmt::format("{} sets '{}' of '{}', which takes no values", change.flag,
                                                       change.path.text(), component.name))
          .hint("it is deployed by Kustomize");
    }
    std::vector<const ValueOverride*>& changes = overrides_[component.name];
    for (const ValueOverride* earlier : changes) note_replaced(component, *earlier, change);
    changes.push_back(&change);
  }
}

const ComponentRef& ChosenValues::find_component(const ValueOverride& change) const {
  if (const ComponentRef* component = recipe_.find(change.component)) return *component;
  std::vector<std::string> names;
  for (const ComponentRef& candidate : recipe_.components) {
    names.push_back(candidate.name);
    const RegistryEntry* entry = catalogue_.find_component(candidate.name);
    if (entry == nullptr) continue;
    if (std::ranges::find(entry->value_override_keys, change.component) != entry->value_override_keys.end())
      return candidate;
  }
  throw Error(ErrorCode::InvalidInput, fmt::format("{} sets '{}' of '{}', which is not in the recipe", change.flag,
                                                   change.path.text(), change.component))
      .hint(suggestion(change.component, names));
}

// A later flag of the same name wins, as users expect who append to a command; so do the flags for all components,
// which come after those for one (spec: bundle 1.6). Of two different setters nothing says which came later.
void ChosenValues::note_replaced(const ComponentRef& component, const ValueOverride& earlier,
                                 const ValueOverride& later) {
  if (!earlier.path.is_within(later.path)) return;
  if (earlier.path == later.path && says_as_much(later.value, earlier.value)) return;
  const bool are_setters = later.flag.starts_with("--set");
  if (are_setters && earlier.flag != later.flag) {
    throw Error(ErrorCode::InvalidInput, fmt::format("{} and {} both set '{}' of '{}'", earlier.flag, later.flag,
                                                     later.path.text(), component.name))
        .hint("leave one of them out: nothing says which of them is meant");
  }
  notes_.push_back(fmt::format(
      "{} sets '{}' of '{}' and replaces what {} '{}'", later.flag, later.path.text(), component.name,
      earlier.flag == later.flag ? "it set before at" : fmt::format("{} sets at", earlier.flag), earlier.path.text()));
}

std::optional<bool> ChosenValues::switched(std::string_view component) const {
  std::optional<bool> decided;
  if (const auto changes = overrides_.find(component); changes != overrides_.end()) {
    for (const ValueOverride* change : changes->second) {
      if (is_switch(*change)) decided = change->value.as_bool();
    }
  }
  return decided;
}

void ChosenValues::lay_over(const ComponentRef& component, Value& values) {
  seen_.insert(component.name);
  // Whatever said otherwise before must not reach the chart or the manifests.
  if (const std::optional<bool> decided = switched(component.name); decided && values.find(kSwitch) != nullptr)
    values.set(kSwitch, *decided);
  const auto apply = [&](const ValueOverride& change) {
    with_context(
        [&] { return fmt::format("while {} sets '{}' of '{}'", change.flag, change.path.text(), component.name); },
        [&] { put(values, change.path, change.value); });
  };
  std::vector<const ValueOverride*> changes;
  if (const auto own = overrides_.find(component.name); own != overrides_.end()) changes = own->second;
  for (const ValueOverride* change : changes) {
    if (!is_switch(*change)) apply(*change);
  }
  const RegistryEntry* entry = catalogue_.find_component(component.name);
  if (entry == nullptr || !takes_values(component)) return;
  const std::vector<ValueOverride> scheduled = scheduling_overrides(scheduling_, *entry);
  for (const ValueOverride& change : scheduled) {
    used_flags_.insert(change.flag);
    for (const ValueOverride* earlier : changes) note_replaced(component, *earlier, change);
    apply(change);
    changes.push_back(&change);
  }
}

std::vector<std::string> ChosenValues::warnings() const {
  std::vector<std::string> warnings = notes_;
  for (const auto& [component, changes] : overrides_) {
    if (seen_.contains(component)) continue;
    const auto idle = std::ranges::find_if(changes, [](const ValueOverride* change) { return !is_switch(*change); });
    if (idle != changes.end())
      warnings.push_back(
          fmt::format("'{}' is disabled, so that what {} sets on it changes nothing", component, (*idle)->flag));
  }
  for (const std::string_view flag : flags_of(scheduling_)) {
    // The criterion has chosen the recipe at least.
    if (used_flags_.contains(flag) || (flag == kNodesFlag && scheduling_.nodes == recipe_.criteria.nodes())) continue;
    warnings.push_back(fmt::format("{} changes nothing: no component that is rolled out has a place for it", flag));
  }
  return warnings;
}

}  // namespace waybill
