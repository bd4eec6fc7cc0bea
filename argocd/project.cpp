#include "argocd/project.h"

#include "argocd/render.h"

namespace waybill::argocd {
namespace {

Value project(const std::string& name, const std::string& name_space, Value spec) {
  return Value::map(
      {{"apiVersion", "argoproj.io/v1alpha1"},
       {"kind", "AppProject"},
       {"metadata", Value::map({{"name", name},
                                {"namespace", name_space},
                                {"labels", Value::map({{"app.kubernetes.io/managed-by", "waybill"}})},
                                {"finalizers", Value::list({"resources-finalizer.argocd.argoproj.io"})}})},
       {"spec", std::move(spec)}});
}

Value described(const Destination& destination, std::string_view name_space) {
  if (destination.server.empty()) return Value::map({{"name", destination.cluster}, {"namespace", name_space}});
  return Value::map({{"server", destination.server}, {"namespace", name_space}});
}

Value described(const GroupKind& kind) { return Value::map({{"group", kind.group}, {"kind", kind.kind}}); }

}  // namespace

Value component_project(const ProjectInput& input) {
  Value repositories = Value::list();
  for (const std::string& repository : input.repositories) repositories.push_back(repository);
  Value destinations = Value::list();
  for (const Destination& place : input.destinations) {
    const bool everywhere = input.destinations.contains({place.server, place.cluster, "*"});
    // Whoever may write beside Argo CD is its administrator; a name is covered by '*' of the same server. "in-cluster"
    // is Argo CD's own name for the cluster that it runs in.
    const bool beside_argocd = place.server == kInCluster || place.cluster == "in-cluster";
    if (place.name_space == "*" && beside_argocd) destinations.push_back(described(place, "!" + input.name_space));
    if (!everywhere || place.name_space == "*") destinations.push_back(described(place, place.name_space));
  }
  Value kinds = Value::list();
  if (input.cluster_kinds.contains(kEveryKind)) {
    kinds.push_back(described(kEveryKind));
  } else {
    for (const GroupKind& kind : input.cluster_kinds) kinds.push_back(described(kind));
  }
  return project(input.name, input.name_space,
                 Value::map({{"description", "Components of a Waybill bundle"},
                             {"sourceRepos", std::move(repositories)},
                             {"destinations", std::move(destinations)},
                             {"clusterResourceWhitelist", std::move(kinds)}}));
}

Value root_project(const ProjectInput& input) {
  return project(
      input.root, input.name_space,
      Value::map(
          {{"description", "The Application that holds a Waybill bundle's Applications"},
           {"sourceRepos", Value::list({input.bundle_repository})},
           {"destinations", Value::list({Value::map({{"server", kInCluster}, {"namespace", input.name_space}})})},
           {"namespaceResourceWhitelist",
            Value::list({Value::map({{"group", "argoproj.io"},
                                     {"kind", input.has_application_set ? "ApplicationSet" : "Application"}})})}}));
}

}  // namespace waybill::argocd
