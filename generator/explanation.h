#pragma once
// Which layer set each value of a recipe, and what it replaced.
//
// Resolving keeps no history: the explanation lays the applied overlays over each other once more, one by one and by
// the same rules, and looks at each value after each step. So it costs nothing where nobody asks, and cannot tell
// another story than the recipe.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "generator/catalogue.h"
#include "generator/recipe.h"

namespace waybill {

struct Layer {
  enum class Kind : std::uint8_t { Base, Overlay, ValueFile, Registry, RecipeFile };
  Kind kind = Kind::Base;
  std::string overlay;  // the overlay (or "base") itself or, of a value file, the one that brought it
  SourceLocation place;
};
[[nodiscard]] std::string_view to_string(Layer::Kind kind) noexcept;

// One layer's say about a value.
struct Setting {
  Layer layer;
  Value value;           // a mapping where the value that came later stands in its place
  bool removed = false;  // the layer replaced what the value was part of, so that there was none any more
};

struct ExplainedValue {
  std::string path;  // of recipe_tree(); lists are values of their own
  // From the first to the one in effect, which is the last and never a removal. An earlier one may rank lower and never
  // have been in effect: a value file against overrides.
  std::vector<Setting> history;
  std::string remark;  // what is odd about it: a constraint that became weaker

  [[nodiscard]] const Setting& effective() const { return history.back(); }
};

struct ExplainedOverlay {
  std::string name;
  SourceLocation place;
  bool applied = false;
  bool matches = false;                     // its criteria are met; otherwise it is an ancestor only
  Value criteria;                           // a map: what it asks for, without "any"
  std::vector<std::string> brought_by;      // the applied overlays that it is an ancestor of
  std::vector<ConstraintWarning> excluded;  // why it was left out, by a snapshot
};

// Why a component comes when it does.
struct ExplainedPlace {
  std::string component;
  std::vector<std::string> after;  // what it needs, in the order written
  Layer layer;                     // who said so; meaningless when it needs nothing
};

struct Explanation {
  std::vector<ExplainedOverlay> overlays;  // applied ones in order, then those left out
  std::vector<ExplainedValue> values;      // components by name with fields and values, constraints, validation
  std::vector<ExplainedPlace> order;
};

// `recipe` was resolved from `catalogue`, or read from the file of this name; what such a file says otherwise than its
// overlays do is a layer of its own. Overlays that the catalogue does not have are passed over. Throws as
// component_values() does.
[[nodiscard]] Explanation explain(const Catalogue& catalogue, const Recipe& recipe, std::string_view recipe_file = {});

}  // namespace waybill
