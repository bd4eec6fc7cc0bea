#include "generator/hydrated.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/values.h"

namespace waybill {
namespace {

constexpr std::string_view kComponents = "components";

void set_text(Value& map, std::string_view key, const std::string& text) {
  if (!text.empty()) map.set(key, text);
}

Value to_list(const std::vector<std::string>& texts) {
  Value list = Value::list();
  for (const std::string& text : texts) list.push_back(text);
  return list;
}

Value hydrated_component(const ComponentRef& component) {
  Value value = Value::map({{"name", component.name}, {"type", component.type}, {"source", component.source}});
  set_text(value, "namespace", component.name_space);
  set_text(value, "chart", component.chart);
  set_text(value, "version", component.version);
  set_text(value, "tag", component.tag);
  set_text(value, "path", component.path);
  if (!component.dependency_refs.empty()) value.set("dependencyRefs", to_list(component.dependency_refs));
  return value;
}

std::string joined(const std::vector<std::string>& keys, std::size_t count) {
  return fmt::format("{}", fmt::join(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(count), "."));
}

[[noreturn]] void throw_no_mapping(const Selector& selector, std::size_t depth, const Value& reached) {
  const std::string kind = reached.is_null() ? "null" : fmt::format("a {}", reached.kind_name());
  throw Error(ErrorCode::NotFound, fmt::format("the selector '{}' stops at '{}': that is {}, so it has no key '{}'",
                                               joined(selector.keys(), selector.keys().size()),
                                               joined(selector.keys(), depth), kind, selector.keys()[depth]))
      .hint(fmt::format("'{}' shows it whole", joined(selector.keys(), depth)));
}

[[noreturn]] void throw_no_key(const Selector& selector, std::size_t depth, const Value& reached) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : reached.members()) keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  const std::string where = depth == 0 ? "the recipe" : fmt::format("'{}'", joined(selector.keys(), depth));
  const std::string wanted = selector.keys()[depth];
  const std::string near = nearest(wanted, keys);
  std::string hint = near.empty() ? "" : fmt::format("did you mean '{}'?", near);
  // A key with dots in it cannot be written in a selector.
  const auto dotted =
      std::find_if(keys.begin(), keys.end(), [&](const std::string& key) { return key.starts_with(wanted + "."); });
  if (dotted != keys.end() && !wanted.empty())
    hint = fmt::format("the key '{}' holds a dot, which selectors cannot name; select {} whole", *dotted, where);
  throw Error(ErrorCode::NotFound,
              fmt::format("{} has no key '{}'; its keys are: {}", where, wanted,
                          keys.empty() ? std::string("none") : fmt::format("{}", fmt::join(keys, ", "))))
      .hint(std::move(hint));
}

}  // namespace

Selector::Selector(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  if (text.empty()) return;
  while (true) {
    const std::size_t dot = text.find('.');
    keys_.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return;
    text.remove_prefix(dot + 1);
  }
}

std::string_view Selector::only_component() const noexcept {
  return keys_.size() > 1 && keys_[0] == kComponents ? std::string_view(keys_[1]) : std::string_view();
}

Value hydrate(const Catalogue& catalogue, const Recipe& recipe, const Selector& selector, AbsentLists absent) {
  Value document = to_value(recipe);
  document.erase("validation");
  document.erase("componentRefs");
  Value& metadata = *document.find("metadata");
  if (metadata.find("version") == nullptr) metadata.set("version", "");
  for (const std::string_view list : {"appliedOverlays", "excludedOverlays", "constraintWarnings"}) {
    if (metadata.find(list) == nullptr) metadata.set(list, absent == AbsentLists::Null ? Value() : Value::list());
  }
  document.find("criteria")->set("nodes", recipe.criteria.nodes());
  const bool reaches_values = selector.keys().empty() || selector.keys()[0] == kComponents;
  Value components = Value::map();
  for (const ComponentRef& component : recipe.components) {
    Value& hydrated = components.set(component.name, hydrated_component(component));
    const std::string_view only = selector.only_component();
    if (!reaches_values || (!only.empty() && only != component.name)) continue;
    Value values = component_values(catalogue, component);
    if (values.is_map() && !values.members().empty()) hydrated.set("values", std::move(values));
  }
  document.set(kComponents, std::move(components));
  return sorted(std::move(document));
}

const Value& select(const Value& document, const Selector& selector) {
  const Value* reached = &document;
  for (std::size_t depth = 0; depth < selector.keys().size(); ++depth) {
    if (!reached->is_map()) throw_no_mapping(selector, depth, *reached);
    const Value* next = reached->find(selector.keys()[depth]);
    if (next == nullptr) throw_no_key(selector, depth, *reached);
    reached = next;
  }
  return *reached;
}

}  // namespace waybill
