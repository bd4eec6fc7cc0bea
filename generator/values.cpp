#include "generator/values.h"

#include <fmt/core.h>

#include <utility>

#include "core/error.h"

namespace waybill {

Value component_values(const Catalogue& catalogue, const ComponentRef& component) {
  if (component.values_file.empty() && component.overrides.is_null()) return {};
  return with_context([&] { return fmt::format("while computing the values of '{}'", component.name); },
                      [&] {
                        Value values = Value::map();
                        if (!component.values_file.empty()) {
                          const std::string base_file = fmt::format("components/{}/values.yaml", component.name);
                          if (component.values_file != base_file && catalogue.contains(base_file))
                            values = catalogue.read_values(base_file);
                          values = merged(std::move(values), catalogue.read_values(component.values_file));
                        }
                        if (!component.overrides.is_null()) values = merged(std::move(values), component.overrides);
                        return values;
                      });
}

}  // namespace waybill
