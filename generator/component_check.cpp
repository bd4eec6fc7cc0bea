#include "generator/component_check.h"

#include <fmt/core.h>

#include <utility>

#include "core/error.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "generator/manifest_template.h"

namespace waybill {
namespace {

constexpr std::string_view kVersionWithoutChart = "0.1.0";

std::string_view file_name(std::string_view path) noexcept { return path.substr(path.rfind('/') + 1); }

ManifestContext context_of(const ComponentRef& component, const RegistryEntry* entry, const Value& values) {
  ManifestContext context;
  context.values = Value::map({{component.name, values}});
  context.release_namespace =
      component.name_space.empty() && entry != nullptr ? entry->manifest_namespace : component.name_space;
  context.chart_name = component.chart.empty() ? component.name : component.chart;
  context.chart_version = component.version.starts_with('v') ? component.version.substr(1) : component.version;
  if (context.chart_version.empty()) context.chart_version = kVersionWithoutChart;
  return context;
}

bool is_disabled(const ComponentRef& component) noexcept {
  const Value* enabled = component.overrides.find("enabled");
  return enabled != nullptr && enabled->is_bool() && !enabled->as_bool();
}

}  // namespace

const std::optional<Value>& ComponentCheck::values_file(const std::string& path) {
  const auto [known, added] = values_files_.try_emplace(path);
  if (!added) return known->second;
  const LayeredFiles::File* file = check_.files.find(path);
  if (file == nullptr) return known->second;
  try {
    yaml::Node root = yaml::parse(check_.files.read(*file), check_.files.display_name(*file), yaml::Documents::First);
    if (root.is_null()) {
      known->second = Value::map();
    } else if (root.kind == yaml::Kind::Map) {
      known->second = std::move(root).to_value(file->source);
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
  }
  return known->second;
}

const std::optional<std::string>& ComponentCheck::text_of(const std::string& path) {
  const auto [known, added] = texts_.try_emplace(path);
  if (!added) return known->second;
  if (const LayeredFiles::File* file = check_.files.find(path)) known->second = check_.files.read(*file);
  return known->second;
}

std::optional<Value> ComponentCheck::final_values(const ComponentRef& component) {
  Value values = Value::map();
  if (!component.values_file.empty()) {
    const std::string base_file = fmt::format("components/{}/values.yaml", component.name);
    for (const std::string& path : {base_file, component.values_file}) {
      if (path == base_file && path != component.values_file && check_.files.find(path) == nullptr) continue;
      const std::optional<Value>& file = values_file(path);
      if (!file) return std::nullopt;
      values = merged(std::move(values), *file);
    }
  }
  if (!component.overrides.is_null()) values = merged(std::move(values), component.overrides);
  return sorted(std::move(values));
}

void ComponentCheck::check(const ComponentRef& component, const RegistryEntry* entry, const Tell& tell) {
  if (is_disabled(component)) return;
  std::map<std::string_view, std::string_view> names;
  for (const std::string& path : component.manifest_files) {
    const auto [first, added] = names.try_emplace(file_name(path), path);
    if (!added) {
      tell(check_.places.component(component.origins.at("manifestFiles"), component.name, "manifestFiles", path),
           "duplicate-name",
           fmt::format("two manifests of '{}' have the file name '{}': '{}' and '{}'", component.name, first->first,
                       first->second, path),
           "rename one of them");
    }
    if (const std::optional<std::string>& text = text_of(path)) check_manifest(path, *text, component, entry, tell);
  }
}

void ComponentCheck::check_manifest(const std::string& path, const std::string& text, const ComponentRef& component,
                                    const RegistryEntry* entry, const Tell& tell) {
  const std::string name = check_.files.display_name(*check_.files.find(path));
  const bool is_template = text.find("{{") != std::string::npos;
  if (!is_template && !rendered_.insert(path).second) return;
  try {
    if (!is_template) {
      static_cast<void>(yaml::parse_all(text, name));
      return;
    }
    const std::optional<Value> values = final_values(component);
    if (!values) return;
    const ManifestContext context = context_of(component, entry, *values);
    const std::string everything = fmt::format("{}\n{}\n{}\n{}\n{}", path, context.release_namespace,
                                               context.chart_name, context.chart_version, yaml::write(context.values));
    if (rendered_.insert(everything).second) static_cast<void>(render_manifest(text, name, context));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    const SourceLocation location = error.location().value_or(SourceLocation{name, 1, 1});
    // What is no YAML only after rendering has no place in the template, and comes with a context that says so.
    if (is_template && !error.context().empty()) {
      tell({name, 1, 1}, "bad-manifest",
           fmt::format("with the values of '{}' the manifest renders to something that is no YAML, in its line {}: {}",
                       component.name, location.line, error.message()),
           error.hint());
    } else {
      tell(location, "bad-manifest", error.message(), error.hint());
    }
  }
}

}  // namespace waybill
