#include "generator/values.h"

#include <fmt/core.h>

#include <utility>

#include "core/error.h"

namespace waybill {

std::vector<ValueLayer> value_layers(const Catalogue& catalogue, const ComponentRef& component) {
  return with_context(
      [&] { return fmt::format("while computing the values of '{}'", component.name); },
      [&] {
        using From = ValueLayer::From;
        std::vector<ValueLayer> layers;
        if (!component.values_file.empty()) {
          const std::string base_file = fmt::format("components/{}/values.yaml", component.name);
          const bool is_base = component.values_file == base_file;
          if (!is_base && catalogue.contains(base_file))
            layers.push_back({From::BaseFile, catalogue.read_value_file(base_file)});
          layers.push_back({is_base ? From::BaseFile : From::File, catalogue.read_value_file(component.values_file)});
        }
        if (!component.overrides.is_null())
          layers.push_back({From::Overrides, {component.overrides, component.whole_overrides}});
        return layers;
      });
}

Value component_values(const Catalogue& catalogue, const ComponentRef& component) {
  std::vector<ValueLayer> layers = value_layers(catalogue, component);
  if (layers.empty()) return {};
  FreeData values = std::move(layers.front().values);
  for (std::size_t i = 1; i < layers.size(); ++i) lay_over(values, layers[i].values);
  return std::move(values.value);
}

}  // namespace waybill
