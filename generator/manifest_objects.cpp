#include "generator/manifest_objects.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/yaml/reader.h"
#include "core/yaml/writer.h"

namespace waybill {
namespace {

// Deployers read *.yaml, *.yml and *.json of a folder, unless one of these makes it a chart or a kustomization.
void check_file_name(const RelPath& path, const std::string& component) {
  static constexpr std::array<std::string_view, 4> kTaken{"Chart.yaml", "kustomization.yaml", "kustomization.yml",
                                                          "Kustomization"};
  const std::string_view name = path.file_name();
  const bool read = name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
  if (!path.parent().empty() || !read || std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("component '{}': the manifest '{}' would not be read as one", component, path.text()))
        .hint("name it <something>.yaml");
  }
}

class Reader {
 public:
  explicit Reader(const std::string& component) noexcept : component_(component) {}

  void add(const RelPath& path, const TreeFile& file) {
    check_file_name(path, component_);
    ManifestFile& source = result_.files.emplace_back(ManifestFile{path, file.bytes, {}, false});
    const std::string name = fmt::format("{}/{}", component_, path.text());
    for (const yaml::Node& node : yaml::parse_all(file.bytes, name)) {
      source.documents.push_back(node.to_value());
      const SourceLocation location{name, node.line, node.column};
      source.changed = drop_ignored(source.documents.back(), location) || source.changed;
      if (source.documents.back().is_null()) {
        source.documents.pop_back();
      } else {
        collect(source.documents.back(), location, source);
      }
    }
  }

  ManifestObjects finish() {
    bool needs_chart = false;
    bool stands_alone = false;
    for (ManifestObject& object : result_.objects) {
      const auto own = defined_.find(object.kind);
      object.is_custom = !is_built_in(object.kind.group) && own == defined_.end();
      object.is_namespaced =
          !object.is_custom && (own != defined_.end() ? own->second : !is_built_in_cluster_kind(object.kind));
      if (object.hook.is_for_removal()) continue;
      (object.is_custom || object.hook.phase == ManifestHook::Phase::After ? needs_chart : stands_alone) = true;
    }
    result_.placement = !needs_chart   ? ManifestPlacement::Before
                        : stands_alone ? ManifestPlacement::With
                                       : ManifestPlacement::After;
    return std::move(result_);
  }

 private:
  // The objects of a List; null pointer for any other object.
  static Value* list_items(Value& object) {
    Value* items = object.find("items");
    const bool is_list = object.text_or("kind", "").ends_with("List") && items != nullptr && items->is_list();
    return is_list ? items : nullptr;
  }

  // Makes what is only a test or for a rollback null, and takes it out of lists; true if there was any.
  static bool drop_ignored(Value& object, const SourceLocation& location) {
    if (read_hook(object, location).phase == ManifestHook::Phase::Ignored) {
      object = Value();
      return true;
    }
    Value* items = list_items(object);
    if (items == nullptr) return false;
    bool changed = false;
    for (Value& item : items->items()) changed = drop_ignored(item, location) || changed;
    if (changed) std::erase_if(items->items(), [](const Value& item) { return item.is_null(); });
    return changed;
  }

  void collect(Value& object, const SourceLocation& location, ManifestFile& file) {
    const std::string api_version = object.text_or("apiVersion", "");
    const std::string kind = object.text_or("kind", "");
    if (api_version.empty() || kind.empty()) {
      throw Error(ErrorCode::InvalidInput, "this document is no Kubernetes object: it needs apiVersion and kind")
          .at(location);
    }
    if (Value* items = list_items(object)) {
      for (Value& item : items->items()) collect(item, location, file);
      return;
    }
    const Value* metadata = object.find("metadata");
    result_.objects.push_back({.value = &object,
                               .location = location,
                               .file = &file,
                               .hook = read_hook(object, location),
                               .kind = {group_of(api_version), kind},
                               .name_space = metadata == nullptr ? "" : metadata->text_or("namespace", "")});
    if (!result_.objects.back().is_definition()) return;
    const Value* spec = object.find("spec");
    const Value* names = spec == nullptr ? nullptr : spec->find("names");
    if (names == nullptr) return;
    defined_[{spec->text_or("group", ""), names->text_or("kind", "")}] = spec->text_or("scope", "") == "Namespaced";
  }

  const std::string& component_;
  ManifestObjects result_;
  std::map<GroupKind, bool> defined_;  // by the definitions among them: whether their objects have a namespace
};

}  // namespace

std::string ManifestFile::written() const {
  if (!changed) return bytes;
  std::string text;
  for (const Value& document : documents) text += (text.empty() ? "" : "---\n") + yaml::write(document);
  return text;
}

ManifestObjects read_manifest_objects(const FileTree& rendered, const std::string& component) {
  Reader reader(component);
  for (const auto& [path, file] : rendered.files()) reader.add(path, file);
  return reader.finish();
}

}  // namespace waybill
