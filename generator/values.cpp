#include "generator/values.h"

#include <fmt/core.h>

#include <utility>

#include "core/error.h"

namespace waybill {

Value component_values(const Catalogue& catalogue, const ComponentRef& component) {
  if (component.values_file.empty() && component.overrides.is_null()) return {};
  return with_context([&] { return fmt::format("while computing the values of '{}'", component.name); },
                      [&] {
                        FreeData values{Value::map(), {}};
                        if (!component.values_file.empty()) {
                          const std::string base_file = fmt::format("components/{}/values.yaml", component.name);
                          if (component.values_file != base_file && catalogue.contains(base_file))
                            values = catalogue.read_value_file(base_file);
                          lay_over(values, catalogue.read_value_file(component.values_file));
                        }
                        if (!component.overrides.is_null())
                          lay_over(values, {component.overrides, component.whole_overrides});
                        return std::move(values.value);
                      });
}

}  // namespace waybill
