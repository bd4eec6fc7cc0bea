#include "helm/readme.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "generator/readme_parts.h"

namespace waybill::helm {
namespace {

constexpr std::string_view kOciScheme = "oci://";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string component_table(const Plan& plan) {
  std::string text =
      "| wave | component | what | version | namespace | source | waits for |\n|---|---|---|---|---|---|---|\n";
  for (const Release& release : plan.releases) {
    const ComponentRef& component = release.component;
    const bool alone = component.is_manifest_only();
    text += fmt::format(
        "| {} | [{}]({}/README.md) | {} | {} | {} | {} | {} |\n", release.wave, component.name, component.name,
        component.is_kustomize() ? "kustomization"
        : alone                  ? "manifests"
                                 : "chart",
        table_cell(component.is_kustomize() ? component.tag : component.version), table_cell(namespace_of(release)),
        table_cell(alone ? "this bundle" : component.source), table_cell(joined(release.depends_on)));
  }
  return text;
}

std::string namespace_list(const std::map<std::string, Value>& namespaces) {
  std::string text;
  for (const auto& [name, labels] : namespaces) {
    text += fmt::format("- `{}`", name);
    for (const auto& [key, value] : labels.members()) text += fmt::format(" `{}={}`", key, value.as_string());
    text += '\n';
  }
  return text;
}

// The command by which a step is installed, and the one by which it is removed, as the scripts run them.
std::string install_command(const Step& step) {
  if (step.kind == StepKind::Kustomize) {
    return fmt::format("kubectl apply --server-side --field-manager=waybill -n {} -k \"$BUNDLE/{}\"", step.name_space,
                       step.chart);
  }
  std::string text = fmt::format("helm upgrade --install {}", step.name);
  if (step.kind == StepKind::Local) {
    text += fmt::format(" \"$BUNDLE/{}\"", step.chart);
  } else if (step.repository.starts_with(kOciScheme)) {
    text += fmt::format(" {}/{} --version {}", step.repository, step.chart, step.version);
  } else {
    text += fmt::format(" {} --repo {} --version {}", step.chart, step.repository, step.version);
  }
  text += fmt::format(" -n {}", step.name_space);
  if (step.kind == StepKind::Chart) text += fmt::format(" -f \"$BUNDLE/{}/values.yaml\"", step.component);
  if (step.waits) text += fmt::format(" --wait --timeout {}", step.timeout.empty() ? "10m" : step.timeout);
  return text;
}

}  // namespace

std::string readme(const Plan& plan, const Recipe& recipe, const std::vector<Step>& steps,
                   const std::map<std::string, Value>& namespaces) {
  return fmt::format(
      R"(# Cluster bundle for Helm

Made by Waybill from a recipe. These files are covered by `checksums.txt`: change the recipe, not the files.

- recipe: `{digest}`
{criteria}
## What is rolled out

A component begins when everything that it waits for is ready; components that do not wait for each other are installed at the same
time. {steps} releases and kustomizations, listed in `steps.tsv`.

{components}
## Needed

A POSIX shell with the usual tools, `kubectl`, `helm` 3.14 or later (also 4){git}, the right to change everything in the cluster, and the
network to fetch the charts.

## Install and upgrade

    ./deploy.sh --dry-run     # the commands, in order; nothing is contacted
    ./deploy.sh               # into the cluster of kubectl's current context

The script checks every file against `checksums.txt` first. That finds damage, not forgery: check the signature with
`waybill verify --key waybill.pub FOLDER`, or with `cosign verify-blob --key waybill.pub --insecure-ignore-tlog --bundle
attestation/checksums.sigstore.json checksums.txt`.

Running it again is safe: it upgrades what is there, and is how a newer bundle is rolled out. `--help` lists all options: another
`--context`, `--jobs`, `--retries`, `--timeout`, `--best-effort`, `--report` and more. It ends with 0 when all is done, 1 when a step
failed, 2 for a wrong option, 3 when it refused to begin, 4 when it went on after a failure (`--best-effort`), 130 when interrupted.

Namespaces that are not there are made, with these labels:

{namespaces}
## Remove

    ./undeploy.sh --dry-run
    ./undeploy.sh

removes the releases of this bundle in reverse order, and only those that a bundle made. Definitions of custom resources that came as
manifests, volume claims and namespaces stay; the script says which, and how they are removed. Definitions in a chart's folder `crds/`
stay too: Helm never removes them.
)",
      fmt::arg("digest", digest(recipe).to_string()), fmt::arg("criteria", criteria_list(recipe.criteria)),
      fmt::arg("steps", steps.size()), fmt::arg("components", component_table(plan)),
      fmt::arg("git", std::ranges::any_of(steps, [](const Step& step) { return step.kind == StepKind::Kustomize; })
                          ? ", `git`"
                          : ""),
      fmt::arg("namespaces", namespaces.empty() ? "none\n" : namespace_list(namespaces)));
}

std::string component_readme(const Release& release, const std::vector<Step>& steps) {
  const ComponentRef& component = release.component;
  std::string text = fmt::format("# {}\n\n", component.name);
  if (component.is_kustomize()) {
    text += fmt::format("- kustomization: `{}//{}`\n- tag: `{}`\n", component.source, component.path, component.tag);
  } else if (!component.is_manifest_only()) {
    text +=
        fmt::format("- chart: `{}` of `{}`\n- version: `{}`\n",
                    component.chart.empty() ? component.name : component.chart, component.source, component.version);
  } else {
    text += "- manifests of this bundle, without a chart of somebody else's\n";
  }
  text += fmt::format("- namespace: `{}`\n", namespace_of(release));
  if (!release.depends_on.empty()) text += fmt::format("- waits for: {}\n", joined(release.depends_on));

  std::string install;
  std::string remove;
  bool has_definitions = false;
  for (const Step& step : steps) {
    if (step.component != component.name) continue;
    install += fmt::format("    {}\n", install_command(step));
    if (step.kind != StepKind::Kustomize)
      remove.insert(0, fmt::format("    helm uninstall {} -n {}\n", step.name, step.name_space));
    has_definitions = has_definitions || step.name == component.name + "-definitions";
  }
  if (install.empty()) return text + "\nIt only makes namespaces.\n";
  text += fmt::format(
      "\n`deploy.sh` runs, with labels that mark what is the bundle's (not from the bundle's folder, where Helm would "
      "take "
      "the\nfolder of a chart's name for the chart):\n\n{}",
      install);
  if (!remove.empty()) text += fmt::format("\n`undeploy.sh` runs:\n\n{}", remove);
  if (component.is_kustomize()) {
    text += fmt::format(
        "\n`undeploy.sh` deletes the objects with the label `waybill.dev/component={}`, but no definitions, namespaces "
        "or volume\nclaims.\n",
        component.name);
  }
  if (has_definitions) {
    text +=
        "\nThe definitions of custom resources stay when their release is removed: with them, all objects of "
        "theirs would go.\n";
  }
  return text;
}

}  // namespace waybill::helm
