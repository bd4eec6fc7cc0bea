#pragma once
// The deployers that deployer.cpp lists, one source file each. Nobody else needs them.
#include "app/workflow/deployer.h"

namespace waybill {

[[nodiscard]] std::unique_ptr<Deployer> make_argocd_deployer(const DeployerRequest& request);
[[nodiscard]] std::string argocd_root(const FileTree& bundle, const Place& place);

}  // namespace waybill
