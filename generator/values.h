#pragma once
// The final values of a component before anything the user adds (spec: recipe-engine 4.3).
#include <cstdint>
#include <vector>

#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/component.h"
#include "generator/free_data.h"

namespace waybill {

// What component_values() lays over each other, lowest first.
struct ValueLayer {
  enum class From : std::uint8_t { BaseFile, File, Overrides };
  From from;
  FreeData values;  // a map
};
// Base file, overlay's file and overrides, as far as the component has them. Throws as component_values() does.
[[nodiscard]] std::vector<ValueLayer> value_layers(const Catalogue& catalogue, const ComponentRef& component);

// Base file, overlay's file and overrides, deep-merged in this order; marks say which file set what. Null when the
// component has neither a values file nor overrides. Throws NotFound or InvalidInput, naming the file and the
// component.
[[nodiscard]] Value component_values(const Catalogue& catalogue, const ComponentRef& component);

}  // namespace waybill
