#include "flux/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/yaml/writer.h"
#include "flux/kustomization.h"
#include "flux/objects.h"
#include "flux/readme.h"
#include "flux/step.h"
#include "generator/component_traits.h"

namespace waybill::flux {
namespace {

constexpr std::string_view kListFile = "kustomization.yaml";

class Renderer {
 public:
  Renderer(const Plan& plan, const Recipe& recipe)
      : plan_(plan), recipe_(recipe), recipe_digest_(digest(recipe).to_string()) {
    for (const Release& release : plan.releases) traits_.emplace(release.component.name, read_traits(release));
  }

  FileTree run() {
    add_namespaces();
    const std::vector<Step> steps = make_steps(plan_, traits_, recipe_digest_);
    for (const Step& step : steps) add_step(step);
    write(fmt::format("flux/{}", kListFile), file_list(applied_by_root_));
    for (const Release& release : plan_.releases) {
      write(fmt::format("values/{}.yaml", release.component.name),
            yaml::write(release.values.is_null() ? Value::map() : release.values));
    }
    write("recipe.yaml", yaml::write(to_value(recipe_)));
    write("README.md", readme(plan_, recipe_, steps));
    return std::move(tree_);
  }

 private:
  void write(const std::string& path, std::string text) { tree_.add(RelPath::parse(path), std::move(text)); }

  void write_for_root(const std::string& path, const Value& value) {
    write("flux/" + path, yaml::write(value));
    applied_by_root_.push_back(path);
  }

  // The root makes them, so that components can share one; they stay when the root goes, like all that is in them and
  // was not made by the bundle.
  void add_namespaces() {
    static constexpr std::array<std::string_view, 5> kThereAlready{"default", "kube-node-lease", "kube-public",
                                                                   "kube-system", kNamespace};
    std::map<std::string, Value> labels = labels_by_namespace(plan_, traits_);
    for (const Release& release : plan_.releases) {
      const std::string& name = release.component.name_space;
      const bool is_there = std::ranges::find(kThereAlready, name) != kThereAlready.end();
      if (!name.empty() && !is_there) labels.try_emplace(name, Value::map());
    }
    for (auto& [name, wanted] : labels) {
      wanted.set("app.kubernetes.io/managed-by", "waybill");
      const Value annotations = Value::map(
          {{"kustomize.toolkit.fluxcd.io/prune", "disabled"}, {"kustomize.toolkit.fluxcd.io/substitute", "disabled"}});
      write_for_root(
          fmt::format("namespaces/{}.yaml", name),
          Value::map({{"apiVersion", "v1"},
                      {"kind", "Namespace"},
                      {"metadata",
                       Value::map({{"name", name}, {"labels", std::move(wanted)}, {"annotations", annotations}})}}));
    }
  }

  void add_step(const Step& step) {
    write_for_root(fmt::format("kustomizations/{}.yaml", step.name), step_kustomization(step, recipe_digest_));
    if (step.folder.empty()) return;
    std::vector<std::string> files;
    for (const auto& [path, file] : step.files.files()) files.push_back(path.text());
    tree_.add_tree(step.folder, step.files);
    write(fmt::format("{}/{}", step.folder, kListFile), file_list(files));
  }

  const Plan& plan_;
  const Recipe& recipe_;
  std::string recipe_digest_;
  std::map<std::string, ComponentTraits> traits_;
  std::vector<std::string> applied_by_root_;
  FileTree tree_;
};

}  // namespace

FileTree render(const Plan& plan, const Recipe& recipe) { return Renderer(plan, recipe).run(); }

}  // namespace waybill::flux
