#pragma once
// A component of a resolved recipe, as far as the catalogue's files decide about it: its manifests render with its
// final values, and what they render to is YAML.
// Keys of the values that no layer of its chart knows would be found here as well, once charts are at hand.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "core/value.h"
#include "generator/catalogue_check_parts.h"
#include "generator/component.h"
#include "generator/registry.h"

namespace waybill {

class ComponentCheck {
 public:
  using Tell = std::function<void(SourceLocation location, std::string rule, std::string message, std::string hint)>;

  explicit ComponentCheck(CatalogueCheck& check) : check_(check) {}

  // `component` has the registry's defaults; `entry` is null when it is not registered. Files that do not exist or do
  // not parse are passed over: they have findings of their own.
  void check(const ComponentRef& component, const RegistryEntry* entry, const Tell& tell);

 private:
  [[nodiscard]] const std::optional<Value>& values_file(const std::string& path);
  [[nodiscard]] const std::optional<std::string>& text_of(const std::string& path);
  // The final values (spec: recipe-engine 4.3); nothing when a file of theirs is unsound.
  [[nodiscard]] std::optional<Value> final_values(const ComponentRef& component);
  void check_manifest(const std::string& path, const std::string& text, const ComponentRef& component,
                      const RegistryEntry* entry, const Tell& tell);

  CatalogueCheck& check_;
  std::map<std::string, std::optional<Value>, std::less<>> values_files_;
  std::map<std::string, std::optional<std::string>, std::less<>> texts_;
  std::set<std::string, std::less<>> rendered_;  // what was rendered with what
};

}  // namespace waybill
