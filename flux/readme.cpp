#include "flux/readme.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "core/digest.h"
#include "flux/objects.h"
#include "generator/readme_parts.h"

namespace waybill::flux {
namespace {

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : std::string(separator)) + word;
  return text;
}

std::string component_table(const Plan& plan) {
  std::string text = "| wave | component | version | namespace | source | waits for |\n|---|---|---|---|---|---|\n";
  for (const Release& release : plan.releases) {
    const ComponentRef& component = release.component;
    text += fmt::format("| {} | {} | {} | {} | {} | {} |\n", release.wave, table_cell(component.name),
                        table_cell(component.is_kustomize() ? component.tag : component.version),
                        table_cell(component.name_space),
                        component.is_manifest_only() ? "manifests" : table_cell(component.source),
                        table_cell(joined(release.depends_on, ", ")));
  }
  return text;
}

// A command for each depth, the deepest first: kubectl asks for all that it names at once.
std::string removal(const std::vector<Step>& steps) {
  std::map<std::string, std::size_t> depths;
  std::map<std::size_t, std::vector<std::string>, std::greater<>> names;
  for (const Step& step : steps) {
    std::size_t depth = 0;
    for (const std::string& name : step.depends_on) {
      if (const auto found = depths.find(name); found != depths.end()) depth = std::max(depth, found->second + 1);
    }
    depths[step.name] = depth;
    names[depth].push_back(step.name);
  }
  std::string text;
  for (const auto& [depth, together] : names)
    text += fmt::format("    kubectl -n {} delete kustomization {}\n", kNamespace, joined(together, " "));
  return text;
}

}  // namespace

std::string readme(const Plan& plan, const Recipe& recipe, const std::vector<Step>& steps) {
  return fmt::format(
      R"(# Cluster bundle for Flux

Made by Waybill from a recipe. These files are covered by `checksums.txt`: change the recipe, not the files.

- recipe: `{digest}`{catalogue}
{criteria}- written for Flux 2.9 or later

## What is rolled out

A component begins when everything that it waits for is ready.

{components}
Each is a Flux Kustomization in `flux/kustomizations`, which applies `components/<name>` (a HelmRelease and where its chart comes from)
or `manifests/<name>`. Manifests that have to come before or after a chart are a Kustomization of their own, `<name>-before` or
`<name>-after`.

## Install

1. Check the files: `waybill verify --key waybill.pub FOLDER`, or with other tools
   `cosign verify-blob --key waybill.pub --insecure-ignore-tlog --bundle attestation/checksums.sigstore.json checksums.txt` and
   `sha256sum -c checksums.txt`.
2. Give kustomize-controller enough workers, as one that waits for a component does nothing else: `--concurrent=20` (it has 4).
   With `--feature-gates=CancelHealthCheckOnNewRevision=true` it looks at a mended bundle at once instead of when a wait ends.
3. If the place of this bundle needs credentials, make a Secret for them in `{name_space}` as Flux describes for a GitRepository or an
   OCIRepository.
4. Write the root for the place where this bundle lies, and apply it:

       waybill bootstrap FOLDER --repo-url URL --path PATH --revision REVISION --secret NAME > root.yaml
       kubectl apply --server-side -f root.yaml

   `waybill publish` has written it already, without a Secret, as `root.yaml` beside the folder that it committed.

Do not let another Kustomization apply the folder of this bundle, or one above it: everything would start at once.

## Watch

    kubectl -n {name_space} get kustomizations,helmreleases
    kubectl -n {name_space} wait kustomization -l app.kubernetes.io/part-of={root} --for condition=Ready --timeout 2h

A Kustomization whose dependencies are not ready is looked at again every 30 seconds. A release that is not ready after {release_timeout}
is tried again, without end.

## Remove

Flux removes what belongs to a deleted Kustomization, but knows no order among them: deleting the root removes everything at once. To
remove the components in reverse order, stop the root, then delete them; each command ends when what it names is gone:

    kubectl -n {name_space} patch kustomization {root} --type merge -p '{{"spec":{{"suspend":true}}}}'
{removal}    kubectl delete -f root.yaml

Namespaces stay, and definitions that a chart has in its folder `crds`.
)",
      fmt::arg("digest", digest(recipe).to_string()), fmt::arg("catalogue", catalogue_note(recipe.catalogue)),
      fmt::arg("criteria", criteria_list(recipe.criteria)), fmt::arg("components", component_table(plan)),
      fmt::arg("name_space", kNamespace), fmt::arg("root", kRoot), fmt::arg("release_timeout", kReleaseTimeout),
      fmt::arg("removal", removal(steps)));
}

}  // namespace waybill::flux
