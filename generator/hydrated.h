#pragma once
// A recipe with the final values of its components, as queries see it (spec: recipe-engine 8.1, 8.2).
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

// Where a query leads: keys of mappings, one inside the other. One leading '.' does not count; empty means everything.
// Any text is a selector: "a..b" asks for an empty key.
class Selector {
 public:
  explicit Selector(std::string_view text);
  [[nodiscard]] const std::vector<std::string>& keys() const noexcept { return keys_; }
  // The component whose values are all that it can reach below `components`; empty when it may reach others.
  [[nodiscard]] std::string_view only_component() const noexcept;

 private:
  std::vector<std::string> keys_;
};

// How a list of metadata that does not exist is shown: aicr's JSON has null for it, its YAML [].
enum class AbsentLists : bool { Null, Empty };

// The hydrated document, free maps sorted. Only values that the selector can reach are computed. Throws NotFound and
// InvalidInput as component_values() does.
[[nodiscard]] Value hydrate(const Catalogue& catalogue, const Recipe& recipe, const Selector& selector,
                            AbsentLists absent);

// The value that the selector leads to. Throws NotFound, which says how far it came, what was there, and the nearest
// key.
[[nodiscard]] const Value& select(const Value& document, const Selector& selector);

}  // namespace waybill
