#include "argocd/render.h"

#include <fmt/core.h>

#include <map>
#include <vector>

#include "argocd/application.h"
#include "argocd/bootstrap.h"
#include "argocd/manifests.h"
#include "argocd/readme.h"
#include "argocd/templates.h"
#include "argocd/traits.h"
#include "core/error.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kChartFolder = "apps/";

// The labels that components ask for, put together for each namespace: all its Applications must write the same.
std::map<std::string, Value> labels_by_namespace(const Plan& plan, const std::map<std::string, Traits>& traits) {
  std::map<std::string, Value> result;
  for (const Release& release : plan.releases) {
    const std::string& name_space = release.component.name_space;
    const Value& wanted = traits.at(release.component.name).namespace_labels;
    if (name_space.empty() || wanted.members().empty()) continue;
    Value& labels = result.try_emplace(name_space, Value::map()).first->second;
    for (const auto& [label, value] : wanted.members()) {
      const Value* known = labels.find(label);
      if (known != nullptr && *known != value) {
        throw Error(ErrorCode::InvalidInput,
                    fmt::format("component '{}' asks for '{}={}' on namespace '{}', another component for '{}'",
                                release.component.name, label, value.as_string(), name_space, known->as_string()));
      }
      labels.set(label, value);
    }
  }
  for (auto& [name_space, labels] : result) labels = sorted(labels);
  return result;
}

class Renderer {
 public:
  Renderer(const Plan& plan, const Recipe& recipe, const RenderOptions& options)
      : plan_(plan), recipe_(recipe), input_{options, digest(recipe).to_string(), {}} {
    for (const Release& release : plan.releases) traits_.emplace(release.component.name, read_traits(release));
    input_.namespace_labels = labels_by_namespace(plan, traits_);
  }

  FileTree run() {
    for (const Release& release : plan_.releases) {
      with_context([&] { return fmt::format("while rendering component '{}' for Argo CD", release.component.name); },
                   [&] { add(release); });
    }
    for (const Template& file : templates()) {
      if (file.path.starts_with(kChartFolder)) write(std::string(file.path), std::string(file.text));
    }
    write("bootstrap/argocd-cm-patch.yaml", configmap_patch());
    write("bootstrap/argocd-values.yaml", chart_values());
    write("bootstrap/repositories.yaml", repositories(applications_, input_.options));
    write("recipe.yaml", yaml::write(to_value(recipe_)));
    write("README.md", readme(plan_, recipe_, input_.options));
    return std::move(tree_);
  }

 private:
  void write(const std::string& path, std::string text) { tree_.add(RelPath::parse(path), std::move(text)); }

  void add(const Release& release) {
    const std::string& name = release.component.name;
    const Traits& traits = traits_.at(name);
    if (!release.component.is_manifest_only()) add_application(name, chart_application(release, traits, input_));
    if (!release.manifests.empty()) {
      const Manifests manifests = prepare_manifests(release.manifests, name);
      tree_.add_tree("manifests/" + name, manifests.files);
      add_application(name + "-manifests", manifests_application(release, traits, manifests, input_));
    }
    write(fmt::format("values/{}.yaml", name), yaml::write(release.values.is_null() ? Value::map() : release.values));
  }

  void add_application(const std::string& name, Value application) {
    write(fmt::format("apps/files/{}.yaml", name), yaml::write(application));
    applications_.push_back(std::move(application));
  }

  const Plan& plan_;
  const Recipe& recipe_;
  ApplicationInput input_;
  std::map<std::string, Traits> traits_;
  std::vector<Value> applications_;
  FileTree tree_;
};

}  // namespace

FileTree render(const Plan& plan, const Recipe& recipe, const RenderOptions& options) {
  return Renderer(plan, recipe, options).run();
}

}  // namespace waybill::argocd
