#include "argocd/root.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "argocd/application.h"
#include "argocd/bundled_applications.h"
#include "argocd/placeholder.h"
#include "argocd/project.h"
#include "argocd/render.h"
#include "core/error.h"
#include "core/suggest.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "generator/bundle.h"
#include "generator/bundle_place.h"

namespace waybill::argocd {
namespace {

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw Error(ErrorCode::InvalidInput, message).hint(std::move(hint));
}

void check_place(const Place& place) {
  check_bundle_place(place.repo_url, place.path, place.revision);
  // Argo CD would replace the words wherever they stand.
  if (holds_placeholder(place.repo_url))
    refuse("the address of a bundle's place holds a word that Argo CD would replace");
  if (holds_placeholder(place.revision))
    refuse("the revision of a bundle's place holds a word that Argo CD would replace");
}

// Those that the place asks for.
std::vector<ClusterApplications> chosen(std::vector<ClusterApplications> groups, const Place& place) {
  if (place.cluster.empty()) return groups;
  std::vector<std::string> known;
  for (ClusterApplications& group : groups) {
    const std::string name =
        group.cluster.empty() ? group.applications.front().text({"spec", "project"}) : group.cluster;
    if (name == place.cluster) {
      std::vector<ClusterApplications> one;
      one.push_back(std::move(group));
      return one;
    }
    known.push_back(name);
  }
  throw Error(ErrorCode::NotFound, fmt::format("the bundle is not for the cluster '{}'", place.cluster))
      .hint(suggestion(place.cluster, known));
}

ProjectInput collect(const ClusterApplications& group, const Place& place) {
  const std::vector<BundledApplication>& children = group.applications;
  ProjectInput input;
  input.has_application_set = group.has_application_set;
  input.name = children.front().text({"spec", "project"});
  input.root = input.name + "-root";
  input.name_space = children.front().text({"metadata", "namespace"});
  input.bundle_repository = place.repo_url;
  // Argo CD asks for it when it creates a component's namespace.
  input.cluster_kinds.insert({"", "Namespace"});
  for (const BundledApplication& child : children) {
    if (child.text({"spec", "project"}) != input.name || child.text({"metadata", "namespace"}) != input.name_space) {
      refuse(fmt::format("'{}' belongs to another project or namespace than the other Applications", child.file));
    }
    const std::string repository = child.text({"spec", "source", "repoURL"});
    input.repositories.insert(repository == kRepoUrlWord ? place.repo_url : repository);
    const Value& to = child.at({"spec", "destination"});
    Destination destination{to.text_or("server", ""), to.text_or("name", ""), to.text_or("namespace", "")};
    if (destination.server.empty() == destination.cluster.empty())
      refuse(fmt::format("'{}' needs a destination that has either a server or a name", child.file));
    if (!destination.name_space.empty()) input.destinations.insert(destination);
    for (const std::string& other : child.annotation(kNamespaces)) {
      destination.name_space = other;
      input.destinations.insert(destination);
    }
    for (const std::string& kind : child.annotation(kClusterResources))
      input.cluster_kinds.insert(parse_group_kind(kind));
  }
  return input;
}

Value source(const Place& place, const std::string& folder) {
  const std::string prefix = place.path.empty() ? "" : place.path + "/";
  // Argo CD fills in its own repository and the revision that it resolved, so children are pinned to what the root was
  // made from.
  const Value parameters =
      Value::list({Value::map({{"name", "repoURL"}, {"value", "$ARGOCD_APP_SOURCE_REPO_URL"}}),
                   Value::map({{"name", "revision"}, {"value", "$ARGOCD_APP_REVISION"}, {"forceString", true}})});
  return Value::map(
      {{"repoURL", place.repo_url},
       {"targetRevision", place.revision},
       {"path", prefix + folder},
       {"helm", Value::map({{"parameters", parameters}, {"valuesObject", Value::map({{"path", prefix}})}})}});
}

// `retry` is that of the components: it holds only what the Argo CD that the bundle was written for knows.
Value root_application(const ProjectInput& input, const Place& place, const std::string& folder,
                       const std::string& recipe_digest, Value retry) {
  Value labels = Value::map({{"app.kubernetes.io/managed-by", "waybill"}});
  Value info = Value::list();
  if (!recipe_digest.empty()) {
    labels.set(kRecipeLabel, short_digest(recipe_digest));
    info.push_back(Value::map({{"name", "recipe"}, {"value", recipe_digest}}));
  }
  if (!place.bundle_digest.empty()) {
    labels.set(kBundleLabel, short_digest(place.bundle_digest));
    info.push_back(Value::map({{"name", "bundle"}, {"value", place.bundle_digest}}));
  }
  Value metadata = Value::map({{"name", input.root}, {"namespace", input.name_space}, {"labels", std::move(labels)}});
  if (place.repo_url.starts_with("https://"))
    metadata.set("annotations", Value::map({{"link.argocd.argoproj.io/source", place.repo_url}}));
  // Without /background the API server deletes all Applications of an ApplicationSet at once, before its controller can
  // take one step after the other away (docs/rig.md).
  metadata.set("finalizers",
               Value::list({input.has_application_set ? "resources-finalizer.argocd.argoproj.io/background"
                                                      : "resources-finalizer.argocd.argoproj.io"}));
  // What a person changes to pause a component, and what Argo CD itself writes. Only the comparison leaves it out: with
  // RespectIgnoreDifferences, Argo CD before 3.4.7 would apply a component's own status to it as well, and its
  // operation could stay Running for ever.
  Value ignored = Value::list({Value::map(
      {{"group", "argoproj.io"},
       {"kind", "Application"},
       {"jsonPointers", Value::list({"/spec/syncPolicy/automated", "/metadata/annotations/argocd.argoproj.io~1refresh",
                                     "/operation"})}})});
  Value policy = Value::map({{"automated", Value::map({{"enabled", true}, {"prune", true}, {"selfHeal", true}})},
                             {"syncOptions", Value::list({"ServerSideApply=true"})},
                             {"retry", std::move(retry)}});
  constexpr int kRevisionsKept = 5;
  Value spec = Value::map({{"project", input.root},
                           {"source", source(place, folder)},
                           {"destination", Value::map({{"server", kInCluster}, {"namespace", input.name_space}})},
                           {"syncPolicy", std::move(policy)},
                           {"ignoreDifferences", std::move(ignored)},
                           {"revisionHistoryLimit", kRevisionsKept}});
  if (!info.items().empty()) spec.set("info", std::move(info));
  return Value::map({{"apiVersion", "argoproj.io/v1alpha1"},
                     {"kind", "Application"},
                     {"metadata", std::move(metadata)},
                     {"spec", std::move(spec)}});
}

// One set instead of a root for each cluster: the generator knows the clusters that Argo CD has, its selector keeps
// those that the bundle is for.
Value roots_set(const std::vector<ClusterApplications>& groups, Value root) {
  Value names = Value::list();
  for (const ClusterApplications& group : groups) names.push_back(group.cluster);
  const Value selector =
      Value::map({{"matchExpressions",
                   Value::list({Value::map({{"key", "name"}, {"operator", "In"}, {"values", std::move(names)}})})}});
  Value& metadata = *root.find("metadata");
  const std::string name_space = metadata.text_or("namespace", "");
  Value labels = *metadata.find("labels");
  return Value::map(
      {{"apiVersion", "argoproj.io/v1alpha1"},
       {"kind", "ApplicationSet"},
       {"metadata", Value::map({{"name", "waybill-roots"}, {"namespace", name_space}, {"labels", std::move(labels)}})},
       {"spec",
        Value::map({{"goTemplate", true},
                    {"goTemplateOptions", Value::list({"missingkey=error"})},
                    {"generators", Value::list({Value::map({{"clusters", Value::map()}, {"selector", selector}})})},
                    {"syncPolicy", Value::map({{"applicationsSync", "sync"}})},
                    {"template", Value::map({{"metadata", metadata}, {"spec", *root.find("spec")}})}})}});
}

}  // namespace

std::string project_name(std::string_view cluster) { return cluster.empty() ? "waybill" : std::string(cluster); }

std::string root_name(std::string_view cluster) { return project_name(cluster) + "-root"; }

std::string root_document(const FileTree& bundle, const Place& place) {
  check_place(place);
  const std::vector<ClusterApplications> groups = chosen(read_applications(bundle), place);
  const std::string recipe_digest =
      bundle.contains(RelPath::parse(kBundleFile)) ? read_bundle_info(bundle).recipe_digest : "";
  if (place.application_set && groups.front().cluster.empty())
    refuse("an ApplicationSet of roots needs a bundle for several clusters",
           "name them with --cluster when it is made");
  std::string text;
  for (const ClusterApplications& group : groups) {
    const ProjectInput input = collect(group, place);
    text += yaml::write(component_project(input)) + "---\n" + yaml::write(root_project(input)) + "---\n";
    if (place.application_set) continue;
    text += yaml::write(root_application(input, place, group.folder(), recipe_digest,
                                         group.applications.front().at({"spec", "syncPolicy", "retry"}))) +
            "---\n";
  }
  if (place.application_set) {
    ProjectInput each = collect(groups.front(), place);
    each.name = "{{ .name }}";
    each.root = "{{ .name }}-root";
    text += yaml::write(
        roots_set(groups, root_application(each, place, "clusters/{{ .name }}/apps", recipe_digest,
                                           groups.front().applications.front().at({"spec", "syncPolicy", "retry"}))));
    return text;
  }
  constexpr std::string_view kSeparator = "---\n";
  text.erase(text.size() - kSeparator.size());
  return text;
}

}  // namespace waybill::argocd
