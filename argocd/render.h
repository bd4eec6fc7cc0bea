#pragma once
// Plan -> the files of an Argo CD bundle (docs/formats.md, "Bundle"): one Application a file, manifests, values,
// bootstrap settings, the recipe and a README. Nothing in them says where the bundle will lie: Applications that read
// from the bundle itself carry the words of argocd/placeholder.h, which the chart in apps/ fills in when Argo CD
// renders it.
//
//   Bundle bundle = seal(argocd::render(plan, recipe, options), info);
//   std::string root = argocd::root_document(bundle.tree, {.repo_url = "oci://registry.example/gpu/bundle", .revision =
//   "sha256:…"});
#include <string>

#include "argocd/version.h"
#include "core/file_tree.h"
#include "generator/plan.h"
#include "generator/recipe.h"

namespace waybill::argocd {

inline constexpr std::string_view kInCluster = "https://kubernetes.default.svc";

struct RenderOptions {
  Version version = kDefaultVersion;
  std::string name_space = "argocd";  // where Argo CD looks for Applications
  std::string cluster;                // prefix of the Applications' names; empty: none
  std::string server{kInCluster};     // where the components go
};

// Throws InvalidInput, naming component and field, for a chart without a version, a name too long for Kubernetes, a
// value that holds one of the placeholders, hooks that Argo CD cannot express, malformed `argocd` data in the registry,
// or components that ask for different labels of one namespace.
[[nodiscard]] FileTree render(const Plan& plan, const Recipe& recipe, const RenderOptions& options = {});

}  // namespace waybill::argocd
