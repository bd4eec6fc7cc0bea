#include "generator/recipe.h"

#include <algorithm>

#include "core/json/writer.h"

namespace waybill {
namespace {

void set_text(Value& map, std::string_view key, const std::string& text) {
  if (!text.empty()) map.set(key, text);
}

Value to_list(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

void set_texts(Value& map, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) map.set(key, to_list(texts));
}

void set_constraints(Value& map, const std::vector<Constraint>& constraints) {
  if (constraints.empty()) return;
  Value list = Value::list();
  for (const Constraint& constraint : constraints) list.push_back(to_value(constraint));
  map.set("constraints", std::move(list));
}

Value metadata_of(const Recipe& recipe) {
  Value metadata = Value::map();
  set_text(metadata, "version", recipe.version);
  set_texts(metadata, "appliedOverlays", recipe.applied_overlays);
  set_texts(metadata, "excludedOverlays", recipe.excluded_overlays);
  if (!recipe.constraint_warnings.empty()) {
    Value list = Value::list();
    for (const ConstraintWarning& warning : recipe.constraint_warnings) {
      Value& item = list.push_back(Value::map(
          {{"overlay", warning.overlay}, {"constraint", warning.constraint}, {"expected", warning.expected}}));
      set_text(item, "actual", warning.actual);
      item.set("reason", warning.reason);
    }
    metadata.set("constraintWarnings", std::move(list));
  }
  if (!recipe.catalogue.version.empty() || !recipe.catalogue.digest.empty()) {
    Value catalogue = Value::map();
    set_text(catalogue, "version", recipe.catalogue.version);
    set_text(catalogue, "digest", recipe.catalogue.digest);
    metadata.set("catalogue", std::move(catalogue));
  }
  return metadata;
}

}  // namespace

const ComponentRef* Recipe::find(std::string_view component) const noexcept {
  const auto found =
      std::find_if(components.begin(), components.end(), [&](const ComponentRef& c) { return c.name == component; });
  return found == components.end() ? nullptr : &*found;
}

Value to_value(const CatalogueId& catalogue) {
  return Value::map({{"version", catalogue.version}, {"digest", catalogue.digest}});
}

Value to_value(const Constraint& constraint) {
  Value value = Value::map({{"name", constraint.name}, {"value", constraint.value}});
  set_text(value, "severity", constraint.severity);
  set_text(value, "remediation", constraint.remediation);
  set_text(value, "unit", constraint.unit);
  return value;
}

Value to_value(const ComponentRef& component) {
  Value value = Value::map({{"name", component.name}});
  set_text(value, "namespace", component.name_space);
  set_text(value, "chart", component.chart);
  value.set("type", component.type);
  value.set("source", component.source);
  set_text(value, "version", component.version);
  set_text(value, "tag", component.tag);
  set_text(value, "valuesFile", component.values_file);
  if (component.overrides.is_map() && !component.overrides.members().empty())
    value.set("overrides", sorted(component.overrides));
  set_texts(value, "patches", component.patches);
  set_texts(value, "dependencyRefs", component.dependency_refs);
  set_texts(value, "manifestFiles", component.manifest_files);
  set_text(value, "path", component.path);
  if (component.cleanup) value.set("cleanup", true);
  if (!component.expected_resources.empty()) {
    Value list = Value::list();
    for (const ExpectedResource& resource : component.expected_resources) {
      Value& item = list.push_back(Value::map({{"kind", resource.kind}, {"name", resource.name}}));
      set_text(item, "namespace", resource.name_space);
    }
    value.set("expectedResources", std::move(list));
  }
  set_text(value, "healthCheckAsserts", component.health_check_asserts);
  return value;
}

Value to_value(const ValidationPhase& phase) {
  Value value = Value::map();
  set_text(value, "timeout", phase.timeout);
  set_constraints(value, phase.constraints);
  set_texts(value, "checks", phase.checks);
  if (!phase.node_selection.is_null()) value.set("nodeSelection", phase.node_selection);
  set_text(value, "infrastructure", phase.infrastructure);
  return value;
}

Value to_value(const Recipe& recipe) {
  Value document = Value::map({{"kind", kRecipeKind}, {"apiVersion", kRecipeApiVersion}});
  document.set("metadata", metadata_of(recipe));
  document.set("criteria", recipe.criteria.to_value());
  set_constraints(document, recipe.constraints);
  Value components = Value::list();
  for (const ComponentRef& component : recipe.components) components.push_back(to_value(component));
  document.set("componentRefs", std::move(components));
  document.set("deploymentOrder", to_list(recipe.deployment_order));
  if (recipe.validation) {
    Value validation = Value::map();
    for (const auto& [name, member] : kValidationPhases) {
      if (const std::optional<ValidationPhase>& phase = (*recipe.validation).*member)
        validation.set(name, to_value(*phase));
    }
    document.set("validation", std::move(validation));
  }
  return document;
}

Digest digest(const Recipe& recipe) {
  Value document = to_value(recipe);
  document.find("metadata")->erase("version");
  return sha256(json::canonical(document));
}

}  // namespace waybill
