#include "generator/registry_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/error.h"
#include "generator/duration.h"
#include "generator/field_rules.h"

namespace waybill {
namespace {

constexpr std::string_view kRegistryKind = "ComponentRegistry";

std::string read_timeout(MapReader& fields, const ReadContext& context) {
  std::string text = fields.text("timeout");
  if (text.empty()) return text;
  try {
    static_cast<void>(parse_duration(text));
    return text;
  } catch (const Error& error) {
    context.doubt(*fields.find("timeout"), "bad-value", fmt::format("timeout: {}", error.message()), error.hint());
    return {};
  }
}

void read_helm(MapReader& entry, RegistryEntry& result, const ReadContext& context) {
  const yaml::Node* node = entry.map("helm");
  if (node == nullptr) return;
  MapReader fields(*node, "the helm section", context);
  result.default_repository = fields.text("defaultRepository");
  result.default_chart = fields.text("defaultChart");
  result.default_version = fields.text("defaultVersion");
  result.default_namespace = fields.text("defaultNamespace");
  result.install_timeout = read_timeout(fields, context);
  result.waits_until_ready = fields.find("wait") == nullptr || fields.boolean("wait");
  fields.finish();
}

void read_kustomize(MapReader& entry, RegistryEntry& result, const ReadContext& context) {
  const yaml::Node* node = entry.map("kustomize");
  if (node == nullptr) return;
  MapReader fields(*node, "the kustomize section", context);
  result.default_source = fields.text("defaultSource");
  result.default_path = fields.text("defaultPath");
  result.default_tag = fields.text("defaultTag");
  fields.finish();
}

void read_manifest(MapReader& entry, RegistryEntry& result, const ReadContext& context) {
  const yaml::Node* node = entry.map("manifest");
  if (node == nullptr) return;
  MapReader fields(*node, "the manifest section", context);
  result.manifest_namespace = fields.text("defaultNamespace");
  fields.finish();
}

SchedulingPaths read_paths(MapReader& scheduling, std::string_view name, const ReadContext& context) {
  SchedulingPaths paths;
  const yaml::Node* node = scheduling.map(name);
  if (node == nullptr) return paths;
  MapReader fields(*node, fmt::format("the section '{}'", name), context);
  paths.node_selectors = fields.texts("nodeSelectorPaths");
  paths.tolerations = fields.texts("tolerationPaths");
  paths.taint_strings = fields.texts("taintStrPaths");
  fields.ignore("taintPaths");  // aicr reads it and never uses it
  fields.finish();
  return paths;
}

void read_scheduling(MapReader& entry, RegistryEntry& result, const ReadContext& context) {
  if (const yaml::Node* node = entry.map("nodeScheduling")) {
    MapReader fields(*node, "the node scheduling", context);
    result.system = read_paths(fields, "system", context);
    result.accelerated = read_paths(fields, "accelerated", context);
    result.node_count_paths = fields.texts("nodeCountPaths");
    fields.finish();
  }
  if (const yaml::Node* node = entry.map("podScheduling")) {
    MapReader fields(*node, "the pod scheduling", context);
    if (const yaml::Node* workload = fields.map("workload")) {
      MapReader paths(*workload, "the section 'workload'", context);
      result.workload_selector_paths = paths.texts("workloadSelectorPaths");
      paths.finish();
    }
    fields.finish();
  }
}

void read_validations(MapReader& entry, RegistryEntry& result, const ReadContext& context) {
  const yaml::Node* list = entry.list("validations");
  if (list == nullptr) return;
  for (const yaml::Node& item : list->items) {
    if (item.is_null()) continue;
    MapReader fields(item, "the validation", context);
    RegistryValidation validation;
    validation.function = fields.wanted_text("function");
    validation.severity = fields.text("severity");
    validation.conditions = fields.data("conditions");
    validation.message = fields.text("message", TextKind::Block);
    fields.finish();
    result.validations.push_back(std::move(validation));
  }
}

// The defaults must pass the rules of the fields that they fill.
void check_defaults(const RegistryEntry& entry, const yaml::Node& node, const ReadContext& context) {
  ComponentRef helm;
  helm.name = entry.name;
  helm.source = entry.default_repository;
  helm.chart = entry.default_chart;
  helm.version = entry.default_version;
  helm.name_space = entry.default_namespace.empty() ? entry.manifest_namespace : entry.default_namespace;
  ComponentRef kustomize;
  kustomize.source = entry.default_source;
  kustomize.path = entry.default_path;
  kustomize.tag = entry.default_tag;
  for (const ComponentRef& component : {helm, kustomize}) {
    for (FieldProblem& problem : check_fields(component))
      context.doubt(node, std::string(problem.rule), std::move(problem.message), std::move(problem.hint));
  }
  if (entry.is_kustomize() && (!entry.default_repository.empty() || !entry.default_chart.empty()))
    context.doubt(node, "two-types",
                  fmt::format("the component '{}' has both a helm and a kustomize section", entry.name));
}

RegistryEntry read_entry(const yaml::Node& node, const ReadContext& context) {
  MapReader fields(node, "the registry entry", context);
  RegistryEntry entry;
  entry.mark = context.mark(node);
  entry.name = fields.wanted_text("name");
  entry.display_name = fields.text("displayName");
  if (entry.display_name.empty()) entry.display_name = entry.name;
  entry.value_override_keys = fields.texts("valueOverrideKeys");
  read_helm(fields, entry, context);
  read_kustomize(fields, entry, context);
  read_manifest(fields, entry, context);
  read_scheduling(fields, entry, context);
  read_validations(fields, entry, context);
  if (const yaml::Node* check = fields.map("healthCheck")) {
    MapReader health(*check, "the health check", context);
    entry.health_check_file = health.text("assertFile");
    health.finish();
  }
  entry.argocd = fields.data("argocd");
  fields.finish();
  check_defaults(entry, node, context);
  return entry;
}

}  // namespace

std::vector<RegistryEntry> read_registry(const yaml::Node& root, const ReadContext& context) {
  std::vector<RegistryEntry> entries;
  if (root.is_null()) return entries;
  MapReader top(root, "the registry", context);
  for (const auto& [field, expected] : {std::pair{"kind", kRegistryKind}, std::pair{"apiVersion", kRecipeApiVersion}}) {
    const std::string written = top.text(field);
    if (!written.empty() && written != expected)
      context.warning(*top.find(field), "api-version", fmt::format("the {} is '{}'", field, written),
                      fmt::format("read as {}", expected));
  }
  std::map<std::string, std::string, std::less<>> owners;  // of names and override keys
  if (const yaml::Node* list = top.list("components")) {
    for (const yaml::Node& item : list->items) {
      if (item.is_null()) continue;
      RegistryEntry entry = read_entry(item, context);
      std::set<std::string> words(entry.value_override_keys.begin(), entry.value_override_keys.end());
      words.insert(entry.name);  // which many repeat among their keys
      for (const std::string& word : words) {
        const auto [owner, added] = owners.try_emplace(word, entry.name);
        if (!added && !word.empty()) {
          context.doubt(item, "duplicate-name",
                        fmt::format("'{}' names '{}' and '{}' of the registry", word, owner->second, entry.name));
        }
      }
      if (!entry.name.empty()) entries.push_back(std::move(entry));
    }
  }
  top.finish();
  return entries;
}

void overlay_registry(std::vector<RegistryEntry>& registry, std::vector<RegistryEntry> over) {
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < registry.size(); ++i) places.try_emplace(registry[i].name, i);
  for (RegistryEntry& entry : over) {
    const auto [same, added] = places.try_emplace(entry.name, registry.size());
    if (added) {
      registry.push_back(std::move(entry));
    } else {
      registry[same->second] = std::move(entry);
    }
  }
}

}  // namespace waybill
