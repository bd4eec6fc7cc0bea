#pragma once
// An overlay file (kind RecipeMetadata): what a recipe adds for clusters that meet its criteria. The base recipe is one
// too.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "generator/component.h"
#include "generator/criteria.h"
#include "generator/validation.h"

namespace waybill {

inline constexpr std::string_view kBaseName = "base";

struct Overlay {
  std::string name;
  std::string base;                                    // its parent; empty or "base" means the base recipe
  std::optional<std::array<std::string, 5>> criteria;  // by Dimension, empty = not written; nullopt: never matches
  std::int64_t nodes = 0;
  std::vector<Constraint> constraints;
  std::vector<ComponentRef> components;
  std::optional<Validation> validation;
  SourceLocation location;   // its file
  std::uint32_t source = 0;  // the same as marks name it

  [[nodiscard]] bool inherits_base_only() const noexcept { return base.empty() || base == kBaseName; }
};

// Whether the overlay applies to the query: each dimension is wild in the overlay ("any" or not written) or equal to
// the query's, byte for byte; nodes likewise (spec: recipe-engine 3.2).
[[nodiscard]] bool matches(const Overlay& overlay, const Criteria& query) noexcept;

}  // namespace waybill
