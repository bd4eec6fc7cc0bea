#include "generator/overlay_settings.h"

#include <fmt/core.h>

#include "core/value.h"
#include "core/yaml/writer.h"

namespace waybill {
namespace {

Value list_of(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

Value to_value(const Constraint& constraint) {
  return Value::list({constraint.name, constraint.value, constraint.severity, constraint.remediation, constraint.unit});
}

Value to_value(const ValidationPhase& phase) {
  Value constraints = Value::list();
  for (const Constraint& constraint : phase.constraints) constraints.push_back(to_value(constraint));
  return Value::list(
      {phase.timeout, std::move(constraints), list_of(phase.checks), phase.node_selection, phase.infrastructure});
}

Value to_value(const std::vector<ExpectedResource>& resources) {
  Value list = Value::list();
  for (const ExpectedResource& resource : resources)
    list.push_back(Value::list({resource.kind, resource.name, resource.name_space}));
  return list;
}

std::string as_text(const Value& value) { return yaml::write(sorted(value)); }

void add_component(const ComponentRef& component, Settings& settings) {
  const auto field = [&](std::string_view name, std::string value) {
    settings.emplace_back(SettingKey{SettingKey::Kind::Field, component.name, std::string(name)}, std::move(value));
  };
  for (const auto& [name, member] : kComponentTextFields) {
    if (!(component.*member).empty()) field(name, component.*member);
  }
  if (!component.patches.empty()) field("patches", as_text(list_of(component.patches)));
  if (!component.dependency_refs.empty()) field("dependencyRefs", as_text(list_of(component.dependency_refs)));
  if (!component.expected_resources.empty())
    field("expectedResources", as_text(to_value(component.expected_resources)));
  if (!component.overrides.is_map()) return;
  for (const auto& [key, value] : component.overrides.members())
    settings.emplace_back(SettingKey{SettingKey::Kind::Override, component.name, key}, as_text(value));
}

}  // namespace

std::string describe(const SettingKey& key) {
  switch (key.kind) {
    case SettingKey::Kind::Constraint:
      return fmt::format("the constraint '{}'", key.name);
    case SettingKey::Kind::Field:
      return fmt::format("'{}' of '{}'", key.name, key.component);
    case SettingKey::Kind::Override:
      return fmt::format("the value '{}' of '{}'", key.name, key.component);
    case SettingKey::Kind::Phase:
      return fmt::format("the validation phase '{}'", key.name);
  }
  return {};
}

Settings settings_of(const Overlay& overlay) {
  Settings settings;
  for (const Constraint& constraint : overlay.constraints)
    settings.emplace_back(SettingKey{SettingKey::Kind::Constraint, {}, constraint.name}, as_text(to_value(constraint)));
  for (const ComponentRef& component : overlay.components) add_component(component, settings);
  if (overlay.validation) {
    for (const auto& [name, member] : kValidationPhases) {
      const std::optional<ValidationPhase>& phase = (*overlay.validation).*member;
      if (phase)
        settings.emplace_back(SettingKey{SettingKey::Kind::Phase, {}, std::string(name)}, as_text(to_value(*phase)));
    }
  }
  return settings;
}

}  // namespace waybill
