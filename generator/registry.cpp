#include "generator/registry.h"

#include <utility>

namespace waybill {
namespace {

void fill(ComponentRef& component, std::string_view field, std::string ComponentRef::*member, std::string_view value,
          Mark origin) {
  if (!(component.*member).empty() || value.empty()) return;
  component.*member = value;
  component.origins.insert_or_assign(std::string(field), origin);
}

}  // namespace

void apply_defaults(const RegistryEntry& entry, ComponentRef& component) {
  fill(component, "type", &ComponentRef::type, entry.is_kustomize() ? kKustomize : kHelm, entry.mark);
  if (component.type == kHelm) {
    const std::string_view chart = entry.default_chart;
    fill(component, "source", &ComponentRef::source, entry.default_repository, entry.mark);
    fill(component, "version", &ComponentRef::version, entry.default_version, entry.mark);
    fill(component, "namespace", &ComponentRef::name_space, entry.default_namespace, entry.mark);
    // npos + 1 is 0: the whole text when there is no '/'.
    fill(component, "chart", &ComponentRef::chart, chart.substr(chart.rfind('/') + 1), entry.mark);
  } else if (component.is_kustomize()) {
    fill(component, "source", &ComponentRef::source, entry.default_source, entry.mark);
    fill(component, "tag", &ComponentRef::tag, entry.default_tag, entry.mark);
    fill(component, "path", &ComponentRef::path, entry.default_path, entry.mark);
  }
}

}  // namespace waybill
