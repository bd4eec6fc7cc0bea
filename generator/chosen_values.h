#pragma once
// What the user sets on the components of one recipe: overrides of single values and scheduling, each assigned to the
// components that it is meant for, and laid over their values (spec: bundle 1.5 and 1.6).
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"
#include "generator/scheduling.h"
#include "generator/value_override.h"

namespace waybill {

class ChosenValues {
 public:
  // `overrides` in the order in which they are laid over each other; those under a component's name and its override
  // keys are united. Where `scheduling` says no number of nodes, the recipe's criteria do. Throws InvalidInput, naming
  // component and path: a component that the recipe does not have (with the nearest name) or whose chart takes no
  // values, a switch that is no boolean, and two flags of which one would silently replace what the other sets. All
  // three must outlive this.
  ChosenValues(const Catalogue& catalogue, const Recipe& recipe, const std::vector<ValueOverride>& overrides,
               Scheduling scheduling);

  // Whether "component:enabled" says so; nothing when nobody asked.
  [[nodiscard]] std::optional<bool> switched(std::string_view component) const;
  // Over the values of a component that is rolled out. Throws InvalidInput, naming component, path and flag, for what
  // cannot be put where it belongs.
  void lay_over(const ComponentRef& component, Value& values);
  // What the user should know once all components have been seen: what is replaced by a later flag, and what was meant
  // for no component that is rolled out.
  [[nodiscard]] std::vector<std::string> warnings() const;

 private:
  [[nodiscard]] const ComponentRef& find_component(const ValueOverride& change) const;
  void note_replaced(const ComponentRef& component, const ValueOverride& earlier, const ValueOverride& later);

  const Catalogue& catalogue_;
  const Recipe& recipe_;
  Scheduling scheduling_;
  std::map<std::string, std::vector<const ValueOverride*>, std::less<>> overrides_;  // by component
  std::set<std::string_view> used_flags_;                                            // of scheduling
  std::set<std::string, std::less<>> seen_;                                          // components
  std::vector<std::string> notes_;
};

}  // namespace waybill
