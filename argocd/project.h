#pragma once
// The two AppProjects of a bundle: one that may do what the components need and no more, and one for the root alone,
// because who can write into Argo CD's namespace is its administrator (spec: argocd-and-gitops 1.10).
#include <set>
#include <string>
#include <utility>

#include "argocd/group_kind.h"
#include "core/value.h"

namespace waybill::argocd {

struct ProjectInput {
  std::string name;                                            // of the project for the components
  std::string root;                                            // of the root Application and its project
  std::string name_space;                                      // of Argo CD
  std::string bundle_repository;                               // where the bundle lies
  std::set<std::string> repositories;                          // every repoURL of the components
  std::set<std::pair<std::string, std::string>> destinations;  // server and namespace
  GroupKinds cluster_kinds;
};

[[nodiscard]] Value component_project(const ProjectInput& input);
[[nodiscard]] Value root_project(const ProjectInput& input);

}  // namespace waybill::argocd
