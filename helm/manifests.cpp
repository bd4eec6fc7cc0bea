#include "helm/manifests.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"
#include "core/yaml/writer.h"
#include "generator/manifest_objects.h"
#include "helm/templates.h"

namespace waybill::helm {
namespace {

using Phase = ManifestHook::Phase;

constexpr const char* kResourcePolicy = "helm.sh/resource-policy";

bool is_claim(const ManifestObject& object) { return object.kind == GroupKind{"", "PersistentVolumeClaim"}; }

struct PartNames {
  std::string_view suffix;  // of the release
  std::string_view folder;
  std::string_view description;
};
constexpr PartNames names_of(Part part) {
  switch (part) {
    case Part::Definitions:
      return {"-definitions", "definitions", "Definitions of custom resources"};
    case Part::Before:
      return {"-before", "before", "Manifests that its chart may need"};
    case Part::After:
      return {"-after", "after", "Manifests that need its chart"};
  }
  return {};
}
// Of a component without a chart.
constexpr PartNames kAlone{"", "objects", "Manifests"};

class Sorting {
 public:
  Sorting(const Release& release, const ComponentTraits& traits)
      : release_(release),
        traits_(traits),
        alone_(release.component.is_manifest_only()),
        manifests_(read_manifest_objects(release.manifests, release.component.name)) {
    has_job_before_ = std::ranges::any_of(manifests_.objects, [](const ManifestObject& object) {
      return object.hook.phase == Phase::Before && runs_once(*object.value);
    });
  }

  LocalCharts run() {
    std::map<Part, std::vector<const ManifestObject*>> parts;
    for (ManifestObject& object : manifests_.objects) {
      if (object.kind == GroupKind{"", "Namespace"}) {
        take_namespace(object);
        continue;
      }
      prepare(object);
      parts[part_of(object)].push_back(&object);
    }
    for (const auto& [part, objects] : parts) result_.charts.push_back(chart(part, objects));
    return std::move(result_);
  }

 private:
  [[nodiscard]] Part part_of(const ManifestObject& object) const {
    if (object.is_definition()) return Part::Definitions;
    if (alone_) return Part::After;
    switch (object.hook.phase) {
      case Phase::PreDelete:  // goes first
      case Phase::After:
        return Part::After;
      case Phase::PostDelete:
      case Phase::Before:
        return Part::Before;
      case Phase::None:
      case Phase::Ignored:
        break;
    }
    if (traits_.manifests == ManifestPlacement::Before) return Part::Before;
    if (traits_.manifests == ManifestPlacement::After) return Part::After;
    return object.is_custom ? Part::After : Part::Before;
  }

  // Its labels are all that can be kept.
  void take_namespace(const ManifestObject& object) {
    const Value* metadata = object.value->find("metadata");
    const std::string name = metadata == nullptr ? "" : metadata->text_or("name", "");
    if (metadata == nullptr || name.empty())
      throw Error(ErrorCode::InvalidInput, "this namespace has no name").at(object.location);
    if (const Value* annotations = metadata->find("annotations");
        annotations != nullptr && annotations->is_map() && !annotations->members().empty()) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the namespace '{}' has annotations, which a bundle for Helm cannot give it", name))
          .at(object.location)
          .hint("labels are kept; put annotations into a chart");
    }
    const Value* labels = metadata->find("labels");
    result_.namespaces.emplace_back(name, labels == nullptr || !labels->is_map() ? Value::map() : *labels);
  }

  void prepare(ManifestObject& object) const {
    const bool is_setup = object.hook.phase == Phase::Before || object.hook.phase == Phase::After;
    const bool stays_hook =
        runs_once(*object.value) || (object.hook.phase == Phase::Before && has_job_before_ && !object.is_definition());
    if (is_setup && !stays_hook) {
      become_ordinary(*object.value);
      object.file->changed = true;
    }
    Value* metadata = object.value->find("metadata");
    if (!object.is_definition() && !is_claim(object)) return;
    if (metadata == nullptr) throw Error(ErrorCode::InvalidInput, "this object has no metadata").at(object.location);
    Value* annotations = metadata->find("annotations");
    if (annotations == nullptr || annotations->is_null()) annotations = &metadata->set("annotations", Value::map());
    if (annotations->find(kResourcePolicy) == nullptr) annotations->set(kResourcePolicy, "keep");
    object.file->changed = true;
  }

  LocalChart chart(Part part, const std::vector<const ManifestObject*>& objects) const {
    const PartNames names = alone_ && part == Part::After ? kAlone : names_of(part);
    const std::string& component = release_.component.name;
    LocalChart chart{.part = part,
                     .release = fmt::format("{}{}", component, names.suffix),
                     .folder = fmt::format("{}/manifests/{}", component, names.folder),
                     .files = {},
                     .has_claim = std::ranges::any_of(objects, [](const auto* object) { return is_claim(*object); })};
    const Value description = Value::map({{"apiVersion", "v2"},
                                          {"name", chart.release},
                                          {"description", fmt::format("{} of {}", names.description, component)},
                                          {"type", "application"},
                                          {"version", "1.0.0"}});
    chart.files.add(RelPath::parse("Chart.yaml"), yaml::write(description));
    for (const EmbeddedText& file : templates()) {
      constexpr std::string_view kChart = "chart/";
      if (file.path.starts_with(kChart))
        chart.files.add(RelPath::parse(file.path.substr(kChart.size())), std::string(file.text));
    }
    for (const ManifestFile& file : manifests_.files) add(file, objects, chart.files);
    return chart;
  }

  // Those of the file's objects that are in the chart; a file that is there whole and unchanged keeps its bytes.
  static void add(const ManifestFile& file, const std::vector<const ManifestObject*>& objects, FileTree& files) {
    std::string text;
    std::size_t count = 0;
    for (const ManifestObject* object : objects) {
      if (object->file != &file) continue;
      text += (text.empty() ? "" : "---\n") + yaml::write(*object->value);
      ++count;
    }
    if (count == 0) return;
    const bool is_whole = !file.changed && count == file.documents.size();
    files.add(RelPath::parse("files/" + file.path.text()), is_whole ? file.bytes : text);
  }

  const Release& release_;
  const ComponentTraits& traits_;
  bool alone_;
  bool has_job_before_ = false;
  ManifestObjects manifests_;
  LocalCharts result_;
};

}  // namespace

LocalCharts make_local_charts(const Release& release, const ComponentTraits& traits) {
  return Sorting(release, traits).run();
}

}  // namespace waybill::helm
