#include "large_catalogue.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "core/rel_path.h"

namespace waybill::bench {
namespace {

std::string component_name(std::size_t number) { return fmt::format("component-{:04}", number); }

std::string registry(std::size_t components) {
  std::string text = "apiVersion: aicr.nvidia.com/v1alpha1\nkind: ComponentRegistry\ncomponents:\n";
  for (std::size_t i = 0; i < components; ++i) {
    text += fmt::format(
        "  - name: {0}\n    displayName: \"Component {1}\"\n    valueOverrideKeys:\n      - key{1}\n    helm:\n"
        "      defaultRepository: https://charts.example.com/stable\n      defaultChart: stable/{0}\n"
        "      defaultVersion: 1.{1}.0\n      defaultNamespace: team-{2}\n",
        component_name(i), i, i % 10);
  }
  return text;
}

std::string base(std::size_t components) {
  std::string text =
      "apiVersion: aicr.nvidia.com/v1alpha1\nkind: RecipeMetadata\nmetadata:\n  name: base\nspec:\n  constraints:\n"
      "    - name: K8s.server.version\n      value: \">= 1.30\"\n  componentRefs:\n";
  for (std::size_t i = 0; i < components; ++i) {
    text += fmt::format("    - name: {0}\n      type: Helm\n      valuesFile: components/{0}/values.yaml\n",
                        component_name(i));
    if (i == 0) continue;
    text += "      dependencyRefs:\n";
    for (std::size_t step = 1; step <= 3 && step * step <= i; ++step)
      text += fmt::format("        - {}\n", component_name(i - step * step));
  }
  return text;
}

std::string overlay(std::size_t number, std::size_t components) {
  constexpr std::array<std::string_view, 4> kSuffixes{"", "-h100", "-training", "-inference"};
  constexpr std::array<std::string_view, 4> kCriteria{"", "    accelerator: h100\n", "    intent: training\n",
                                                      "    intent: inference\n"};
  const std::size_t group = number / kSuffixes.size();
  const std::size_t kind = number % kSuffixes.size();
  std::string text = fmt::format(
      "apiVersion: aicr.nvidia.com/v1alpha1\nkind: RecipeMetadata\nmetadata:\n  name: site-{0}{1}\n"
      "  description: What clusters of site {0} need in addition.\nspec:\n",
      group, kSuffixes.at(kind));
  if (kind == 1) text += fmt::format("  base: site-{}\n", group);
  text += fmt::format("  criteria:\n    service: site-{}\n{}", group, kCriteria.at(kind));
  text += "  constraints:\n    - name: OS.release.ID\n      value: ubuntu\n  componentRefs:\n";
  constexpr std::size_t kChanged = 5;
  for (std::size_t i = 0; i < std::min(kChanged, components); ++i) {
    text += fmt::format(
        "    - name: {0}\n      version: 2.{1}.{2}\n      overrides:\n        replicas: {3}\n        resources:\n"
        "          limits:\n            cpu: \"{3}\"\n            memory: {3}Gi\n        nodeSelector:\n"
        "          example.com/site: site-{4}\n",
        component_name((number * 7 + i * 13) % components), number, i, 1 + (number + i) % 8, group);
  }
  return text;
}

}  // namespace

FileTree large_catalogue(std::size_t overlays, std::size_t components) {
  FileTree tree;
  tree.add(RelPath::parse("registry.yaml"), registry(components));
  tree.add(RelPath::parse("overlays/base.yaml"), base(components));
  for (std::size_t i = 0; i < components; ++i) {
    tree.add(RelPath::parse(fmt::format("components/{}/values.yaml", component_name(i))),
             fmt::format("image:\n  repository: registry.example.com/team/{0}\n  tag: 1.{1}.0\nreplicas: 1\n"
                         "service:\n  port: {2}\n",
                         component_name(i), i, 8000 + i));
  }
  for (std::size_t i = 0; i < overlays; ++i)
    tree.add(RelPath::parse(fmt::format("overlays/{:05}.yaml", i)), overlay(i, components));
  return tree;
}

Criteria query_of_one_group() {
  Criteria criteria;
  criteria.set(Dimension::Service, "site-0", {"site-0"});
  criteria.set(Dimension::Accelerator, "h100");
  criteria.set(Dimension::Intent, "training");
  return criteria;
}

}  // namespace waybill::bench
