#include "generator/overlay_scaffold.h"

#include <fmt/core.h>

#include "generator/component.h"
#include "generator/overlay.h"
#include "generator/overlay_reader.h"

namespace waybill {

// Pasted together and yet safe: names and words have passed is_plain_word(), and are quoted all the same, because a
// plain word may look like a number.
std::string scaffold_overlay(const OverlayDraft& draft) {
  std::string text = fmt::format(
      "# What this overlay is for, and why.\n"
      "# 'waybill catalogue check' finds mistakes; docs/catalogue.md explains every field.\n"
      "apiVersion: {}\n"
      "kind: {}\n"
      "metadata:\n"
      "  name: \"{}\"\n"
      "spec:\n",
      kRecipeApiVersion, kOverlayKind, draft.name);
  text += draft.base.empty() ? "  # Without a parent it lies directly over the base recipe.\n"
                             : "  # Whatever the parent says is applied before this overlay.\n";
  text += fmt::format("  base: \"{}\"\n", draft.base.empty() ? kBaseName : draft.base);
  text +=
      "  # The queries that it is for. Write all five: aicr takes one that is left out for a restriction.\n"
      "  criteria:\n";
  for (const Dimension dimension : kDimensions)
    text += fmt::format("    {}: \"{}\"\n", to_string(dimension), draft.criteria.get(dimension));
  if (draft.criteria.nodes() != 0) text += fmt::format("    nodes: {}\n", draft.criteria.nodes());
  text +=
      "  # Conditions on the cluster, each the path of a measurement and what it must be:\n"
      "  #   - name: K8s.server.version\n"
      "  #     value: \">= 1.32\"\n"
      "  constraints: []\n"
      "  # Components to add, and fields of components that are there already:\n"
      "  #   - name: gpu-operator\n"
      "  #     valuesFile: components/gpu-operator/values-site.yaml\n"
      "  #     overrides:\n"
      "  #       driver:\n"
      "  #         enabled: false\n"
      "  componentRefs: []\n";
  return text;
}

std::string scaffold_registry() {
  return fmt::format(
      "# Components of this folder: where their charts come from, in one pinned version. An entry replaces the one of "
      "the\n"
      "# same name in the catalogue below.\n"
      "#   - name: my-component\n"
      "#     displayName: My component\n"
      "#     helm:\n"
      "#       defaultRepository: https://charts.example.com\n"
      "#       defaultChart: my-component\n"
      "#       defaultVersion: 1.2.3\n"
      "#       defaultNamespace: my-component\n"
      "apiVersion: {}\n"
      "kind: ComponentRegistry\n"
      "components: []\n",
      kRecipeApiVersion);
}

}  // namespace waybill
