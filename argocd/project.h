#pragma once
// The two AppProjects of a bundle: one that may do what the components need and no more, and one for the root alone,
// because who can write into Argo CD's namespace is its administrator (spec: argocd-and-gitops 1.10).
#include <compare>
#include <set>
#include <string>

#include "core/value.h"
#include "generator/group_kind.h"

namespace waybill::argocd {

struct Destination {
  std::string server;  // or, when it is empty, by what name Argo CD knows the cluster
  std::string cluster;
  std::string name_space;
  auto operator<=>(const Destination&) const = default;
};

struct ProjectInput {
  std::string name;                    // of the project for the components
  std::string root;                    // of the root Application and its project
  std::string name_space;              // of Argo CD
  std::string bundle_repository;       // where the bundle lies
  std::set<std::string> repositories;  // every repoURL of the components
  std::set<Destination> destinations;
  GroupKinds cluster_kinds;
  bool has_application_set = false;  // below the root stands one, which makes the Applications
};

[[nodiscard]] Value component_project(const ProjectInput& input);
[[nodiscard]] Value root_project(const ProjectInput& input);

}  // namespace waybill::argocd
