#include "app/workflow/explain_recipe.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/workflow/input_file.h"
#include "core/error.h"
#include "core/suggest.h"
#include "generator/leaves.h"

namespace waybill {
namespace {

constexpr std::string_view kOrder = "deploymentOrder";

bool lies_at(std::string_view path, std::string_view wanted) {
  return wanted.empty() || (path.starts_with(wanted) && (path.size() == wanted.size() || path[wanted.size()] == '.'));
}

// Every place above a value that a path may name, with the keys below it.
std::map<std::string, std::set<std::string>> places(const Explanation& explanation) {
  std::map<std::string, std::set<std::string>> found;
  for (const ExplainedValue& value : explanation.values) {
    std::string parent;
    bool quoted = false;
    for (std::size_t at = 1; at <= value.path.size(); ++at) {
      if (at < value.path.size() && value.path[at] == '"' && value.path[at - 1] != '\\') quoted = !quoted;
      if (at < value.path.size() && (quoted || (value.path[at] != '.' && value.path[at] != '['))) continue;
      const std::string place = dotted(std::string_view(value.path).substr(0, at));
      found[parent].insert(parent.empty() ? place : place.substr(parent.size() + 1));
      parent = place;
    }
    found[parent];
  }
  if (!explanation.order.empty()) found[{}].emplace(kOrder);
  return found;
}

Error nothing_at(const Explanation& explanation, const std::string& wanted) {
  const std::map<std::string, std::set<std::string>> known = places(explanation);
  std::size_t end = wanted.size();
  while (end != std::string::npos && end != 0 && !known.contains(wanted.substr(0, end)))
    end = wanted.rfind('.', end - 1);
  const std::string stopped = end == std::string::npos ? std::string() : wanted.substr(0, end);
  const std::string missing = stopped.empty() ? wanted : wanted.substr(stopped.size() + 1);
  const std::set<std::string>& below = known.at(stopped);
  const std::vector<std::string> keys(below.begin(), below.end());
  const std::string key = missing.substr(0, missing.find('.'));
  if (keys.empty())
    return Error(ErrorCode::NotFound,
                 fmt::format("nothing at '{}': '{}' is a value, with nothing below it", wanted, stopped));
  return Error(ErrorCode::NotFound, stopped.empty()
                                        ? fmt::format("nothing at '{}': the recipe has no '{}'", wanted, key)
                                        : fmt::format("nothing at '{}': '{}' has no '{}'", wanted, stopped, key))
      .hint(suggestion(key, keys));
}

// The path within the explanation that the user means; empty for everything.
std::string resolve_path(const ExplainRequest& request, const Explanation& explanation) {
  std::string path = dotted(request.path);
  if (path.starts_with('.')) path.erase(0, 1);
  if (request.component.empty()) return path;
  std::string whole = "components." + request.component;
  if (path.empty()) return whole;
  const std::vector<std::string> readings{path, "components." + path, whole + "." + path, whole + ".values." + path};
  for (const std::string& reading : readings) {
    if (!lies_at(reading, whole)) continue;
    const bool found = std::any_of(explanation.values.begin(), explanation.values.end(),
                                   [&](const ExplainedValue& value) { return lies_at(dotted(value.path), reading); });
    if (found) return reading;
  }
  const bool field = path.starts_with("components.") || path.starts_with(request.component + ".");
  return field ? (path.starts_with("components.") ? path : "components." + path)
               : whole + (path.starts_with("values.") ? "." : ".values.") + path;
}

void select(Explanation& explanation, const std::string& wanted, const std::string& component) {
  if (wanted.empty()) return;
  Explanation selected;
  selected.overlays = explanation.overlays;
  for (ExplainedValue& value : explanation.values) {
    if (lies_at(dotted(value.path), wanted)) selected.values.push_back(std::move(value));
  }
  const bool whole_component = !component.empty() && wanted == "components." + component;
  for (ExplainedPlace& place : explanation.order) {
    if (wanted == kOrder || (whole_component && place.component == component))
      selected.order.push_back(std::move(place));
  }
  explanation = std::move(selected);
}

Value to_value(const Layer& layer) {
  Value value = Value::map({{"kind", to_string(layer.kind)}});
  if (!layer.overlay.empty()) value.set("overlay", layer.overlay);
  if (!layer.place.file.empty()) value.set("file", layer.place.file);
  if (layer.place.line != 0) value.set("line", std::int64_t{layer.place.line});
  return value;
}

Value to_value(const ExplainedValue& explained) {
  Value value = Value::map({{"path", explained.path},
                            {"value", sorted(explained.effective().value)},
                            {"layer", to_value(explained.effective().layer)}});
  Value replaced = Value::list();
  for (std::size_t i = explained.history.size() - 1; i-- > 0;) {
    const Setting& setting = explained.history[i];
    Value entry = Value::map();
    if (setting.removed) {
      entry.set("removed", true);
    } else {
      entry.set("value", sorted(setting.value));
    }
    entry.set("layer", to_value(setting.layer));
    replaced.push_back(std::move(entry));
  }
  value.set("replaced", std::move(replaced));
  if (!explained.remark.empty()) value.set("remark", explained.remark);
  return value;
}

Value to_value(const ExplainedOverlay& overlay) {
  Value value = Value::map({{"name", overlay.name}});
  if (!overlay.place.file.empty()) value.set("file", overlay.place.file);
  value.set("applied", overlay.applied);
  value.set("matches", overlay.matches);
  value.set("criteria", overlay.criteria.is_null() ? Value::map() : overlay.criteria);
  value.set("ancestorOf", Value::List(overlay.brought_by.begin(), overlay.brought_by.end()));
  if (!overlay.excluded.empty()) {
    Value excluded = Value::list();
    for (const ConstraintWarning& warning : overlay.excluded) {
      excluded.push_back(Value::map({{"constraint", warning.constraint},
                                     {"expected", warning.expected},
                                     {"actual", warning.actual},
                                     {"reason", warning.reason}}));
    }
    value.set("excluded", std::move(excluded));
  }
  return value;
}

Value to_value(const ExplainedPlace& place) {
  Value value =
      Value::map({{"component", place.component}, {"after", Value::List(place.after.begin(), place.after.end())}});
  if (!place.after.empty()) value.set("layer", to_value(place.layer));
  return value;
}

template <typename Items>
Value to_list(const Items& items) {
  Value list = Value::list();
  for (const auto& item : items) list.push_back(to_value(item));
  return list;
}

}  // namespace

ExplainedRecipe explain_recipe(const ExplainRequest& request, const Services& services) {
  ResolvedRecipe resolved = resolve_recipe(request.recipe, services);
  if (!request.component.empty() && resolved.recipe.find(request.component) == nullptr) {
    std::vector<std::string> names;
    names.reserve(resolved.recipe.components.size());
    for (const ComponentRef& component : resolved.recipe.components) names.push_back(component.name);
    throw Error(ErrorCode::NotFound, fmt::format("the recipe has no component '{}'", request.component))
        .hint(suggestion(request.component, names));
  }
  for (const std::string& name : resolved.recipe.applied_overlays) {
    if (name != kBaseName && resolved.catalogue.find_overlay(name) == nullptr)
      services.reporter.warning(
          fmt::format("the catalogue has no overlay '{}': what it set is told as the recipe's", name));
  }
  Explanation explanation = explain(resolved.catalogue, resolved.recipe, input_name(request.recipe.recipe_file));
  const std::string wanted = resolve_path(request, explanation);
  const bool found =
      wanted == kOrder || std::any_of(explanation.values.begin(), explanation.values.end(),
                                      [&](const ExplainedValue& value) { return lies_at(dotted(value.path), wanted); });
  if (!found) throw nothing_at(explanation, wanted);
  select(explanation, wanted, request.component);
  return {std::move(resolved.recipe), std::move(explanation)};
}

Value to_value(const ExplainedRecipe& explained) {
  return Value::map({{"criteria", explained.recipe.criteria.to_value()},
                     {"catalogue", to_value(explained.recipe.catalogue)},
                     {"overlays", to_list(explained.explanation.overlays)},
                     {"values", to_list(explained.explanation.values)},
                     {"deploymentOrder", to_list(explained.explanation.order)}});
}

}  // namespace waybill
