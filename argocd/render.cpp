#include "argocd/render.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "argocd/application.h"
#include "argocd/application_set.h"
#include "argocd/bootstrap.h"
#include "argocd/manifests.h"
#include "argocd/placeholder.h"
#include "argocd/readme.h"
#include "argocd/root.h"
#include "argocd/templates.h"
#include "core/error.h"
#include "core/yaml/writer.h"
#include "generator/component_traits.h"

namespace waybill::argocd {
namespace {

constexpr std::string_view kChartFolder = "apps/";
constexpr std::string_view kApplicationSetFile = "applicationset";

class Renderer {
 public:
  Renderer(const Plan& plan, const Recipe& recipe, const RenderOptions& options)
      : plan_(plan), recipe_(recipe), options_(options), recipe_digest_(digest(recipe).to_string()) {
    if (options.clusters.empty()) throw Error(ErrorCode::InvalidInput, "a bundle needs a cluster to go to");
    for (const Release& release : plan.releases) traits_.emplace(release.component.name, read_traits(release));
    namespace_labels_ = labels_by_namespace(plan, traits_);
  }

  FileTree run() {
    for (const Release& release : plan_.releases) {
      with_context([&] { return fmt::format("while rendering component '{}' for Argo CD", release.component.name); },
                   [&] { add_files(release); });
    }
    for (const Cluster& cluster : options_.clusters) add_cluster(cluster);
    write("bootstrap/argocd-cm-patch.yaml", configmap_patch());
    write("bootstrap/argocd-values.yaml", chart_values(options_.ordering));
    write("bootstrap/repositories.yaml", repositories(applications_, options_));
    write("recipe.yaml", yaml::write(to_value(recipe_)));
    write("README.md", readme(plan_, recipe_, options_));
    return std::move(tree_);
  }

 private:
  void write(const std::string& path, std::string text) { tree_.add(RelPath::parse(path), std::move(text)); }

  // What all clusters share.
  void add_files(const Release& release) {
    const std::string& name = release.component.name;
    if (!release.manifests.empty()) {
      Manifests manifests = prepare_manifests(release.manifests, name, options_.version);
      tree_.add_tree("manifests/" + name, manifests.files);
      manifests_.emplace(name, std::move(manifests));
    }
    write(fmt::format("values/{}.yaml", name), yaml::write(release.values.is_null() ? Value::map() : release.values));
  }

  void add_cluster(const Cluster& cluster) {
    if (!projects_.insert(project_name(cluster.name)).second || !projects_.insert(root_name(cluster.name)).second) {
      throw Error(ErrorCode::InvalidInput,
                  fmt::format("the project of the cluster '{}' would have the name of another one", cluster.name));
    }
    const std::string folder = options_.clusters.size() > 1 ? fmt::format("clusters/{}/", cluster.name) : "";
    const ApplicationInput input{options_, cluster, recipe_digest_, namespace_labels_};
    for (const EmbeddedText& file : templates()) {
      if (file.path.starts_with(kChartFolder)) write(fmt::format("{}{}", folder, file.path), std::string(file.text));
    }
    std::vector<std::pair<std::string, Value>> applications;  // by file name
    for (const Release& release : plan_.releases) {
      with_context([&] { return fmt::format("while rendering component '{}' for Argo CD", release.component.name); },
                   [&] { add_applications(release, input, applications); });
    }
    for (const auto& [name, application] : applications) {
      const std::string object = application.find("metadata")->text_or("name", "");
      if (!names_.insert(object).second) {
        throw Error(ErrorCode::InvalidInput, fmt::format("two Applications would have the name '{}'", object))
            .hint("give the clusters names that differ in more than what components are called");
      }
    }
    if (options_.ordering == Ordering::RollingSync) {
      std::vector<Value> members;
      members.reserve(applications.size());
      for (const auto& [name, application] : applications) members.push_back(application);
      write(fmt::format("{}{}files/{}.yaml", folder, kChartFolder, kApplicationSetFile),
            yaml::write(application_set(members, input)));
    } else {
      for (const auto& [name, application] : applications)
        write(fmt::format("{}{}files/{}.yaml", folder, kChartFolder, name), yaml::write(application));
    }
    for (auto& [name, application] : applications) applications_.push_back(std::move(application));
  }

  void add_applications(const Release& release, const ApplicationInput& input,
                        std::vector<std::pair<std::string, Value>>& applications) const {
    const std::string& name = release.component.name;
    const ComponentTraits& traits = traits_.at(name);
    if (!release.component.is_manifest_only())
      applications.emplace_back(name, chart_application(release, traits, input));
    if (const auto manifests = manifests_.find(name); manifests != manifests_.end())
      applications.emplace_back(name + "-manifests", manifests_application(release, traits, manifests->second, input));
  }

  const Plan& plan_;
  const Recipe& recipe_;
  const RenderOptions& options_;
  std::string recipe_digest_;
  std::map<std::string, ComponentTraits> traits_;
  std::map<std::string, Value> namespace_labels_;
  std::map<std::string, Manifests> manifests_;
  std::vector<Value> applications_;  // of all clusters
  std::set<std::string> names_;
  std::set<std::string> projects_;
  FileTree tree_;
};

}  // namespace

Cluster parse_cluster(std::string_view text) {
  constexpr std::size_t kLongest = 63;
  const std::size_t equals = text.find('=');
  Cluster cluster{std::string(text.substr(0, equals)), {}};
  const std::string& name = cluster.name;
  const bool is_label = !name.empty() && name.size() <= kLongest && name.front() != '-' && name.back() != '-' &&
                        std::all_of(name.begin(), name.end(), [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                        });
  if (!is_label) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' cannot be a cluster's name", name))
        .hint("use small letters, digits and '-', as in west-1=https://10.0.0.1:6443");
  }
  if (equals == std::string_view::npos) return cluster;
  cluster.server = text.substr(equals + 1);
  const bool is_address =
      (cluster.server.starts_with("https://") || cluster.server.starts_with("http://")) &&
      cluster.server.find("://") + 3 < cluster.server.size() &&
      std::all_of(cluster.server.begin(), cluster.server.end(), [](char c) {
        return c > ' ' && c < 0x7f && std::string_view("\"'\\`<>{}@,*").find(c) == std::string_view::npos;
      });
  if (!is_address || holds_placeholder(cluster.server)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is no address of the cluster '{}'", cluster.server, cluster.name))
        .hint(
            "write https://HOST:PORT as Argo CD knows it, or leave it away to go by the name that Argo CD has for it");
  }
  return cluster;
}

FileTree render(const Plan& plan, const Recipe& recipe, const RenderOptions& options) {
  return Renderer(plan, recipe, options).run();
}

}  // namespace waybill::argocd
