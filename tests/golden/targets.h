#pragma once
// Six bundles of the embedded catalogue, as they would be rendered: the usual targets, and the two other forms that a
// bundle can have. The catalogue's own version and digest are left out, so a change elsewhere in it changes nothing
// here.
#include <string>
#include <vector>

#include "argocd/render.h"
#include "argocd/root.h"
#include "core/file_tree.h"
#include "generator/catalogue.h"
#include "generator/embedded.h"
#include "generator/plan.h"
#include "generator/resolve.h"

namespace waybill::testing {

struct GoldenTarget {
  std::string name;  // of its folder
  std::string service, accelerator, intent, os, platform;
  argocd::RenderOptions options = {};
};

inline std::vector<GoldenTarget> golden_targets() {
  argocd::RenderOptions fleet;
  fleet.clusters = {{"east", ""}, {"west", "https://10.0.0.1:6443"}};
  argocd::RenderOptions steps;
  steps.ordering = argocd::Ordering::RollingSync;
  argocd::RenderOptions old;
  old.version = argocd::kOldestVersion;
  return {{"eks-h100-ubuntu-training", "eks", "h100", "training", "ubuntu", "any"},
          {"eks-h100-ubuntu-inference-dynamo", "eks", "h100", "inference", "ubuntu", "dynamo"},
          {"eks-gb200-ubuntu-training-kubeflow", "eks", "gb200", "training", "ubuntu", "kubeflow"},
          {"eks-gb200-inference-for-argocd-3.1", "eks", "gb200", "inference", "any", "any", old},
          {"h100-for-two-clusters", "any", "h100", "any", "any", "any", fleet},
          {"eks-training-by-rollingsync", "eks", "any", "training", "any", "any", steps}};
}

inline FileTree render_golden(const GoldenTarget& target) {
  static const Catalogue catalogue = Catalogue::load({embedded_catalogue()});
  Criteria criteria;
  criteria.set(Dimension::Service, target.service);
  criteria.set(Dimension::Accelerator, target.accelerator);
  criteria.set(Dimension::Intent, target.intent);
  criteria.set(Dimension::Os, target.os);
  criteria.set(Dimension::Platform, target.platform);
  Recipe recipe = resolve(catalogue, criteria, "golden");
  recipe.catalogue = {"golden", "sha256:" + std::string(64, '0')};
  FileTree tree;
  const FileTree bundle = argocd::render(make_plan(catalogue, recipe), recipe, target.options);
  // Without the health checks, which are the same everywhere and stand in the other golden bundle.
  for (const auto& [path, file] : bundle.files()) {
    if (!path.text().starts_with("bootstrap/argocd-")) tree.add(RelPath::parse("bundle/" + path.text()), file.bytes);
  }
  tree.add(RelPath::parse("root.yaml"), argocd::root_document(bundle, {.repo_url = "https://git.example.com/fleet.git",
                                                                       .path = "clusters/x/bundle",
                                                                       .revision = "main"}));
  return tree;
}

}  // namespace waybill::testing
