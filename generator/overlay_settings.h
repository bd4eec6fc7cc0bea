#pragma once
// What an overlay sets, taken apart into the things that a later overlay replaces whole. Lists that only grow
// (manifestFiles) and switches that only go on (cleanup) cannot be set differently and are no settings.
#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "generator/overlay.h"

namespace waybill {

struct SettingKey {
  enum class Kind : std::uint8_t { Constraint, Field, Override, Phase };
  Kind kind;
  std::string component;  // of fields and overrides
  std::string name;       // the constraint's, the field's, the top-level key's, the phase's
  auto operator<=>(const SettingKey&) const = default;
};
// "the constraint 'K8s.server.version'", "'version' of 'gpu-operator'"
[[nodiscard]] std::string describe(const SettingKey& key);

// Each with its value as text: equal texts, equal values.
using Settings = std::vector<std::pair<SettingKey, std::string>>;
[[nodiscard]] Settings settings_of(const Overlay& overlay);

}  // namespace waybill
