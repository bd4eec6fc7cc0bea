#pragma once
// The deployers that deployer.cpp lists, one source file each. Nobody else needs them.
#include "app/workflow/deployer.h"

namespace waybill {

[[nodiscard]] std::unique_ptr<Deployer> make_argocd_deployer(const DeployerRequest& request);
[[nodiscard]] std::string argocd_root(const FileTree& bundle, const Place& place);

[[nodiscard]] std::unique_ptr<Deployer> make_flux_deployer(const DeployerRequest& request);
[[nodiscard]] std::string flux_root(const FileTree& bundle, const Place& place);
[[nodiscard]] bool flux_reads(std::string_view repo_url);

[[nodiscard]] std::unique_ptr<Deployer> make_helm_deployer(const DeployerRequest& request);

}  // namespace waybill
