#include "flux/manifests.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "core/error.h"
#include "core/yaml/writer.h"

namespace waybill::flux {
namespace {

using Phase = ManifestHook::Phase;

// Where an object is applied; parts are in this order.
struct Place {
  ManifestPlacement placement;
  int phase;  // -1: hooks before, 0: ordinary objects, 1: hooks after
  int weight;
  auto operator<=>(const Place&) const = default;
};

// Sources leave these out of what they fetch, wherever they lie (source-controller, "Default exclusions").
void check_file_name(const RelPath& path, const std::string& component) {
  static constexpr std::array<std::string_view, 4> kLeftOut{"appveyor.yml", "cloudbuild.yaml", "codeship-services.yml",
                                                            "codeship-steps.yml"};
  const std::string_view name = path.file_name();
  if (name.starts_with('.') || std::ranges::find(kLeftOut, name) != kLeftOut.end()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("component '{}': Flux does not fetch files of the name '{}'", component, name))
        .hint("name the manifest otherwise");
  }
}

class Sorting {
 public:
  Sorting(const Release& release, const ComponentTraits& traits)
      : release_(release),
        traits_(traits),
        manifests_(read_manifest_objects(release.manifests, release.component.name)) {}

  std::vector<ManifestPart> run() {
    for (const ManifestFile& file : manifests_.files) check_file_name(file.path, release_.component.name);
    std::map<Place, std::vector<ManifestObject*>> parts;
    for (ManifestObject& object : manifests_.objects) {
      prepare(object);
      parts[place_of(object)].push_back(&object);
    }
    std::vector<ManifestPart> result;
    for (const auto& [place, objects] : parts) {
      ManifestPart part{.placement = place.placement, .files = {}, .kinds = {}, .is_hook = place.phase != 0};
      for (const ManifestObject* object : objects) part.kinds.insert(object->kind);
      for (const ManifestFile& file : manifests_.files) add(file, objects, part.files);
      result.push_back(std::move(part));
    }
    return result;
  }

 private:
  // Without a chart, everything stands to the ordinary objects.
  [[nodiscard]] Place place_of(const ManifestObject& object) const {
    const bool alone = release_.component.is_manifest_only();
    const int phase = object.hook.phase == Phase::Before ? -1 : object.hook.phase == Phase::After ? 1 : 0;
    ManifestPlacement placement = phase > 0 || object.is_custom ? ManifestPlacement::After : ManifestPlacement::Before;
    if (traits_.manifests && phase == 0) placement = *traits_.manifests;
    if (traits_.manifests == ManifestPlacement::Before && phase < 0) placement = ManifestPlacement::Before;
    if (alone) placement = ManifestPlacement::With;
    return {placement, phase, object.hook.weight};
  }

  void prepare(ManifestObject& object) const {
    if (object.hook.is_for_removal()) {
      throw Error(ErrorCode::InvalidInput, "Flux runs nothing when a manifest is removed")
          .at(object.location)
          .hint("put the pre-delete or post-delete hook into a chart");
    }
    Value* metadata = object.value->find("metadata");
    if (metadata == nullptr || metadata->text_or("name", "").empty()) {
      throw Error(ErrorCode::InvalidInput, "this object has no metadata.name, which Flux needs").at(object.location);
    }
    if (object.hook.phase != Phase::None) {
      become_ordinary(*object.value);
      Value& annotations = *metadata->find("annotations");
      if (runs_once(*object.value)) annotations.set("kustomize.toolkit.fluxcd.io/force", "enabled");
      if (annotations.members().empty()) metadata->erase("annotations");
      object.file->changed = true;
    }
    // The API server takes the namespace away again where a kind that is not known here has none.
    const bool may_have_namespace =
        object.is_namespaced ||
        (object.is_custom && !(traits_.cluster_resources && traits_.cluster_resources->contains(object.kind)));
    if (may_have_namespace && object.name_space.empty() && !release_.component.name_space.empty()) {
      metadata->set("namespace", release_.component.name_space);
      object.file->changed = true;
    }
  }

  // Those of the file's objects that are in the part; a file that is there whole and unchanged keeps its bytes.
  static void add(const ManifestFile& file, const std::vector<ManifestObject*>& objects, FileTree& files) {
    std::string text;
    std::size_t count = 0;
    for (const ManifestObject* object : objects) {
      if (object->file != &file) continue;
      text += (text.empty() ? "" : "---\n") + yaml::write(*object->value);
      ++count;
    }
    if (count == 0) return;
    const bool is_whole = !file.changed && count == file.documents.size();
    files.add(file.path, is_whole ? file.bytes : text);
  }

  const Release& release_;
  const ComponentTraits& traits_;
  ManifestObjects manifests_;
};

}  // namespace

std::vector<ManifestPart> sort_manifests(const Release& release, const ComponentTraits& traits) {
  return Sorting(release, traits).run();
}

}  // namespace waybill::flux
