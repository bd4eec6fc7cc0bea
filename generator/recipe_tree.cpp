#include "generator/recipe_tree.h"

#include <utility>

#include "core/digest.h"
#include "generator/leaves.h"
#include "generator/values.h"

namespace waybill {
namespace {

void mark_all(Value& value, Mark mark) {
  value.mark(mark);
  if (value.is_map()) {
    for (Value::Member& member : value.members()) mark_all(member.value, mark);
  } else if (value.is_list()) {
    for (Value& item : value.items()) mark_all(item, mark);
  }
}

}  // namespace

Value fields_tree(const ComponentRef& component) {
  Value tree = Value::map();
  Value document = to_value(component);
  for (auto& [field, value] : document.members()) {
    if (field == "overrides" || (value.is_string() && value.as_string().empty())) continue;
    const auto origin = component.origins.find(field);
    if (origin != component.origins.end()) mark_all(value, origin->second);
    tree.set(field, std::move(value));
  }
  return tree;
}

Value constraints_tree(const std::vector<Constraint>& constraints) {
  Value tree = Value::map();
  for (const Constraint& constraint : constraints) {
    Value entry = to_value(constraint);
    entry.erase("name");
    mark_all(entry, constraint.mark);
    tree.set(constraint.name, std::move(entry));
  }
  return tree;
}

Value validation_tree(const std::optional<Validation>& validation) {
  Value tree = Value::map();
  if (!validation) return tree;
  for (const auto& [name, member] : kValidationPhases) {
    const std::optional<ValidationPhase>& phase = (*validation).*member;
    if (!phase) continue;
    Value entry = to_value(*phase);
    mark_all(entry, phase->mark);
    if (!phase->constraints.empty()) entry.set("constraints", constraints_tree(phase->constraints));
    tree.set(name, std::move(entry));
  }
  return tree;
}

Value recipe_tree(const Catalogue& catalogue, const Recipe& recipe) {
  Value components = Value::map();
  for (const ComponentRef& component : recipe.components) {
    Value& entry = components.set(component.name, fields_tree(component));
    for (const std::string& file : component.manifest_files) {
      if (!catalogue.contains(file)) continue;  // an error of rendering, not of comparing
      if (entry.find("manifests") == nullptr) entry.set("manifests", Value::map());
      entry.find("manifests")->set(file, sha256(catalogue.read(file)).to_string());
    }
    if (Value values = component_values(catalogue, component); is_set(values)) entry.set("values", std::move(values));
  }
  Value order = Value::list();
  for (const std::string& name : recipe.deployment_order) order.push_back(name);
  Value tree = Value::map({{"components", std::move(components)}});
  for (const auto& [key, part] : {std::pair{"constraints", constraints_tree(recipe.constraints)},
                                  std::pair{"validation", validation_tree(recipe.validation)}}) {
    if (is_set(part)) tree.set(key, part);
  }
  tree.set("deploymentOrder", std::move(order));
  return tree;
}

}  // namespace waybill
