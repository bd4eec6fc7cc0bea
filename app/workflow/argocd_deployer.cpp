#include <fmt/core.h>

#include <algorithm>

#include "app/workflow/deployer_kinds.h"
#include "argocd/render.h"
#include "argocd/root.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"

namespace waybill {
namespace {

// {west: https://10.0.0.1:6443, east: null}
void read_cluster_file(const std::string& path, std::vector<argocd::Cluster>& clusters) {
  constexpr std::size_t kLargest = 1 << 20;
  const yaml::Node document = yaml::parse(read_file(path, kLargest), path);
  const Value value = document.to_value();
  if (!value.is_map()) {
    throw Error(ErrorCode::InvalidInput, "a file of clusters is a mapping of names to addresses")
        .at({path, document.line, document.column})
        .hint("write lines as west: https://10.0.0.1:6443");
  }
  for (const Value::Member& member : value.members()) {
    if (!member.value.is_null() && !member.value.is_string())
      throw Error(ErrorCode::InvalidInput, fmt::format("the cluster '{}' has an address that is no text", member.key))
          .at({path, document.line, document.column});
    with_context(
        [&] { return fmt::format("in the file of clusters '{}'", path); },
        [&] {
          clusters.push_back(argocd::parse_cluster(
              member.value.is_null() ? member.key : fmt::format("{}={}", member.key, member.value.as_string())));
        });
  }
}

argocd::RenderOptions render_options(const DeployerRequest& request) {
  argocd::RenderOptions options;
  if (!request.argocd_version.empty()) options.version = argocd::Version::parse(request.argocd_version);
  if (request.ordering == "rollingsync") {
    options.ordering = argocd::Ordering::RollingSync;
  } else if (!request.ordering.empty() && request.ordering != "waves") {
    throw Error(ErrorCode::InvalidInput, fmt::format("no ordering '{}'", request.ordering))
        .hint(suggestion(request.ordering, {"waves", "rollingsync"}));
  }
  std::vector<argocd::Cluster> clusters;
  clusters.reserve(request.clusters.size());
  for (const std::string& text : request.clusters) clusters.push_back(argocd::parse_cluster(text));
  if (!request.cluster_file.empty()) read_cluster_file(request.cluster_file, clusters);
  std::sort(clusters.begin(), clusters.end(),
            [](const argocd::Cluster& left, const argocd::Cluster& right) { return left.name < right.name; });
  if (!clusters.empty()) options.clusters = std::move(clusters);
  return options;
}

class ArgocdDeployer final : public Deployer {
 public:
  explicit ArgocdDeployer(argocd::RenderOptions options) : options_(std::move(options)) {}

  [[nodiscard]] Value options() const override {
    Value chosen = Value::map({{"argocdVersion", options_.version.text()}});
    if (options_.ordering == argocd::Ordering::RollingSync) chosen.set("ordering", "rollingsync");
    Value clusters = Value::list();
    for (const argocd::Cluster& cluster : options_.clusters) {
      if (!cluster.name.empty())
        clusters.push_back(cluster.server.empty() ? cluster.name : fmt::format("{}={}", cluster.name, cluster.server));
    }
    if (!clusters.items().empty()) chosen.set("clusters", std::move(clusters));
    return chosen;
  }

  [[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe) const override {
    return argocd::render(plan, recipe, options_);
  }

 private:
  argocd::RenderOptions options_;
};

}  // namespace

std::unique_ptr<Deployer> make_argocd_deployer(const DeployerRequest& request) {
  return std::make_unique<ArgocdDeployer>(render_options(request));
}

std::string argocd_root(const FileTree& bundle, const Place& place) {
  if (!place.secret.empty()) {
    throw Error(ErrorCode::InvalidInput, "--secret means nothing to the deployer 'argocd'")
        .hint("Argo CD finds a repository's Secret by the address in it");
  }
  return argocd::root_document(bundle, {.repo_url = place.repo_url,
                                        .path = place.path,
                                        .revision = place.revision,
                                        .bundle_digest = place.bundle_digest,
                                        .cluster = place.cluster,
                                        .application_set = place.application_set});
}

}  // namespace waybill
