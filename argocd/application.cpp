#include "argocd/application.h"

#include <fmt/core.h>

#include "argocd/placeholder.h"
#include "argocd/root.h"
#include "argocd/wave.h"
#include "core/error.h"
#include "core/yaml/writer.h"

namespace waybill::argocd {
namespace {

constexpr std::size_t kLongestName = 63;     // labels name it
constexpr std::size_t kLongestRelease = 53;  // Helm
constexpr std::string_view kOciScheme = "oci://";

// What one Application differs in from another of the same component.
struct Shape {
  std::string name;
  std::int64_t wave;
  Value source;
  GroupKinds cluster_kinds;
  std::set<std::string> namespaces;
  bool definitions_may_be_missing = false;
};

std::string application_name(const Release& release, const Cluster& cluster, std::string_view suffix) {
  std::string name =
      cluster.name.empty() ? release.component.name : fmt::format("{}-{}", cluster.name, release.component.name);
  name += suffix;
  if (name.size() > kLongestName) {
    throw Error(ErrorCode::InvalidInput, fmt::format("the name '{}' is longer than {} characters", name, kLongestName));
  }
  return name;
}

// Comma-separated; "*" for what is not known.
std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}
std::string joined(const GroupKinds& kinds) {
  std::set<std::string> words;
  for (const GroupKind& kind : kinds) words.insert(to_string(kind));
  return joined(words);
}

// Links that Argo CD shows beside an Application: what the registry names, and where its chart comes from if a browser
// can open that.
void add_links(const ComponentTraits& traits, const Value& source, Value& annotations) {
  constexpr std::string_view kPrefix = "link.argocd.argoproj.io/";
  const std::string repository = source.text_or("repoURL", "");
  if (repository.starts_with("https://")) annotations.set(fmt::format("{}source", kPrefix), repository);
  for (const Value::Member& link : traits.links.members())
    annotations.set(fmt::format("{}{}", kPrefix, link.key), link.value);
}

Value annotations(const Shape& shape, const ComponentTraits& traits) {
  Value result = Value::map(
      {{"argocd.argoproj.io/compare-options", "ServerSideDiff=true"}, {kSyncWave, std::to_string(shape.wave)}});
  add_links(traits, shape.source, result);
  if (!shape.cluster_kinds.empty()) result.set(kClusterResources, joined(shape.cluster_kinds));
  if (!shape.namespaces.empty()) result.set(kNamespaces, joined(shape.namespaces));
  return result;
}

Value retry(const Version& version) {
  // Without a limit: a failed sync of the same revision is otherwise never tried again (spec 1.4).
  Value result = Value::map({{"limit", -1}});
  if (version.has_retry_refresh()) result.set("refresh", true);
  result.set("backoff", Value::map({{"duration", "10s"}, {"factor", 2}, {"maxDuration", "5m"}}));
  return result;
}

Value sync_policy(const Release& release, const ComponentTraits& traits, const Shape& shape,
                  const ApplicationInput& input) {
  const std::string& name_space = release.component.name_space;
  Value policy = Value::map({{"automated", Value::map({{"enabled", true}, {"prune", true}, {"selfHeal", true}})}});
  Value options = Value::list();
  if (!name_space.empty()) {
    options.push_back("CreateNamespace=true");
    const auto labels = input.namespace_labels.find(name_space);
    if (labels != input.namespace_labels.end())
      policy.set("managedNamespaceMetadata", Value::map({{"labels", labels->second}}));
  }
  options.push_back("ServerSideApply=true");
  if (!traits.ignore_differences.items().empty()) options.push_back("RespectIgnoreDifferences=true");
  if (shape.definitions_may_be_missing) options.push_back("SkipDryRunOnMissingResource=true");
  policy.set("syncOptions", std::move(options));
  policy.set("retry", retry(input.options.version));
  return policy;
}

Value application(const Release& release, const ComponentTraits& traits, Shape shape, const ApplicationInput& input) {
  const RenderOptions& options = input.options;
  Value metadata = Value::map({{"name", shape.name}, {"namespace", options.name_space}});
  metadata.set("labels", Value::map({{"app.kubernetes.io/managed-by", "waybill"},
                                     {"app.kubernetes.io/part-of", root_name(input.cluster.name)},
                                     {kComponentLabel, release.component.name},
                                     {kRecipeLabel, short_digest(input.recipe_digest)}}));
  metadata.set("annotations", annotations(shape, traits));
  metadata.set("finalizers", Value::list({"resources-finalizer.argocd.argoproj.io"}));

  // By name where no address is given: what Argo CD does not know then fails, instead of going to Argo CD's own
  // cluster. Argo CD would replace the words wherever they stand.
  refuse_placeholders(*metadata.find("annotations"),
                      fmt::format("component '{}': annotations", release.component.name));
  refuse_placeholders(traits.ignore_differences,
                      fmt::format("component '{}': argocd.ignoreDifferences", release.component.name));
  refuse_placeholders(traits.namespace_labels,
                      fmt::format("component '{}': argocd.namespaceLabels", release.component.name));

  Value destination = Value::map();
  if (input.cluster.server.empty()) {
    destination.set("name", input.cluster.name);
  } else {
    destination.set("server", input.cluster.server);
  }
  if (!release.component.name_space.empty()) destination.set("namespace", release.component.name_space);
  Value policy = sync_policy(release, traits, shape, input);
  Value result = Value::map({{"apiVersion", "argoproj.io/v1alpha1"}, {"kind", "Application"}});
  result.set("metadata", std::move(metadata));
  Value& spec = result.set("spec", Value::map());
  spec.set("project", project_name(input.cluster.name));
  spec.set("source", std::move(shape.source));
  spec.set("destination", std::move(destination));
  spec.set("syncPolicy", std::move(policy));
  if (!traits.ignore_differences.items().empty()) spec.set("ignoreDifferences", traits.ignore_differences);
  constexpr int kRevisionsKept = 5;
  spec.set("revisionHistoryLimit", kRevisionsKept);
  spec.set("info", Value::list({Value::map({{"name", "recipe"}, {"value", input.recipe_digest}})}));
  return result;
}

bool holds_null(const Value& value) {
  if (value.is_null()) return true;
  if (value.is_list()) {
    for (const Value& item : value.items()) {
      if (holds_null(item)) return true;
    }
  }
  if (value.is_map()) {
    for (const Value::Member& member : value.members()) {
      if (holds_null(member.value)) return true;
    }
  }
  return false;
}

// Argo CD pulls the chart itself instead of asking Helm: the only way to name it by digest.
bool is_native(const ComponentRef& component, const ComponentTraits& traits) {
  const bool wanted = traits.native_source || component.version.starts_with("sha256:");
  if (wanted && !component.source.starts_with(kOciScheme)) {
    throw Error(
        ErrorCode::InvalidInput,
        fmt::format("component '{}': only a chart in an OCI registry can be read natively or by digest, not '{}'",
                    component.name, component.source));
  }
  return wanted;
}

Value helm_source(const Release& release, const ComponentTraits& traits) {
  const ComponentRef& component = release.component;
  Value helm = Value::map({{"releaseName", component.name}, {"skipTests", true}});
  if (release.values.is_map() && !release.values.members().empty()) {
    // A null takes a chart's default away. Inside an object it could be pruned on its way through two API writes; text
    // arrives as it is.
    if (holds_null(release.values)) {
      helm.set("values", yaml::write(release.values));
    } else {
      helm.set("valuesObject", release.values);
    }
  }
  const std::string chart = component.chart.empty() ? component.name : component.chart;
  std::string repository = component.source;
  while (repository.ends_with('/')) repository.pop_back();
  if (is_native(component, traits)) {
    return Value::map({{"repoURL", fmt::format("{}/{}", repository, chart)},
                       {"path", "."},
                       {"targetRevision", component.version},
                       {"helm", std::move(helm)}});
  }
  // Helm's OCI form has no scheme; with it Argo CD would ignore the chart's name (spec 1.2). The version is a tag
  // there, so it stays exactly as it is written.
  if (repository.starts_with(kOciScheme)) repository.erase(0, kOciScheme.size());
  return Value::map({{"repoURL", std::move(repository)},
                     {"chart", chart},
                     {"targetRevision", component.version},
                     {"helm", std::move(helm)}});
}

Value kustomize_source(const ComponentRef& component) {
  Value source = Value::map({{"repoURL", component.source}});
  if (!component.path.empty()) source.set("path", component.path);
  if (!component.tag.empty()) source.set("targetRevision", component.tag);
  return source;
}

}  // namespace

Value chart_application(const Release& release, const ComponentTraits& traits, const ApplicationInput& input) {
  const std::string& component = release.component.name;
  if (component.size() > kLongestRelease) {
    throw Error(ErrorCode::InvalidInput, fmt::format("component '{}': a Helm release name has at most {} characters",
                                                     component, kLongestRelease));
  }
  refuse_placeholders(release.values, fmt::format("component '{}': values", component));
  Value source = release.component.is_kustomize() ? kustomize_source(release.component) : helm_source(release, traits);
  refuse_placeholders(source, fmt::format("component '{}': source", component));
  Shape shape{application_name(release, input.cluster, ""), chart_wave(release.wave), std::move(source),
              traits.cluster_resources.value_or(GroupKinds{kEveryKind}),
              traits.namespaces.value_or(std::set<std::string>{"*"})};
  return application(release, traits, std::move(shape), input);
}

Value manifests_application(const Release& release, const ComponentTraits& traits, const Manifests& manifests,
                            const ApplicationInput& input) {
  const ManifestPlacement placement = traits.manifests.value_or(manifests.placement);
  const bool alone = release.component.is_manifest_only();
  GroupKinds kinds = manifests.cluster_kinds;
  if (traits.cluster_resources) kinds.insert(traits.cluster_resources->begin(), traits.cluster_resources->end());
  std::set<std::string> namespaces = manifests.namespaces;
  if (traits.namespaces) namespaces.insert(traits.namespaces->begin(), traits.namespaces->end());
  Shape shape{application_name(release, input.cluster, "-manifests"),
              alone ? chart_wave(release.wave) : manifests_wave(release.wave, placement),
              Value::map({{"repoURL", kRepoUrlWord},
                          {"path", fmt::format("{}manifests/{}", kPathWord, release.component.name)},
                          {"targetRevision", kRevisionWord}}),
              std::move(kinds),
              std::move(namespaces),
              !alone && placement == ManifestPlacement::With};
  return application(release, traits, std::move(shape), input);
}

}  // namespace waybill::argocd
