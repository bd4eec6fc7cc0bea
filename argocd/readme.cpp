#include "argocd/readme.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "argocd/root.h"
#include "argocd/wave.h"
#include "core/digest.h"
#include "generator/readme_parts.h"

namespace waybill::argocd {
namespace {

std::string component_table(const Plan& plan) {
  std::string text = "| wave | component | version | namespace | source | waits for |\n|---|---|---|---|---|---|\n";
  for (const Release& release : plan.releases) {
    const ComponentRef& component = release.component;
    std::string waits;
    for (const std::string& dependency : release.depends_on) waits += (waits.empty() ? "" : ", ") + dependency;
    text += fmt::format(
        "| {} | {} | {} | {} | {} | {} |\n", chart_wave(release.wave), table_cell(component.name),
        table_cell(component.is_kustomize() ? component.tag : component.version), table_cell(component.name_space),
        component.is_manifest_only() ? std::string("manifests/") + component.name : table_cell(component.source),
        table_cell(waits));
  }
  return text;
}

constexpr std::string_view kWavesOrder = "A wave begins when everything in the waves before it is healthy.";
constexpr std::string_view kStepsOrder =
    "An ApplicationSet syncs the components step by step. A wave is a step: it begins when everything in the waves "
    "before it is\nhealthy.";
constexpr std::string_view kSwitchOn =
    "   **The steps need progressive syncs**, which Argo CD has switched off: the values switch them on; without the "
    "chart, set\n   `applicationsetcontroller.enable.progressive.syncs: \"true\"` in argocd-cmd-params-cm and restart "
    "the "
    "ApplicationSet controller.\n";

// Argo CD before 3.2 knows no order in which an ApplicationSet's Applications go.
constexpr std::string_view kUnordered =
    "\n**Argo CD 3.1 deletes what an ApplicationSet made all at once**: a component may go while another one still "
    "needs "
    "it. A bundle\nwritten for 3.2 or later (`--argocd-version`) is removed in reverse order.\n";

std::string roots_text(const RenderOptions& options) {
  if (options.clusters.size() == 1) return fmt::format("The root `{}` is", root_name(options.clusters.front().name));
  std::string names;
  for (const Cluster& cluster : options.clusters)
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", root_name(cluster.name));
  return fmt::format("Each cluster has a root of its own ({}). A root is", names);
}

}  // namespace

std::string readme(const Plan& plan, const Recipe& recipe, const RenderOptions& options) {
  const std::string root = root_name(options.clusters.front().name);
  const bool rolling = options.ordering == Ordering::RollingSync;
  const bool unordered = rolling && !options.version.has_deletion_order();
  return fmt::format(
      R"(# Cluster bundle for Argo CD

Made by Waybill from a recipe. These files are covered by `checksums.txt`: change the recipe, not the files.

- recipe: `{digest}`{catalogue}
{criteria}- written for Argo CD {version} or later

## What is rolled out

{order}

{components}
## Install

1. Check the files: `waybill verify --key waybill.pub FOLDER`, or with other tools
   `cosign verify-blob --key waybill.pub --insecure-ignore-tlog --bundle attestation/checksums.sigstore.json checksums.txt` and
   `sha256sum -c checksums.txt`.
2. Give Argo CD the health checks. **Without them waves do not wait**, and components start before what they need:

       kubectl -n {namespace} patch configmap argocd-cm --type merge --patch-file bootstrap/argocd-cm-patch.yaml

   With the argo-cd chart, add `bootstrap/argocd-values.yaml` to its values instead; it also sets
   `controller.sync.timeout.seconds`, which ends a sync that waits too long, so that a mended bundle is looked at.
{switch_on}3. If the repositories in `bootstrap/repositories.yaml` need credentials, add them to a copy of that file and apply it.
   An OCI registry without TLS needs `insecureOCIForceHttp: "true"` there. The place of this bundle is not among them: if it needs
   credentials or has no TLS, it gets a Secret of its own, with `type: git` or `type: oci` and as `url` exactly the URL of step 4.
4. Write the root Application for the place where this bundle lies, and apply it:

       waybill bootstrap FOLDER --repo-url URL --path PATH --revision REVISION > root.yaml
       kubectl apply --server-side -f root.yaml

   `waybill publish` has written it already, as `root.yaml` beside the folder that it committed.

## Watch

    kubectl -n {namespace} get applications

{roots} Synced and Healthy when the last component is. Before that it is OutOfSync, and Healthy at times.

## When the root is stuck

A root that waits keeps the revision it began with, even if a newer one would mend it. End its sync; it starts again on the newest:

    kubectl -n {namespace} patch application {root} --type merge -p '{{"status":{{"operationState":{{"phase":"Terminating"}}}}}}'

Do that only while its operation is running (`status.operationState.phase` is Running). To hold one component back while you look at
it, take `spec.syncPolicy.automated` out of its Application: the root leaves that field alone until it rolls out another bundle.

## Remove

    kubectl -n {namespace} delete application {root}

{removal}; `kubectl delete -f root.yaml` does the same and removes the two projects too. Namespaces
stay.
{unordered})",
      fmt::arg("digest", digest(recipe).to_string()), fmt::arg("catalogue", catalogue_note(recipe.catalogue)),
      fmt::arg("criteria", criteria_list(recipe.criteria)), fmt::arg("version", options.version.text()),
      fmt::arg("components", component_table(plan)), fmt::arg("namespace", options.name_space), fmt::arg("root", root),
      fmt::arg("roots", roots_text(options)), fmt::arg("order", rolling ? kStepsOrder : kWavesOrder),
      fmt::arg("switch_on", rolling ? kSwitchOn : ""),
      fmt::arg("removal", unordered ? "removes the components" : "removes the components in reverse order"),
      fmt::arg("unordered", unordered ? kUnordered : ""));
}

}  // namespace waybill::argocd
