#include "helm/render.h"

#include <fmt/core.h>

#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/yaml/writer.h"
#include "generator/bundle.h"
#include "generator/component_traits.h"
#include "generator/object_labels.h"
#include "helm/manifests.h"
#include "helm/namespaces.h"
#include "helm/readme.h"
#include "helm/step.h"
#include "helm/templates.h"

namespace waybill::helm {
namespace {

class Renderer {
 public:
  Renderer(const Plan& plan, const Recipe& recipe) : plan_(plan), recipe_(recipe) {
    for (const Release& release : plan.releases) {
      const std::string& name = release.component.name;
      // Its folder would be left out of the checksums.
      if (name == kAttestationFolder)
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("a component of a bundle for Helm cannot be called '{}'", name));
      with_context([&] { return fmt::format("while rendering component '{}' for Helm", name); },
                   [&] {
                     traits_.emplace(name, read_traits(release));
                     charts_.emplace(name, make_local_charts(release, traits_.at(name)));
                   });
    }
  }

  FileTree run() {
    const std::vector<Step> steps = make_steps(plan_, local_charts());
    const std::map<std::string, Value> namespaces = bundle_namespaces(plan_, traits_, charts_);
    for (const Release& release : plan_.releases) add_component(release, steps);
    write("steps.tsv", step_table(steps));
    write("namespaces.tsv", namespace_table(namespaces));
    for (const EmbeddedText& file : templates()) {
      if (!file.path.ends_with(".sh")) continue;
      const bool is_started = file.path != "common.sh";
      tree_.add(RelPath::parse(file.path), std::string(file.text), is_started ? Executable::Yes : Executable::No);
    }
    write("recipe.yaml", yaml::write(to_value(recipe_)));
    write("README.md", readme(plan_, recipe_, steps, namespaces));
    return std::move(tree_);
  }

 private:
  void write(const std::string& path, std::string text) { tree_.add(RelPath::parse(path), std::move(text)); }

  [[nodiscard]] std::map<std::string, std::vector<LocalChart>> local_charts() const {
    std::map<std::string, std::vector<LocalChart>> result;
    for (const auto& [component, local] : charts_) result.emplace(component, local.charts);
    return result;
  }

  void add_component(const Release& release, const std::vector<Step>& steps) {
    const ComponentRef& component = release.component;
    for (const LocalChart& chart : charts_.at(component.name).charts) tree_.add_tree(chart.folder, chart.files);
    if (component.is_kustomize()) {
      write(component.name + "/kustomization.yaml", kustomization(component));
    } else if (!component.is_manifest_only()) {
      write(component.name + "/values.yaml", yaml::write(release.values.is_null() ? Value::map() : release.values));
    }
    write(component.name + "/README.md", component_readme(release, steps));
  }

  // Another repository's folder, with a label on everything in it by which it is found again.
  static std::string kustomization(const ComponentRef& component) {
    const Value labels = Value::map({{"app.kubernetes.io/managed-by", "waybill"}, {kComponentLabel, component.name}});
    std::string source = component.source;
    while (source.ends_with('/')) source.pop_back();
    return yaml::write(
        Value::map({{"apiVersion", "kustomize.config.k8s.io/v1beta1"},
                    {"kind", "Kustomization"},
                    {"resources", Value::list({fmt::format("{}//{}?ref={}", source, component.path, component.tag)})},
                    {"labels", Value::list({Value::map({{"pairs", labels}, {"includeSelectors", false}})})}}));
  }

  const Plan& plan_;
  const Recipe& recipe_;
  std::map<std::string, ComponentTraits> traits_;
  std::map<std::string, LocalCharts> charts_;
  FileTree tree_;
};

}  // namespace

FileTree render(const Plan& plan, const Recipe& recipe) { return Renderer(plan, recipe).run(); }

}  // namespace waybill::helm
