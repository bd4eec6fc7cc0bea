#include "argocd/manifests.h"

#include <algorithm>
#include <map>

#include "argocd/hook.h"
#include "argocd/wave.h"
#include "core/value.h"

namespace waybill::argocd {
namespace {

class Preparation {
 public:
  Preparation(ManifestObjects source, const Version& version) : source_(std::move(source)), version_(version) {}

  Manifests run() {
    translate();
    Manifests result;
    for (const ManifestFile& file : source_.files) {
      if (file.changed && file.documents.empty()) continue;  // nothing but tests
      result.files.add(file.path, file.written());
    }
    for (const ManifestObject& object : source_.objects) {
      // What is not known counts as having no namespace: to allow a kind that has one changes nothing.
      if (!object.is_namespaced) result.cluster_kinds.insert(object.kind);
      if (!object.name_space.empty()) result.namespaces.insert(object.name_space);
    }
    result.placement = source_.placement;
    return result;
  }

 private:
  static void set_wave(ManifestObject& object, int wave) {
    if (wave == 0 || sync_wave(*object.value)) return;
    Value* metadata = object.value->find("metadata");
    Value& known = metadata == nullptr ? object.value->set("metadata", Value::map()) : *metadata;
    Value* annotations = known.find("annotations");
    (annotations == nullptr || annotations->is_null() ? known.set("annotations", Value::map()) : *annotations)
        .set(kSyncWave, std::to_string(wave));
    object.file->changed = true;
  }

  // Hooks become waves around those of the ordinary objects, in the order of their weights; definitions come before all
  // else, so that they are established when an object of their kind is applied.
  void translate() {
    int lowest = 0;
    int highest = 0;
    bool all_after = true;
    std::map<int, int> before;  // weight to rank
    std::map<int, int> after;
    for (const ManifestObject& object : source_.objects) {
      using Phase = ManifestHook::Phase;
      if (object.hook.phase == Phase::Before) before[object.hook.weight] = 0;
      if (object.hook.phase == Phase::After) after[object.hook.weight] = 0;
      if (object.hook.phase == Phase::Before || object.hook.phase == Phase::None) all_after = false;
      if (object.hook.is_for_removal()) continue;
      const int wave = sync_wave(*object.value).value_or(0);
      lowest = std::min(lowest, wave);
      highest = std::max(highest, wave);
    }
    int rank = lowest - static_cast<int>(before.size());
    for (auto& [weight, wave] : before) wave = rank++;
    const int first = lowest - static_cast<int>(before.size()) - 1;
    rank = all_after ? 0 : highest + 1;
    for (auto& [weight, wave] : after) wave = rank++;

    const bool definitions_alone = std::all_of(
        source_.objects.begin(), source_.objects.end(),
        [](const ManifestObject& object) { return object.is_definition() || object.hook.is_for_removal(); });
    for (ManifestObject& object : source_.objects) {
      const ManifestHook hook = object.hook;
      if (object.hook.is_for_removal()) {
        keep_as_delete_hook(hook, version_, object.location, *object.value);
        object.file->changed = true;
        continue;
      }
      if (hook.phase != ManifestHook::Phase::None) {
        strip_hook(*object.value);
        object.file->changed = true;
      }
      if (object.is_definition()) {
        if (!definitions_alone) set_wave(object, first);
      } else if (hook.phase == ManifestHook::Phase::Before) {
        set_wave(object, before[hook.weight]);
      } else if (hook.phase == ManifestHook::Phase::After) {
        set_wave(object, after[hook.weight]);
      }
    }
  }

  ManifestObjects source_;
  const Version& version_;
};

}  // namespace

Manifests prepare_manifests(const FileTree& rendered, const std::string& component, const Version& version) {
  return Preparation(read_manifest_objects(rendered, component), version).run();
}

}  // namespace waybill::argocd
