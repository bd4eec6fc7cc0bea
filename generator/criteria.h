#pragma once
// What a user asks for: the five dimensions of a recipe query and a node count (spec: aicr v0.11.1, criteria).
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.h"

namespace waybill {

enum class Dimension : std::uint8_t { Service, Accelerator, Intent, Os, Platform };
inline constexpr std::array<Dimension, 5> kDimensions{Dimension::Service, Dimension::Accelerator, Dimension::Intent,
                                                      Dimension::Os, Dimension::Platform};
// "service", "accelerator", "intent", "os", "platform": the flag and the field.
[[nodiscard]] std::string_view to_string(Dimension dimension) noexcept;

inline constexpr std::string_view kAny = "any";

// The values of a dimension that a catalogue knows besides those built in (Catalogue::used_values).
using UsedValues = std::function<std::vector<std::string>(Dimension)>;

class Criteria {
 public:
  // Every dimension "any", nodes 0.
  Criteria();
  // Sets a dimension from a user's word: trimmed, case ignored, aliases resolved (al2 and al2023 -> amazonlinux; self,
  // self-managed, vanilla -> any). Values are those built in and `known` (what the catalogue's overlays use). Throws
  // InvalidInput with the nearest known value.
  void set(Dimension dimension, std::string_view word, const std::vector<std::string>& known = {});
  // Throws InvalidInput for negative counts; 0 means any.
  void set_nodes(std::int64_t nodes);

  [[nodiscard]] const std::string& get(Dimension dimension) const noexcept {
    return values_[static_cast<std::size_t>(dimension)];
  }
  [[nodiscard]] bool is_any(Dimension dimension) const noexcept { return get(dimension) == kAny; }
  [[nodiscard]] std::int64_t nodes() const noexcept { return nodes_; }
  [[nodiscard]] bool all_any() const noexcept;
  // {service, accelerator, intent, os, platform, nodes?}, as in the recipe document.
  [[nodiscard]] Value to_value() const;
  bool operator==(const Criteria&) const = default;

  // A user's word as it is compared: trimmed, lower case, aliases resolved; "any" for an empty one. Whether such a
  // value exists is not asked.
  [[nodiscard]] static std::string normalized(Dimension dimension, std::string_view word);
  // The values of a dimension that are always known, without "any".
  [[nodiscard]] static const std::vector<std::string>& built_in(Dimension dimension);

 private:
  std::array<std::string, 5> values_;
  std::int64_t nodes_ = 0;
};

}  // namespace waybill
