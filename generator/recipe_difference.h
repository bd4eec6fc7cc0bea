#pragma once
// What differs between two recipes (docs/recipes.md, "Differences").
//
// Compared is everything that recipe_tree() holds, and the bytes of the manifests: criteria, versions of program and
// catalogue and the names of the overlays are where a recipe comes from, not what it is.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

// What is compared, in the order in which differences are told. An entry of Value is one leaf of a component's values,
// by elements of lists; of the others a list is one value.
enum class RecipePart : std::uint8_t { Field, Value, Constraint, Validation };

struct LeafChange {
  RecipePart part = RecipePart::Field;
  std::string component;        // of fields and values
  std::string path;             // within the component, its values, the constraints, the validation
  std::optional<Value> before;  // each with its mark; nothing where only the other has it
  std::optional<Value> after;
  [[nodiscard]] bool operator==(const LeafChange&) const = default;
};

struct ChangeCount {
  std::size_t removed = 0;  // set in the first only
  std::size_t added = 0;    // set in the second only
  std::size_t changed = 0;  // set in both, differently
  [[nodiscard]] std::size_t all() const noexcept { return removed + added + changed; }
  [[nodiscard]] bool operator==(const ChangeCount&) const = default;
};

struct RecipeDifference {
  std::vector<std::string> removed_components;  // by name
  std::vector<std::string> added_components;
  std::vector<LeafChange> changes;  // by part, component, path; those of removed and added components too
  std::vector<std::string> order_before;
  std::vector<std::string> order_after;
  // Common components that another one has overtaken; empty when the order differs by components only.
  std::vector<std::string> moved;

  [[nodiscard]] bool empty() const noexcept;
  // Of the values that are really set (is_set()), in all components or in one (spec: recipe-engine 10).
  [[nodiscard]] ChangeCount values(std::string_view component = {}) const;
};

// Of two trees of recipe_tree().
[[nodiscard]] RecipeDifference difference(const Value& before, const Value& after);

}  // namespace waybill
