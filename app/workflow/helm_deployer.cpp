#include <fmt/core.h>

#include "app/workflow/deployer_kinds.h"
#include "core/error.h"
#include "helm/render.h"

namespace waybill {
namespace {

class HelmDeployer final : public Deployer {
 public:
  [[nodiscard]] Value options() const override { return Value::map(); }
  [[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe) const override {
    return helm::render(plan, recipe);
  }
};

[[noreturn]] void refuse(std::string_view option, std::string hint) {
  throw Error(ErrorCode::InvalidInput, fmt::format("{} means nothing to the deployer 'helm'", option))
      .hint(std::move(hint));
}

constexpr const char* kWhereItRuns = "deploy.sh goes to the cluster that --context of its own names: leave it out";

}  // namespace

std::unique_ptr<Deployer> make_helm_deployer(const DeployerRequest& request) {
  if (!request.argocd_version.empty()) refuse("--argocd-version", "leave it out, or use --deployer argocd");
  if (!request.clusters.empty()) refuse("--cluster", kWhereItRuns);
  if (!request.cluster_file.empty()) refuse("--cluster-file", kWhereItRuns);
  if (!request.ordering.empty()) refuse("--ordering", "deploy.sh follows the dependencies by itself: leave it out");
  return std::make_unique<HelmDeployer>();
}

}  // namespace waybill
