#include "argocd/manifests.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <deque>
#include <list>
#include <map>
#include <vector>

#include "argocd/hook.h"
#include "core/error.h"
#include "core/value.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

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
  Preparation(const std::string& component, const Version& version) noexcept
      : component_(component), version_(version) {}

  void add(const RelPath& path, const TreeFile& file) {
    check_file_name(path, component_);
    Source source{path, &file, {}, false};
    const std::string name = fmt::format("{}/{}", component_, path.text());
    for (const yaml::Node& node : yaml::parse_all(file.bytes, name)) {
      source.documents.push_back(node.to_value());
      const SourceLocation location{name, node.line, node.column};
      source.changed = drop_ignored(source.documents.back(), location) || source.changed;
      if (source.documents.back().is_null()) {
        source.documents.pop_back();
      } else {
        collect(source.documents.back(), location, sources_.size());
      }
    }
    sources_.push_back(std::move(source));
  }

  Manifests finish() {
    translate();
    for (const Source& source : sources_) {
      if (source.changed && source.documents.empty()) continue;  // nothing but tests
      result_.files.add(source.path, source.changed ? written(source.documents) : source.file->bytes, Executable::No);
    }
    describe();
    return std::move(result_);
  }

 private:
  struct Source {
    RelPath path;
    const TreeFile* file;
    std::list<Value> documents;  // objects point into them
    bool changed;
  };
  struct Object {
    Value* value;
    SourceLocation location;
    std::size_t source;
    Hook hook;
    GroupKind kind;
    std::string name_space;
    [[nodiscard]] bool is_definition() const { return kind.kind == "CustomResourceDefinition"; }
    [[nodiscard]] bool is_delete_hook() const {
      return hook.phase == Hook::Phase::PreDelete || hook.phase == Hook::Phase::PostDelete;
    }
  };

  static std::string written(const std::list<Value>& documents) {
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

  // Makes what is only a test or for a rollback null, and takes it out of lists; true if there was any.
  static bool drop_ignored(Value& object, const SourceLocation& location) {
    if (read_hook(object, location).phase == Hook::Phase::Ignored) {
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

  void collect(Value& object, const SourceLocation& location, std::size_t source) {
    const std::string api_version = object.text_or("apiVersion", "");
    const std::string kind = object.text_or("kind", "");
    if (api_version.empty() || kind.empty()) {
      throw Error(ErrorCode::InvalidInput, "this document is no Kubernetes object: it needs apiVersion and kind")
          .at(location);
    }
    if (Value* items = list_items(object)) {
      for (Value& item : items->items()) collect(item, location, source);
      return;
    }
    const Value* metadata = object.find("metadata");
    objects_.push_back({&object,
                        location,
                        source,
                        read_hook(object, location),
                        {group_of(api_version), kind},
                        metadata == nullptr ? "" : metadata->text_or("namespace", "")});
    if (!objects_.back().is_definition()) return;
    const Value* spec = object.find("spec");
    const Value* names = spec == nullptr ? nullptr : spec->find("names");
    if (names == nullptr) return;
    defined_[{spec->text_or("group", ""), names->text_or("kind", "")}] = spec->text_or("scope", "") == "Namespaced";
  }

  void set_wave(Object& object, int wave) {
    if (wave == 0 || sync_wave(*object.value)) return;
    Value* metadata = object.value->find("metadata");
    Value& known = metadata == nullptr ? object.value->set("metadata", Value::map()) : *metadata;
    Value* annotations = known.find("annotations");
    (annotations == nullptr || annotations->is_null() ? known.set("annotations", Value::map()) : *annotations)
        .set(kSyncWave, std::to_string(wave));
    sources_[object.source].changed = true;
  }

  // Hooks become waves around those of the ordinary objects, in the order of their weights; definitions come before all
  // else, so that they are established when an object of their kind is applied.
  void translate() {
    int lowest = 0;
    int highest = 0;
    bool all_after = true;
    std::map<int, int> before;  // weight to rank
    std::map<int, int> after;
    for (const Object& object : objects_) {
      using Phase = Hook::Phase;
      if (object.hook.phase == Phase::Before) before[object.hook.weight] = 0;
      if (object.hook.phase == Phase::After) after[object.hook.weight] = 0;
      if (object.hook.phase == Phase::Before || object.hook.phase == Phase::None) all_after = false;
      if (object.is_delete_hook()) continue;
      const int wave = sync_wave(*object.value).value_or(0);
      lowest = std::min(lowest, wave);
      highest = std::max(highest, wave);
    }
    int rank = lowest - static_cast<int>(before.size());
    for (auto& [weight, wave] : before) wave = rank++;
    const int first = lowest - static_cast<int>(before.size()) - 1;
    rank = all_after ? 0 : highest + 1;
    for (auto& [weight, wave] : after) wave = rank++;

    const bool definitions_alone = std::all_of(objects_.begin(), objects_.end(), [](const Object& object) {
      return object.is_definition() || object.is_delete_hook();
    });
    for (Object& object : objects_) {
      const Hook hook = object.hook;
      if (object.is_delete_hook()) {
        keep_as_delete_hook(hook, version_, object.location, *object.value);
        sources_[object.source].changed = true;
        continue;
      }
      if (hook.phase != Hook::Phase::None) {
        strip_hook(*object.value);
        sources_[object.source].changed = true;
      }
      if (object.is_definition()) {
        if (!definitions_alone) set_wave(object, first);
      } else if (hook.phase == Hook::Phase::Before) {
        set_wave(object, before[hook.weight]);
      } else if (hook.phase == Hook::Phase::After) {
        set_wave(object, after[hook.weight]);
      }
    }
  }

  void describe() {
    bool needs_chart = false;
    bool stands_alone = false;
    for (const Object& object : objects_) {
      const auto own = defined_.find(object.kind);
      const bool custom = !is_built_in(object.kind.group) && own == defined_.end();
      // What is not known counts as having no namespace: to allow a kind that has one changes nothing.
      const bool namespaced = !custom && (own != defined_.end() ? own->second : !is_built_in_cluster_kind(object.kind));
      if (!namespaced) result_.cluster_kinds.insert(object.kind);
      if (!object.name_space.empty()) result_.namespaces.insert(object.name_space);
      if (object.is_delete_hook()) continue;
      (custom || object.hook.phase == Hook::Phase::After ? needs_chart : stands_alone) = true;
    }
    result_.placement = !needs_chart ? Placement::Before : stands_alone ? Placement::With : Placement::After;
  }

  const std::string& component_;
  const Version& version_;
  Manifests result_;
  std::deque<Source> sources_;
  std::vector<Object> objects_;
  std::map<GroupKind, bool> defined_;  // by the definitions among them: whether their objects have a namespace
};

}  // namespace

Manifests prepare_manifests(const FileTree& rendered, const std::string& component, const Version& version) {
  Preparation preparation(component, version);
  for (const auto& [path, file] : rendered.files()) preparation.add(path, file);
  return preparation.finish();
}

}  // namespace waybill::argocd
