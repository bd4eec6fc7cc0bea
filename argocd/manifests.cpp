#include "argocd/manifests.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "core/value.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kHook = "helm.sh/hook";
constexpr std::string_view kHookWeight = "helm.sh/hook-weight";
constexpr std::string_view kHookDeletePolicy = "helm.sh/hook-delete-policy";
constexpr std::string_view kSyncWave = "argocd.argoproj.io/sync-wave";

// Argo CD reads *.yaml, *.yml and *.json of a folder, unless one of these makes it a chart or a kustomization.
void check_file_name(const RelPath& path, const std::string& component) {
  static constexpr std::array<std::string_view, 4> kTaken{"Chart.yaml", "kustomization.yaml", "kustomization.yml",
                                                          "Kustomization"};
  const std::string_view name = path.file_name();
  const bool read = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
  if (!path.parent().empty() || !read || std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("component '{}': Argo CD would not read the manifest '{}' as one", component, path.text()))
        .hint("name it <something>.yaml");
  }
}

class Preparation {
 public:
  explicit Preparation(const std::string& component) noexcept : component_(component) {}

  void add(const RelPath& path, const TreeFile& file) {
    check_file_name(path, component_);
    const std::string name = fmt::format("{}/{}", component_, path.text());
    std::vector<Value> documents;
    bool changed = false;
    for (const yaml::Node& node : yaml::parse_all(file.bytes, name)) {
      Value document = node.to_value();
      changed = take_hooks(document, {name, node.line, node.column}) || changed;
      look_at(document, {name, node.line, node.column});
      documents.push_back(std::move(document));
    }
    result_.files.add(path, changed ? written(documents) : file.bytes, Executable::No);
  }

  Manifests finish() {
    bool needs_chart = false;
    bool stands_alone = false;
    for (const Object& object : objects_) {
      const auto own = defined_.find(object.kind);
      const bool custom = !is_built_in(object.kind.group) && own == defined_.end();
      (custom ? needs_chart : stands_alone) = true;
      // What is not known counts as having no namespace: to allow a kind that has one changes nothing.
      const bool namespaced = !custom && (own != defined_.end() ? own->second : !is_built_in_cluster_kind(object.kind));
      if (!namespaced) result_.cluster_kinds.insert(object.kind);
      if (!object.name_space.empty()) result_.namespaces.insert(object.name_space);
    }
    result_.placement = !needs_chart ? Placement::Before : stands_alone ? Placement::With : Placement::After;
    return std::move(result_);
  }

 private:
  struct Object {
    GroupKind kind;
    std::string name_space;
  };

  static std::string written(const std::vector<Value>& documents) {
    std::string text;
    for (const Value& document : documents) text += (text.empty() ? "" : "---\n") + yaml::write(document);
    return text;
  }

  // The objects of a List; null pointer for any other object.
  static Value* list_items(Value& object) {
    Value* items = object.find("items");
    const bool is_list = object.text_or("kind", "").ends_with("List") && items != nullptr && items->is_list();
    return is_list ? items : nullptr;
  }

  // Takes Helm's hook annotations away, keeping the order among them as sync waves; true if there were any.
  static bool take_hooks(Value& object, const SourceLocation& location) {
    bool changed = false;
    if (Value* items = list_items(object)) {
      for (Value& item : items->items()) changed = take_hooks(item, location) || changed;
    }
    Value* metadata = object.find("metadata");
    Value* annotations = metadata == nullptr ? nullptr : metadata->find("annotations");
    if (annotations == nullptr || annotations->find(kHook) == nullptr) return changed;
    check_hook(annotations->text_or(kHook, ""), location);
    const std::string weight = annotations->text_or(kHookWeight, "0");
    annotations->erase(kHook);
    annotations->erase(kHookWeight);
    annotations->erase(kHookDeletePolicy);
    if (weight != "0" && annotations->find(kSyncWave) == nullptr) annotations->set(kSyncWave, weight);
    if (annotations->members().empty()) metadata->erase("annotations");
    return true;
  }

  static void check_hook(const std::string& hooks, const SourceLocation& location) {
    static constexpr std::array<std::string_view, 4> kKnown{"pre-install", "pre-upgrade", "post-install",
                                                            "post-upgrade"};
    std::size_t start = 0;
    while (start <= hooks.size()) {
      const std::size_t end = std::min(hooks.find(',', start), hooks.size());
      std::string hook = hooks.substr(start, end - start);
      std::erase(hook, ' ');
      if (std::find(kKnown.begin(), kKnown.end(), hook) == kKnown.end()) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("a manifest cannot be the hook '{}' when Argo CD rolls it out", hook))
            .at(location)
            .hint("put it into the chart, or leave the annotation away");
      }
      start = end + 1;
    }
  }

  void look_at(Value& object, const SourceLocation& location) {
    const std::string api_version = object.text_or("apiVersion", "");
    const std::string kind = object.text_or("kind", "");
    if (api_version.empty() || kind.empty()) {
      throw Error(ErrorCode::InvalidInput, "this document is no Kubernetes object: it needs apiVersion and kind")
          .at(location);
    }
    if (Value* items = list_items(object)) {
      for (Value& item : items->items()) look_at(item, location);
      return;
    }
    const Value* metadata = object.find("metadata");
    objects_.push_back({{group_of(api_version), kind}, metadata == nullptr ? "" : metadata->text_or("namespace", "")});
    if (kind != "CustomResourceDefinition") return;
    const Value* spec = object.find("spec");
    const Value* names = spec == nullptr ? nullptr : spec->find("names");
    if (names == nullptr) return;
    defined_[{spec->text_or("group", ""), names->text_or("kind", "")}] = spec->text_or("scope", "") == "Namespaced";
  }

  const std::string& component_;
  Manifests result_;
  std::vector<Object> objects_;
  std::map<GroupKind, bool> defined_;  // by the definitions among them: whether their objects have a namespace
};

}  // namespace

Manifests prepare_manifests(const FileTree& rendered, const std::string& component) {
  Preparation preparation(component);
  for (const auto& [path, file] : rendered.files()) preparation.add(path, file);
  return preparation.finish();
}

}  // namespace waybill::argocd
