#pragma once
// The final values of a component before anything the user adds (spec: recipe-engine 4.3).
#include "core/value.h"
#include "generator/catalogue.h"
#include "generator/component.h"

namespace waybill {

// Base file, overlay's file and overrides, deep-merged in this order; marks say which file set what. Null when the
// component has neither a values file nor overrides. Throws NotFound or InvalidInput, naming the file and the
// component.
[[nodiscard]] Value component_values(const Catalogue& catalogue, const ComponentRef& component);

}  // namespace waybill
