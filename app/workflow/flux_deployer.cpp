#include <fmt/core.h>

#include "app/workflow/deployer_kinds.h"
#include "core/error.h"
#include "flux/objects.h"
#include "flux/render.h"
#include "flux/root.h"

namespace waybill {
namespace {

class FluxDeployer final : public Deployer {
 public:
  [[nodiscard]] Value options() const override { return Value::map(); }
  [[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe) const override {
    return flux::render(plan, recipe);
  }
};

[[noreturn]] void refuse(std::string_view option, std::string hint) {
  throw Error(ErrorCode::InvalidInput, fmt::format("{} means nothing to the deployer 'flux'", option))
      .hint(std::move(hint));
}

// Flux reaches other clusters through Secrets with a kubeconfig, which a signed bundle cannot hold.
constexpr const char* kOneCluster =
    "a bundle for Flux is for the cluster that Flux runs in; publish it for each of them";

}  // namespace

std::unique_ptr<Deployer> make_flux_deployer(const DeployerRequest& request) {
  if (!request.argocd_version.empty()) refuse("--argocd-version", "leave it out, or use --deployer argocd");
  if (!request.clusters.empty()) refuse("--cluster", kOneCluster);
  if (!request.cluster_file.empty()) refuse("--cluster-file", kOneCluster);
  if (!request.ordering.empty())
    refuse("--ordering", "Flux keeps the order of the dependencies by itself: leave it out");
  return std::make_unique<FluxDeployer>();
}

std::string flux_root(const FileTree& bundle, const Place& place) {
  if (!place.cluster.empty()) refuse("--cluster", kOneCluster);
  if (place.application_set) refuse("--applicationset", kOneCluster);
  return flux::root_document(bundle, {.repo_url = place.repo_url,
                                      .path = place.path,
                                      .revision = place.revision,
                                      .bundle_digest = place.bundle_digest,
                                      .secret = place.secret});
}

bool flux_reads(std::string_view repo_url) { return flux::is_readable(repo_url); }

}  // namespace waybill
