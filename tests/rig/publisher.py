"""Publishes catalogues of small charts with waybill, and lets Argo CD roll them out as a person would: kubectl apply and delete."""

import dataclasses
import json
import os
import time

import yaml

from cluster import HEALTH, HERE, RigError, until
from watch import events_of, is_ready

ROOT = "waybill-root"


@dataclasses.dataclass(frozen=True)
class Component:
    needs: tuple = ()
    chart: str = "service"  # empty: manifests alone, a ClusterPolicy
    version: str = "1.0.0"
    ready: str = "1s"  # that long after its pod was placed
    native: bool = False  # Argo CD reads the chart's artifact itself, instead of Helm

    def application(self, name):
        return name if self.chart else f"{name}-manifests"


# beta, gamma and operator are in one wave; omega waits for two branches of the graph. operator brings the definition of policy's kind.
COMPONENTS = {
    "alpha": Component(ready="6s"),
    "beta": Component(("alpha",), ready="4s"),
    "gamma": Component(("alpha",)),
    "operator": Component(("alpha",), chart="operator", ready="2s"),
    "policy": Component(("operator",), chart=""),
    "omega": Component(("beta", "policy"), native=True),
}


def changed(components, **changes):
    """`components` with other fields: changed(c, beta={"version": "2.0.0"}), or without: changed(c, beta=None)."""
    result = {name: one for name, one in components.items() if changes.get(name, {}) is not None}
    for name, fields in changes.items():
        if fields is not None:
            result[name] = dataclasses.replace(result[name], **fields)
    return result


def upgraded(components, version):
    return {name: dataclasses.replace(one, version=version) for name, one in components.items()}


class Site:
    def __init__(self, cluster, trace, waybill):
        self.cluster, self.trace, self.waybill_program = cluster, trace, waybill
        self.count = 0
        cluster.environment["WAYBILL_PASSWORD"] = "rig"
        self.waybill("keygen", "--output-prefix", cluster.path("signer"))
        for chart in ("service", "operator"):
            for version in ("1.0.0", "2.0.0", "3.0.0"):
                cluster.run("helm", "package", os.path.join(HERE, "charts", chart), "--version", version, "--destination", cluster.path("home"))
                cluster.run("helm", "push", cluster.path("home", f"{chart}-{version}.tgz"), f"oci://{cluster.registry}/charts", "--plain-http")

    def waybill(self, *arguments, check=True):
        return self.cluster.run(self.waybill_program, *arguments, check=check)

    def next_path(self, name):
        self.count += 1
        return self.cluster.path(f"{name}-{self.count}")

    # --- publishing ---

    def write_catalogue(self, components):
        folder = self.next_path("catalogue")
        os.makedirs(os.path.join(folder, "overlays"))
        os.makedirs(os.path.join(folder, "manifests"))
        registry, references = [], []
        for name, one in components.items():
            helm = {"defaultNamespace": name}
            reference = {"name": name, "dependencyRefs": list(one.needs)}
            argocd = {"clusterResources": [{"group": "apiextensions.k8s.io", "kind": "CustomResourceDefinition"}]}
            if one.chart:
                helm |= {"defaultRepository": f"oci://{self.cluster.registry}/charts", "defaultChart": one.chart, "defaultVersion": one.version}
                reference["overrides"] = {"ready": one.ready}
                argocd |= {"source": "native"} if one.native else {}
            else:
                reference["manifestFiles"] = [f"manifests/{name}.yaml"]
                with open(os.path.join(folder, "manifests", f"{name}.yaml"), "w", encoding="utf-8") as file:
                    yaml.safe_dump({"apiVersion": "nvidia.com/v1", "kind": "ClusterPolicy", "metadata": {"name": name},
                                    "spec": {"version": one.version}}, file)
            registry.append({"name": name, "displayName": name, "helm": helm, "argocd": argocd})
            references.append(reference)
        head = {"apiVersion": "aicr.nvidia.com/v1alpha1"}
        for path, content in (("registry.yaml", head | {"kind": "ComponentRegistry", "components": registry}),
                              ("overlays/base.yaml", head | {"kind": "RecipeMetadata", "metadata": {"name": "base"},
                                                             "spec": {"componentRefs": references}})):
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                yaml.safe_dump(content, file)
        return ("--catalogue", folder, "--service", "eks")

    def new_repository(self):
        path = self.next_path("git/site") + ".git"
        self.cluster.run("git", "init", "--quiet", "--bare", "--initial-branch=main", path)
        return f"{self.cluster.git}/{os.path.basename(path)}"

    def publish_to_git(self, repository, components, ordering="waves"):
        """Returns (bundle, root.yaml) as a clone has them."""
        self.waybill("publish", *self.write_catalogue(components), "--ordering", ordering, "--repo", repository, "--path", "clusters/a", "--author",
                     "rig <rig@example.invalid>")
        clone = self.next_path("clone")
        self.cluster.run("git", "clone", "--quiet", repository, clone)
        return os.path.join(clone, "clusters/a/bundle"), os.path.join(clone, "clusters/a/root.yaml")

    def publish_to_mirror(self, components):
        """To the registry; from there saved, as it would be carried, and loaded into the mirror. Returns (bundle, root.yaml) as the mirror has them."""
        tag = f"v{self.count}"
        self.waybill("publish", *self.write_catalogue(components), "--output", f"oci://{self.cluster.registry}/gpu/bundle:{tag}", "--key",
                     self.cluster.path("signer.key"))
        published, mirrored = f"oci://{self.cluster.registry}/gpu/bundle", f"oci://{self.cluster.mirror}/mirrored/bundle"
        carried = self.next_path("carried")
        self.waybill("save", f"{published}:{tag}", "--output", carried)
        self.waybill("load", carried, f"{mirrored}:{tag}", "--key", self.cluster.path("signer.pub"))
        bundle, root = self.next_path("bundle"), self.next_path("root") + ".yaml"
        self.waybill("pull", f"{mirrored}:{tag}", "--output", bundle, "--key", self.cluster.path("signer.pub"))
        self.waybill("bootstrap", f"{mirrored}:{tag}", "--repo-url", mirrored, "--output", root)
        return bundle, root

    # --- Argo CD ---

    def set_health_check(self, check, bundle):
        """`check` is that of Applications: bundle, documented (the text of Argo CD's documentation) or none."""
        data = yaml.safe_load(self.cluster.kubectl("get", "configmap", "argocd-cm", "-o", "yaml")).get("data", {})
        patch = {key: None for key in data if key.startswith(HEALTH)}
        if check == "bundle":
            with open(os.path.join(bundle, "bootstrap/argocd-cm-patch.yaml"), encoding="utf-8") as file:
                patch |= yaml.safe_load(file)["data"]
        elif check == "documented":
            patch[HEALTH + "argoproj.io_Application"] = documented_check(self.cluster.programs)
        self.cluster.kubectl("patch", "configmap", "argocd-cm", "--type", "merge", "--patch", json.dumps({"data": patch}))
        time.sleep(3)  # until the controllers have read it

    def allow_plain_http(self, bundle):
        """The bundle's own list of repositories, with what registries without TLS need."""
        with open(os.path.join(bundle, "bootstrap/repositories.yaml"), encoding="utf-8") as file:
            repositories = [one for one in yaml.safe_load_all(file) if one]
        repositories.append({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mirror", "namespace": "argocd", "labels": {
            "argocd.argoproj.io/secret-type": "repository"}}, "stringData": {"type": "oci", "url": f"oci://{self.cluster.mirror}/mirrored/bundle"}})
        for one in repositories:
            one["stringData"]["insecureOCIForceHttp"] = "true"
        self.cluster.kubectl("apply", "-f", "-", text=yaml.safe_dump_all(repositories))

    def apply(self, root):
        self.cluster.kubectl("apply", "-f", root)

    def remove(self, root):
        self.cluster.kubectl("delete", "-f", root, "--wait=false")

    def events(self, mark, before):
        return events_of(self.trace.entries[mark:], before, ROOT)

    def wait_for_events(self, mark, before, wanted, seconds=150):
        """`wanted`: pairs of event and Application."""
        def missing():
            seen = {(one.event, one.application) for one in self.events(mark, before)}
            return sorted(wanted - seen)
        try:
            until(seconds, "", lambda: not missing())
        except RigError as problem:
            raise RigError(f"not within {seconds} s: {missing()}\n{self.describe()}") from problem

    def wait_for_rest(self):
        """Until every Application, the root too, is ready or gone: the next case begins with a quiet cluster."""
        until(90, "every Application is ready", lambda: all(is_ready(one) for one in self.trace.applications().values()))

    def wait_until_gone(self):
        until(120, "the root's Applications and projects are gone", lambda: not self.cluster.kubectl(
            "get", "applications,applicationsets,appprojects", "-n", "argocd", "-o", "name").strip())

    def wait_until_held(self, application, seconds):
        """The Application is Unknown, and stays so for some seconds while the root waits for it."""
        def is_unknown():
            return self.trace.applications()[application].get("status", {}).get("sync", {}).get("status") == "Unknown"
        until(60, f"{application} is Unknown", is_unknown)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(1)
            if not is_unknown():
                raise RigError(f"{application} is no longer Unknown")

    def clear(self):
        """What a session left, whatever state it is in: no finalizer is waited for longer than it takes."""
        self.cluster.kubectl("delete", "applications,applicationsets,appprojects", "-n", "argocd", "--all", "--wait=false")
        try:
            self.wait_until_gone()
        except RigError as problem:
            raise RigError(f"{problem}\n{self.describe()}") from problem

    def describe(self):
        lines = []
        for name, one in sorted(self.trace.applications().items()):
            status = one.get("status", {})
            lines.append(f"{name}:{' deleting' if 'deletionTimestamp' in one['metadata'] else ''} {status.get('sync', {}).get('status')} {status.get('health', {}).get('status')} "
                         f"{status.get('operationState', {}).get('phase')} {status.get('operationState', {}).get('message', '')[:200]} "
                         f"{[condition['message'][:300] for condition in status.get('conditions', [])]}")
        return "\n".join(lines)


def documented_check(programs):
    """The health check of Applications as the documentation of this Argo CD has it."""
    with open(os.path.join(programs, "argocd", "health.md"), encoding="utf-8") as file:
        block = file.read().split("resource.customizations.health.argoproj.io_Application: |\n", 1)[1].split("```", 1)[0]
    return "".join(line.removeprefix("    ") for line in block.splitlines(keepends=True))
