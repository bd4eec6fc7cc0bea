#pragma once
// Plan -> the files of an Argo CD bundle (docs/formats.md, "Bundle"): one Application a file, manifests, values,
// bootstrap settings, the recipe and a README. Nothing in them says where the bundle will lie: Applications that read
// from the bundle itself carry the words of argocd/placeholder.h, which the chart in apps/ fills in when Argo CD
// renders it.
//
//   Bundle bundle = seal(argocd::render(plan, recipe, options), info);
//   std::string root = argocd::root_document(bundle.tree, {.repo_url = "oci://registry.example/gpu/bundle", .revision =
//   "sha256:…"});
#include <cstdint>
#include <string>
#include <vector>

#include "argocd/version.h"
#include "core/file_tree.h"
#include "generator/plan.h"
#include "generator/recipe.h"

namespace waybill::argocd {

inline constexpr std::string_view kInCluster = "https://kubernetes.default.svc";

// Who keeps the order (docs/formats.md, "Ordering").
enum class Ordering : std::uint8_t {
  Waves,        // sync waves of Applications below a root
  RollingSync,  // the steps of an ApplicationSet
};

// Where the components go.
struct Cluster {
  std::string name;    // prefix of the names of Applications, roots and projects; empty: none
  std::string server;  // address of its API; empty: the cluster that Argo CD itself knows by `name`
};

struct RenderOptions {
  Version version = kDefaultVersion;
  std::string name_space = "argocd";  // where Argo CD looks for Applications
  // With several, each has a folder clusters/<name>/apps instead of apps; manifests are shared.
  std::vector<Cluster> clusters{{"", std::string(kInCluster)}};
  Ordering ordering = Ordering::Waves;
};

// "NAME=SERVER" or "NAME". Throws InvalidInput for a name that Kubernetes would refuse and an address that is no URL.
[[nodiscard]] Cluster parse_cluster(std::string_view text);

// Throws InvalidInput, naming component and field, for a chart without a version, a name too long for Kubernetes, a
// value that holds one of the placeholders, hooks that Argo CD cannot express, clusters whose names collide, malformed
// `argocd` data in the registry, or components that ask for different labels of one namespace.
[[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe, const RenderOptions& options = {});

}  // namespace waybill::argocd
