#include "generator/component_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/suggest.h"
#include "generator/field_rules.h"

namespace waybill {
namespace {

// A recipe of more components than this is a mistake or an attack.
constexpr std::size_t kMostComponents = 10'000;

std::vector<ExpectedResource> read_expected_resources(MapReader& fields, const ReadContext& context) {
  std::vector<ExpectedResource> resources;
  const yaml::Node* list = fields.list("expectedResources");
  if (list == nullptr) return resources;
  for (const yaml::Node& item : list->items) {
    if (item.is_null()) continue;
    MapReader entry(item, "the expected resource", context);
    ExpectedResource resource;
    resource.kind = entry.wanted_text("kind");
    resource.name = entry.wanted_text("name");
    resource.name_space = entry.text("namespace");
    entry.finish();
    resources.push_back(std::move(resource));
  }
  return resources;
}

void add_references(const yaml::Node* field, Reference::To to, const std::string& from, const ReadContext& context,
                    std::vector<Reference>& references) {
  if (field == nullptr) return;
  if (field->kind == yaml::Kind::Scalar) {
    if (!field->text.empty()) references.push_back({to, field->text, from, context.location(*field)});
  } else if (field->kind == yaml::Kind::List) {
    for (const yaml::Node& item : field->items) {
      if (item.kind == yaml::Kind::Scalar && !item.is_null())
        references.push_back({to, item.text, from, context.location(item)});
    }
  }
}

// The component's origins: a mark for each field that is written.
void remember_origins(const yaml::Node& node, const ReadContext& context, ComponentRef& component) {
  if (node.kind != yaml::Kind::Map) return;
  for (const auto& [key, value] : node.members) {
    if (!value.is_null()) component.origins.insert_or_assign(key.text, context.mark(value));
  }
}

// A key such as 80: or true: makes its mapping replace another whole. A recipe is written with texts as keys, so it
// could not say this, and would be rendered with other values than the criteria that it comes from.
void doubt_whole_overrides(const MapReader& component, const std::set<DataPath>& whole, const ReadContext& context) {
  for (const DataPath& path : whole) {
    const yaml::Node* place = component.node().find("overrides");
    for (const std::string& key : path) place = place->find(key);
    context.doubt(
        *place, "non-text-key",
        fmt::format("'{}' of the overrides has a key that YAML takes for no text, and replaces that mapping of "
                    "the value files whole; a recipe file cannot say so",
                    printable(fmt::format("{}", fmt::join(path, ".")))),
        "put such keys in quotes; then the two mappings are merged");
  }
}

ComponentRef read_component(const yaml::Node& node, const ReadContext& context, std::vector<Reference>& references) {
  MapReader fields(node, "the component", context);
  ComponentRef component;
  component.name = fields.required_text("name");
  for (const auto& [name, member] : kComponentTextFields) {
    const TextKind kind = name == "healthCheckAsserts" ? TextKind::Block : TextKind::Line;
    component.*member = fields.text(name, kind);
  }
  FreeData overrides = fields.free_data("overrides");
  component.overrides = std::move(overrides.value);
  component.whole_overrides = std::move(overrides.whole);
  doubt_whole_overrides(fields, component.whole_overrides, context);
  if (component.overrides.is_map() && component.overrides.members().empty()) component.overrides = Value();
  component.patches = fields.texts("patches");
  component.dependency_refs = fields.texts("dependencyRefs");
  component.manifest_files = fields.texts("manifestFiles");
  component.cleanup = fields.boolean("cleanup");
  component.expected_resources = read_expected_resources(fields, context);
  fields.finish();
  remember_origins(node, context, component);

  for (FieldProblem& problem : check_fields(component)) {
    const yaml::Node* field = node.find(problem.field);
    context.doubt(field == nullptr ? node : *field, std::string(problem.rule), std::move(problem.message),
                  std::move(problem.hint));
  }
  if (node.kind == yaml::Kind::Map) {
    add_references(node.find("valuesFile"), Reference::To::File, component.name, context, references);
    add_references(node.find("manifestFiles"), Reference::To::File, component.name, context, references);
    add_references(node.find("dependencyRefs"), Reference::To::Component, component.name, context, references);
  }
  return component;
}

Constraint read_constraint(const yaml::Node& node, const ReadContext& context) {
  static const std::vector<std::string> kSeverities{"error", "warning"};
  MapReader fields(node, "the constraint", context);
  Constraint constraint;
  constraint.name = fields.wanted_text("name");
  constraint.value = fields.wanted_text("value");
  const yaml::Node* value = fields.find("value");
  constraint.mark = context.mark(value == nullptr ? node : *value);
  constraint.severity = fields.text("severity");
  constraint.remediation = fields.text("remediation", TextKind::Block);
  constraint.unit = fields.text("unit");
  if (!constraint.severity.empty() &&
      std::find(kSeverities.begin(), kSeverities.end(), constraint.severity) == kSeverities.end()) {
    context.doubt(*node.find("severity"), "bad-value", fmt::format("'{}' is no severity", constraint.severity),
                  suggestion(constraint.severity, kSeverities));
  }
  fields.finish();
  return constraint;
}

Value read_node_selection(MapReader& phase, const ReadContext& context) {
  const yaml::Node* node = phase.map("nodeSelection");
  if (node == nullptr) return {};
  MapReader fields(*node, "the node selection", context);
  Value selection = Value::map();
  if (const yaml::Node* selector = fields.map("selector"); selector != nullptr && !selector->members.empty()) {
    Value labels = Value::map();
    for (const auto& [key, value] : selector->members)
      labels.set(read_text(key, "a label", context), read_text(value, "the value of a label", context));
    selection.set("selector", sorted(labels));
  }
  if (const std::int64_t most = fields.natural("maxNodes"); most != 0) selection.set("maxNodes", most);
  Value excluded = Value::list();
  for (std::string& name : fields.texts("excludeNodes")) excluded.push_back(std::move(name));
  if (!excluded.items().empty()) selection.set("excludeNodes", std::move(excluded));
  fields.finish();
  return selection;
}

ValidationPhase read_phase(const yaml::Node& node, std::string_view name, const ReadContext& context) {
  MapReader fields(node, fmt::format("the phase '{}'", name), context);
  ValidationPhase phase;
  phase.timeout = fields.text("timeout");
  phase.constraints = read_constraints(fields, context);
  phase.checks = fields.texts("checks");
  phase.node_selection = read_node_selection(fields, context);
  phase.infrastructure = fields.text("infrastructure");
  phase.mark = context.mark(node);
  fields.finish();
  return phase;
}

}  // namespace

std::vector<ComponentRef> read_components(MapReader& fields, const ReadContext& context,
                                          std::vector<Reference>& references) {
  std::vector<ComponentRef> components;
  const yaml::Node* list = fields.list("componentRefs");
  if (list == nullptr) return components;
  if (list->items.size() > kMostComponents) {
    context.error(*list, "out-of-range", fmt::format("more than {} components", kMostComponents));
    return components;
  }
  std::set<std::string, std::less<>> seen;
  for (const yaml::Node& item : list->items) {
    if (item.is_null()) continue;
    ComponentRef component = read_component(item, context, references);
    if (component.name.empty()) continue;  // an error; without a name no more can be said about it
    if (!seen.insert(component.name).second)
      context.doubt(item, "duplicate-name", fmt::format("the component '{}' appears twice", component.name),
                    "make one entry of both");
    components.push_back(std::move(component));
  }
  return components;
}

std::vector<Constraint> read_constraints(MapReader& fields, const ReadContext& context) {
  std::vector<Constraint> constraints;
  const yaml::Node* list = fields.list("constraints");
  if (list == nullptr) return constraints;
  std::set<std::string, std::less<>> seen;
  for (const yaml::Node& item : list->items) {
    if (item.is_null()) continue;
    Constraint constraint = read_constraint(item, context);
    if (!constraint.name.empty() && !seen.insert(constraint.name).second)
      context.doubt(item, "duplicate-name", fmt::format("the constraint '{}' appears twice", constraint.name),
                    "the last one counts");
    constraints.push_back(std::move(constraint));
  }
  return constraints;
}

std::optional<Validation> read_validation(MapReader& fields, const ReadContext& context) {
  const yaml::Node* node = fields.map("validation");
  if (node == nullptr) return std::nullopt;
  MapReader phases(*node, "the validation", context);
  Validation validation;
  for (const auto& [name, member] : kValidationPhases) {
    if (const yaml::Node* phase = phases.map(name)) validation.*member = read_phase(*phase, name, context);
  }
  phases.finish();
  return validation;
}

}  // namespace waybill
