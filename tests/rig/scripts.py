"""deploy.sh and undeploy.sh of bundles for Helm, with real Helm and kubectl on a real API server (docs/rig.md).

What happened is read from the trace and from the API server, not from what the scripts say."""

import contextlib
import dataclasses
import itertools
import json
import os
import signal
import subprocess
import time

import yaml

from cluster import HERE, RigError, until
from watch import is_rolled_out

VERSIONS = ("1.0.0", "2.0.0", "3.0.0")
OWNER = "app.kubernetes.io/managed-by=waybill"
KIT = "https://git.example.invalid/kit.git"  # git is told to read the rig's own instead


@dataclasses.dataclass(frozen=True)
class Part:
    """A component. `source`: http or oci (a chart), manifests, both (a chart and manifests), kustomize."""
    needs: tuple = ()
    source: str = "http"
    chart: str = "service"
    version: str = "1.0.0"
    ready: str = "1s"  # that long after its pod was placed


# beta, gamma and operator may go together; omega waits for two branches of the graph.
PARTS = {
    "alpha": Part(ready="3s"),
    "beta": Part(("alpha",), source="oci", ready="5s"),
    "gamma": Part(("alpha",), ready="2s"),
    "operator": Part(("alpha",), chart="operator", ready="2s"),
    "policy": Part(("operator",), source="manifests"),
    "store": Part(("gamma",), source="both"),
    "kit": Part(("beta",), source="kustomize", ready="2s"),
    "omega": Part(("kit", "policy")),
}
SOLO = {"solo": Part(ready="4s")}


def with_changes(parts, version=None, **changes):
    """`parts` at another version, and with other fields of some: with_changes(p, beta={"ready": "1h"})."""
    return {name: dataclasses.replace(one, **{"version": version or one.version} | changes.get(name, {})) for name, one in parts.items()}


# --- Judges of a trace ------------------------------------------------------------------------------------------------------


def generations(entries):
    return {item["metadata"]["name"]: item["metadata"].get("generation", 0) for _, _, kind, what, item in entries
            if kind == "Deployment" and what != "DELETED"}


def changes_of(entries, before):
    """Two maps from names to resource versions: when each was first changed, and when it was rolled out after that. `before`: generations.

    Helm knows no readiness of a ClusterPolicy, so that is rolled out when it is there."""
    first, done = {}, {}
    for version, _, kind, what, item in sorted(entries, key=lambda entry: entry[0]):
        name = item["metadata"]["name"]
        if what == "DELETED" or kind not in ("Deployment", "ClusterPolicy"):
            continue
        if name not in first and item["metadata"].get("generation", 0) != before.get(name):
            first[name] = version
        if name in first and name not in done and (kind == "ClusterPolicy" or is_rolled_out(item)):
            done[name] = version
    return first, done


def early_changes(first, done, parts):
    """Those that were changed before what they need was rolled out."""
    return [f"{name} before {need}" for name, one in parts.items() if name in first for need in one.needs
            if need in first and done.get(need, first[name] + 1) > first[name]]


def early_removals(entries, parts):
    """Those that went while something that needs them was there."""
    begins, gone = {}, {}
    for version, _, kind, what, item in sorted(entries, key=lambda entry: entry[0]):
        name = item["metadata"]["name"]
        if what == "DELETED" or "deletionTimestamp" in item["metadata"]:
            begins.setdefault(name, version)
        if what == "DELETED":
            gone[name] = version
    return [f"{need} before {name}" for name, one in parts.items() if name in gone for need in one.needs
            if need in begins and begins[need] < gone[name]]


# --- Charts, catalogues, bundles --------------------------------------------------------------------------------------------

STORE = [
    {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "widgets.example.com"},
     "spec": {"group": "example.com", "names": {"kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"},
              "scope": "Namespaced", "versions": [{"name": "v1", "served": True, "storage": True, "schema": {
                  "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}},
    {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "store"},
     "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "", "resources": {"requests": {"storage": "1Gi"}}}},
    {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "prepare", "namespace": "store", "annotations": {
        "helm.sh/hook": "pre-install,pre-upgrade", "helm.sh/hook-delete-policy": "before-hook-creation"}},
     "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "registry.invalid/prepare:1"}]}}}},
    {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "mine", "namespace": "store"}, "spec": {"of": "the bundle"}},
]


class Place:
    """Where charts and kustomizations come from, and the bundles made of them."""

    def __init__(self, cluster, waybill):
        self.cluster, self.waybill = cluster, waybill
        self.count = 0
        self.helm = cluster.run("helm", "version", "--template", "{{.Version}}").stdout
        cluster.environment["SSL_CERT_FILE"] = cluster.path("tls", "ca.crt")
        # Helm 3 speaks plain HTTP to every loopback address, whatever is there.
        self.registry = cluster.registry if self.helm.startswith("v3.") else cluster.start_secured_registry()
        self.write_charts()
        self.write_kit()

    def next_path(self, name):
        self.count += 1
        return self.cluster.path(f"{name}-{self.count}")

    def write_charts(self):
        folder = self.cluster.path("charts")
        for chart, version in itertools.product(("service", "operator"), VERSIONS):
            self.cluster.run("helm", "package", os.path.join(HERE, "charts", chart), "--version", version, "--destination", folder)
            self.cluster.run("helm", "push", f"{folder}/{chart}-{version}.tgz", f"oci://{self.registry}/charts")
        self.cluster.run("helm", "repo", "index", folder)
        self.http = self.cluster.serve_files(folder)

    def write_kit(self):
        """A repository with a tag for each version."""
        work, bare = self.cluster.path("kit"), self.cluster.path("git", "kit.git")
        with open(self.cluster.path("home", ".gitconfig"), "a", encoding="utf-8") as file:
            file.write(f'[url "{self.cluster.git}/kit.git"]\n\tinsteadOf = {KIT}\n[user]\n\tname = rig\n\temail = rig@example.invalid\n')
        self.cluster.run("git", "init", "--quiet", "--initial-branch=main", work)
        os.makedirs(os.path.join(work, "deploy"))
        for version in VERSIONS:
            objects = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "kit"}, "data": {"version": version}}, {
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "kit"},
                "spec": {"selector": {"matchLabels": {"app": "kit"}}, "strategy": {"type": "Recreate"}, "template": {
                    "metadata": {"labels": {"app": "kit"}, "annotations": {"rig.waybill.test/ready-after": "2s"}},
                    "spec": {"containers": [{"name": "main", "image": f"registry.invalid/kit:{version}"}]}}}}]
            write(os.path.join(work, "deploy", "objects.yaml"), *objects)
            write(os.path.join(work, "deploy", "kustomization.yaml"), {"resources": ["objects.yaml"]})
            self.cluster.run("git", "-C", work, "add", ".")
            self.cluster.run("git", "-C", work, "commit", "--quiet", "-m", version)
            self.cluster.run("git", "-C", work, "tag", f"v{version}")
        self.cluster.run("git", "clone", "--quiet", "--bare", work, bare)

    def bundle(self, parts):
        folder, bundle = self.next_path("catalogue"), self.next_path("bundle")
        os.makedirs(os.path.join(folder, "overlays"))
        os.makedirs(os.path.join(folder, "manifests"))
        registry, references = [], []
        for name, one in parts.items():
            entry, reference = {"name": name, "displayName": name}, {"name": name, "dependencyRefs": list(one.needs)}
            if one.source == "kustomize":
                entry["kustomize"] = {"defaultSource": KIT, "defaultPath": "deploy", "defaultTag": f"v{one.version}"}
                reference["namespace"] = name
            else:
                entry["helm"] = {"defaultNamespace": name}
            if one.source in ("http", "oci", "both"):
                entry["helm"] |= {"defaultRepository": f"oci://{self.registry}/charts" if one.source == "oci" else self.http, "defaultChart": one.chart,
                                  "defaultVersion": one.version}
                reference["overrides"] = {"ready": one.ready}
            if one.source in ("manifests", "both"):
                reference["manifestFiles"] = [f"manifests/{name}.yaml"]
                policy = {"apiVersion": "nvidia.com/v1", "kind": "ClusterPolicy", "metadata": {"name": name}, "spec": {"version": one.version}}
                write(os.path.join(folder, "manifests", f"{name}.yaml"), *(STORE if one.source == "both" else [policy]))
            registry.append(entry)
            references.append(reference)
        head = {"apiVersion": "aicr.nvidia.com/v1alpha1"}
        write(os.path.join(folder, "registry.yaml"), head | {"kind": "ComponentRegistry", "components": registry})
        write(os.path.join(folder, "overlays/base.yaml"), head | {"kind": "RecipeMetadata", "metadata": {"name": "base"},
                                                                   "spec": {"componentRefs": references}})
        self.cluster.run(self.waybill, "bundle", "--catalogue", folder, "--service", "eks", "--deployer", "helm", "--output", bundle)
        return bundle


def write(path, *documents):
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump_all(documents, file)


# --- What is done with them -------------------------------------------------------------------------------------------------


class Scripts:
    """Runs the scripts, each time with the other of two shells."""

    def __init__(self, cluster, trace, place):
        self.cluster, self.trace, self.place = cluster, trace, place
        self.shells = itertools.cycle(("dash", "bash"))
        self.runs = 0

    def command(self, bundle, script, words):
        self.runs += 1
        self.report = self.cluster.path(f"report-{self.runs}.json")
        return [next(self.shells), os.path.join(bundle, script), "--report", self.report, "--timeout", "60s", "--retries", "0", *words]

    def run(self, bundle, script, *words, status=0):
        """Returns its output, both streams as they came."""
        with self.running(bundle, script, *words) as process:
            found = process.wait(300)
        self.output = read(process.log)
        expect(found == status, f"{script} {' '.join(words)}: exit status {found}, not {status}\n{self.output}")
        return self.output

    @contextlib.contextmanager
    def running(self, bundle, script, *words):
        """In a process group of its own, as a terminal has it; ended in any case."""
        command = self.command(bundle, script, words)
        log = self.cluster.path(f"output-{self.runs}.txt")
        with open(log, "w", encoding="utf-8") as file:
            process = subprocess.Popen(command, env=self.cluster.environment, cwd=self.cluster.folder, stdin=subprocess.DEVNULL, stdout=file,
                                       stderr=file, start_new_session=True, preexec_fn=heed_interrupts)
        process.log = log
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @staticmethod
    def end(process, number, status):
        os.killpg(process.pid, number)
        try:
            found = process.wait(90)
        except subprocess.TimeoutExpired:
            found = "none"
        text = read(process.log)
        expect(found == status, f"after signal {number}: exit status {found}, not {status}\n{text}")
        return text

    def states(self):
        report = json.loads(read(self.report))
        return report["outcome"], {one["step"]: one["state"] for one in report["steps"]}

    # --- what the cluster has ---

    def get(self, *words):
        return self.cluster.kubectl("get", *words, "--ignore-not-found", "-o", "name").split()

    def deployment(self, name):
        text = self.cluster.kubectl("get", "deployment", name, "-n", name, "--ignore-not-found", "-o", "json")
        return json.loads(text) if text.strip() else None

    def image(self, name):
        item = self.deployment(name)
        return item and item["spec"]["template"]["spec"]["containers"][0]["image"].rsplit(":", 1)[1]

    def releases(self):
        return {f"{one['namespace']}/{one['name']}": one["status"] for one in json.loads(self.cluster.run(
            "helm", "list", "--all-namespaces", "--output", "json", "--deployed", "--failed", "--pending", "--uninstalling").stdout)}

    def snapshot(self):
        """Every object but what remembers (events, leases, Helm's releases), as it is: not its resource version, which the API server also counts
        on when an apply that changes nothing follows the one that made the object."""
        kinds = [kind for kind in self.cluster.kubectl("api-resources", "--verbs=list,get", "-o", "name").split()
                 if not kind.startswith(("events", "leases", "endpoints", "componentstatuses", "nodes"))]
        items = json.loads(self.cluster.kubectl("get", ",".join(kinds), "--all-namespaces", "-o", "json"))["items"]
        for one in items:
            one["metadata"].pop("resourceVersion")
        return {(one["kind"], one["metadata"].get("namespace"), one["metadata"]["name"]): one for one in items
                if one.get("type") != "helm.sh/release.v1"}

    def at_rest(self):
        """The snapshot once nothing changes by itself."""
        last = []

        def same():
            now = self.snapshot()
            settled = last and last[-1] == now
            last.append(now)
            return settled
        until(30, "nothing changes in the cluster", same)
        return last[-1]

    def lock(self):
        return self.get("configmap", "waybill-rollout", "-n", "kube-system")

    def begin(self):
        self.mark, self.before = self.trace.mark(), generations(self.trace.entries)

    def changes(self):
        time.sleep(0.5)  # until the watches have told the rest
        return changes_of(self.trace.entries[self.mark:], self.before)

    def judge_order(self, parts, changed):
        first, done = self.changes()
        expect(set(first) == set(changed), f"changed were {sorted(first)}, not {sorted(changed)}\n{self.output}")
        expect(not early_changes(first, done, parts), f"too early: {early_changes(first, done, parts)}\n{self.output}")
        return first, done


def heed_interrupts():
    """A shell cannot trap what was ignored when it started, as SIGINT is below a job in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def expect(holds, message):
    if not holds:
        raise RigError(message)


def difference(old, new):
    return sorted(str(key) for key in old.keys() | new.keys() if old.get(key) != new.get(key))


# --- The cases, in their order ----------------------------------------------------------------------------------------------


def a_dry_run(scripts, state):
    """--dry-run prints the commands and changes nothing"""
    state["first"] = scripts.place.bundle(PARTS)
    before = scripts.at_rest()
    text = scripts.run(state["first"], "deploy.sh", "--dry-run")
    text += scripts.run(state["first"], "undeploy.sh", "--dry-run")
    for name in PARTS:
        expect(f" {name} " in text or f"/{name} " in text, f"--dry-run does not name {name}\n{text}")
    expect(scripts.snapshot() == before, f"--dry-run changed {difference(before, scripts.snapshot())}")


def an_install(scripts, state):
    """installs in the order of the graph, independent components at the same time, and waits until they are ready"""
    scripts.cluster.kubectl("create", "namespace", "gamma")  # somebody's, before
    scripts.cluster.kubectl("create", "namespace", "elsewhere")
    scripts.cluster.kubectl("label", "namespace", "elsewhere", OWNER, "waybill.dev/component=alpha")
    scripts.cluster.kubectl("create", "configmap", "theirs", "-n", "elsewhere")
    scripts.cluster.kubectl("label", "configmap", "theirs", "-n", "elsewhere", "app.kubernetes.io/managed-by=waybill", "waybill.dev/component=other")
    scripts.begin()
    scripts.run(state["first"], "deploy.sh")
    first, done = scripts.judge_order(PARTS, PARTS)
    together = [first[name] for name in ("beta", "gamma", "operator")]
    expect(max(together) < min(done[name] for name in ("beta", "gamma", "operator")), f"not at the same time: {first} {done}")
    for name, one in PARTS.items():
        expect(one.source == "manifests" or is_rolled_out(scripts.deployment(name)), f"{name} is not ready\n{scripts.output}")
    expect(scripts.get("job", "prepare", "-n", "store"), "the hook did not run")
    expect(not scripts.lock(), "the lock stays")
    expect(set(scripts.states()[1].values()) == {"done"}, f"{scripts.states()}")


def a_repetition(scripts, state):
    """run again, it changes nothing (but the hooks that run before every upgrade)"""
    def without_hook(objects):
        return {key: value for key, value in objects.items() if not key[2].startswith("prepare")}
    before = without_hook(scripts.at_rest())
    scripts.run(state["first"], "deploy.sh")
    after = without_hook(scripts.at_rest())
    expect(before == after, f"changed: {difference(before, after)}")


def an_upgrade(scripts, state):
    """upgrades in the order of the graph, and names the release that the new bundle has no longer"""
    scripts.run(scripts.place.bundle(SOLO), "deploy.sh")
    second = with_changes(PARTS, "2.0.0")
    scripts.begin()
    text = scripts.run(scripts.place.bundle(second), "deploy.sh")
    scripts.judge_order(second, second)
    for name, one in second.items():
        expect(one.source == "manifests" or scripts.image(name) == "2.0.0", f"{name} is {scripts.image(name)}")
    expect("helm uninstall solo --namespace solo" in text, f"solo is not named\n{text}")
    expect("solo/solo" in scripts.releases(), "solo was removed")


def a_failure(scripts, state):
    """a component that does not become ready: what needs it is not begun, exit status 1"""
    state["broken"] = with_changes(PARTS, "3.0.0", beta={"ready": "1h"})
    state["broken bundle"] = scripts.place.bundle(state["broken"])
    scripts.begin()
    text = scripts.run(state["broken bundle"], "deploy.sh", "--timeout", "8s", "--retries", "1", "--retry-pause", "1", status=1)
    first, _ = scripts.changes()
    expect("beta" in first and not {"kit", "omega"} & set(first), f"changed were {sorted(first)}\n{text}")
    outcome, states = scripts.states()
    expect((outcome, states["beta"], states["kit"], states["omega"]) == ("failed", "failed", "skipped", "skipped"), f"{outcome} {states}")
    expect("failed: beta" in text and "attempt 1 of 2" in text, text)
    expect(not scripts.lock(), "the lock stays")


def a_best_effort(scripts, state):
    """with --best-effort what does not need it goes on, exit status 4"""
    scripts.begin()
    text = scripts.run(state["broken bundle"], "deploy.sh", "--best-effort", "--timeout", "8s", "--retries", "0", status=4)
    outcome, states = scripts.states()
    expect(outcome == "partly" and states["beta"] == "failed" and states["omega"] == "skipped", f"{outcome} {states}")
    for name in ("alpha", "gamma", "operator", "policy", "store"):
        expect(states[name] == "done", f"{name} is {states[name]}\n{text}")
    expect(scripts.image("store") == "3.0.0" and scripts.image("omega") == "2.0.0", "not what the report says")


def a_missing_chart(scripts, _):
    """a version that no chart has: exit status 1, and Helm's own message"""
    missing = with_changes(PARTS, "3.0.0", beta={"version": "9.9.9"})
    text = scripts.run(scripts.place.bundle(missing), "deploy.sh", "--retries", "0", status=1)
    expect("9.9.9" in text and scripts.states()[1]["omega"] == "skipped", text)


def a_mended_bundle(scripts, state):
    """a bundle that mends it gets through"""
    state["third"] = scripts.place.bundle(with_changes(PARTS, "3.0.0"))
    scripts.begin()
    scripts.run(state["third"], "deploy.sh")
    first, done = scripts.changes()
    expect(not early_changes(first, done, PARTS) and {"beta", "kit", "omega"} <= set(first), f"{first} {done}\n{scripts.output}")
    expect({scripts.image(name) for name, one in PARTS.items() if one.source != "manifests"} == {"3.0.0"}, "not all are upgraded")


def two_runs(scripts, state):
    """while one runs, a second is refused with exit status 3 and changes nothing"""
    with scripts.running(state["first"], "deploy.sh") as process:
        until(60, "the first run has its lock", scripts.lock)
        text = scripts.run(state["third"], "deploy.sh", status=3)
        expect("another run is at work in this cluster" in text and f"process {process.pid}" in text, text)
        expect("another run" in scripts.run(state["third"], "undeploy.sh", "--yes", status=3), scripts.output)
        expect(scripts.lock() and process.wait(120) == 0, "the first run did not end well")
    expect(scripts.image("omega") == "1.0.0" and not scripts.lock(), "not what the first run installs")


def an_interruption(scripts, state):
    """Ctrl-C ends what runs and drops the lock; run again, it goes on in the order of the graph"""
    second = with_changes(PARTS, "2.0.0")
    bundle = scripts.place.bundle(second)
    scripts.begin()
    with scripts.running(bundle, "deploy.sh") as process:
        until(60, "beta is being changed", lambda: "beta" in scripts.changes()[0])
        text = scripts.end(process, signal.SIGINT, 130)
    outcome, states = scripts.states()
    expect(outcome == "interrupted" and states["beta"] == "interrupted" and states["omega"] == "skipped", f"{outcome} {states}\n{text}")
    expect("interrupted" in text and not scripts.lock(), text)
    expect(scripts.image("omega") == "1.0.0" and not [one for one in scripts.releases().values() if one.startswith("pending")],
           f"{scripts.releases()}")
    scripts.run(bundle, "deploy.sh")
    first, done = scripts.changes()
    expect(not early_changes(first, done, second), f"too early: {early_changes(first, done, second)}\n{scripts.output}")
    expect(scripts.image("omega") == "2.0.0" and set(scripts.releases().values()) == {"deployed"}, f"{scripts.releases()}")


def a_kill(scripts, state):
    """kill -9 leaves the lock and a release that is being upgraded; --break-lock goes on and mends it"""
    with scripts.running(state["third"], "deploy.sh") as process:
        until(60, "beta is being upgraded", lambda: scripts.releases().get("beta/beta") == "pending-upgrade")
        scripts.end(process, signal.SIGKILL, -signal.SIGKILL)
    expect("another run is at work" in scripts.run(state["third"], "deploy.sh", status=3), scripts.output)
    text = scripts.run(state["third"], "deploy.sh", "--break-lock")
    expect("mends    beta" in text and scripts.image("omega") == "3.0.0" and not scripts.lock(), text)


def a_killed_install(scripts, state):
    """the same for a release that is being installed first"""
    bundle = scripts.place.bundle({"late": Part(ready="4s")})
    with scripts.running(bundle, "deploy.sh") as process:
        until(60, "late is being installed", lambda: scripts.releases().get("late/late") == "pending-install")
        scripts.end(process, signal.SIGKILL, -signal.SIGKILL)
    text = scripts.run(bundle, "deploy.sh", "--break-lock")
    expect("mends    late" in text and is_rolled_out(scripts.deployment("late")), text)
    scripts.run(bundle, "undeploy.sh", "--yes", "--delete-namespaces")


def a_foreign_release(scripts, _):
    """a release of the same name that no bundle made is neither upgraded nor removed; --adopt takes it over"""
    bundle = scripts.place.bundle({"theirs": Part()})
    scripts.cluster.run("helm", "install", "theirs", "service", "--repo", scripts.place.http, "--version", "1.0.0", "--namespace", "theirs",
                        "--create-namespace", "--wait")
    before = scripts.at_rest()
    expect("no bundle made them: theirs/theirs" in scripts.run(bundle, "deploy.sh", status=3), scripts.output)
    scripts.run(bundle, "undeploy.sh", "--yes", "--delete-namespaces")
    expect(scripts.states()[1] == {"theirs": "foreign"} and scripts.at_rest() == before, f"changed: {difference(before, scripts.at_rest())}")
    scripts.run(bundle, "deploy.sh", "--adopt")
    scripts.run(bundle, "undeploy.sh", "--yes", "--delete-namespaces")
    expect("theirs/theirs" not in scripts.releases() and scripts.get("namespace", "theirs"), "adopted, it goes; its namespace stays")


def an_ending_namespace(scripts, _):
    """a namespace that is being deleted: exit status 3 before anything is changed"""
    bundle = scripts.place.bundle({"ending": Part(), "free": Part()})
    scripts.cluster.kubectl("create", "namespace", "ending")
    scripts.cluster.kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
        "name": "held", "namespace": "ending", "finalizers": ["example.com/held"]}}))
    scripts.cluster.kubectl("delete", "namespace", "ending", "--wait=false")
    expect("is being deleted" in scripts.run(bundle, "deploy.sh", status=3), scripts.output)
    expect(not scripts.get("namespace", "free") and not scripts.lock(), "something was changed")
    scripts.cluster.kubectl("patch", "configmap", "held", "-n", "ending", "--type", "merge", "-p", '{"metadata": {"finalizers": null}}')


def a_removal_interrupted(scripts, state):
    """undeploy.sh asks for a terminal or --yes; Ctrl-C ends it, and what is left can be removed by another run"""
    # What others have in the same namespaces.
    scripts.cluster.run("helm", "install", "beside", "service", "--repo", scripts.place.http, "--version", "1.0.0", "--namespace", "beta", "--wait")
    scripts.cluster.kubectl("create", "configmap", "notes", "-n", "kit")
    scripts.cluster.kubectl("apply", "-f", "-", text=json.dumps({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {
        "name": "theirs", "namespace": "elsewhere"}}))
    scripts.run(state["third"], "undeploy.sh", status=2)
    # A pod that does not go holds the removal of its release.
    pod = scripts.cluster.kubectl("get", "pods", "-n", "operator", "-o", "name").split()[0]
    hold = '{"metadata": {"finalizers": %s}}'
    scripts.cluster.kubectl("patch", pod, "-n", "operator", "--type", "merge", "-p", hold % '["example.com/held"]')
    state["removal"] = scripts.trace.mark()
    with scripts.running(state["third"], "undeploy.sh", "--yes") as process:
        until(60, "omega is gone", lambda: not scripts.deployment("omega"))
        text = scripts.end(process, signal.SIGINT, 130)
    scripts.cluster.kubectl("patch", pod, "-n", "operator", "--type", "merge", "-p", hold % "null", check=False)
    expect(scripts.states()[0] == "interrupted" and not scripts.lock() and scripts.deployment("alpha"), text)


def a_removal(scripts, state):
    """removes in reverse order, and only what the bundle made"""
    text = scripts.run(state["third"], "undeploy.sh", "--yes", "--delete-namespaces")
    time.sleep(0.5)
    breaches = early_removals(scripts.trace.entries[state["removal"]:], PARTS)
    expect(not breaches, f"too early: {breaches}\n{text}")
    expect(not [name for name in PARTS if scripts.deployment(name)], f"not all is gone\n{text}")
    expect(set(scripts.releases()) == {"beta/beside", "solo/solo"}, f"{scripts.releases()}")
    for kind, name, space in (("namespace", "gamma", ""), ("namespace", "elsewhere", ""), ("configmap", "theirs", "elsewhere"),
                              ("configmap", "notes", "kit"), ("namespace", "kit", ""), ("namespace", "beta", ""), ("namespace", "store", ""),
                              ("persistentvolumeclaim", "data", "store"), ("crd", "widgets.example.com", ""), ("widget", "theirs", "elsewhere"),
                              ("deployment", "beside", "beta"), ("deployment", "solo", "solo")):
        expect(scripts.get(kind, name, *(("-n", space) if space else ())), f"{kind} {name} went\n{text}")
    for kind, name, space in (("namespace", "alpha", ""), ("namespace", "omega", ""), ("crd", "clusterpolicies.nvidia.com", ""),
                              ("widget", "mine", "store"), ("configmap", "kit", "kit")):
        expect(not scripts.get(kind, name, *(("-n", space) if space else ())), f"{kind} {name} stays\n{text}")
    for told in ("kubectl delete customresourcedefinition widgets.example.com", "kubectl delete --namespace store persistentvolumeclaim/data",
                 "kubectl delete namespace store"):
        expect(told in text, f"'{told}' is not told\n{text}")


def a_removal_of_nothing(scripts, state):
    """run again, there is nothing to remove, exit status 0"""
    before = scripts.at_rest()
    scripts.run(state["third"], "undeploy.sh", "--yes")
    expect(set(scripts.states()[1].values()) <= {"absent", "done"} and scripts.at_rest() == before, f"{scripts.states()}")


CASES = (a_dry_run, an_install, a_repetition, an_upgrade, a_failure, a_best_effort, a_missing_chart, a_mended_bundle, two_runs, an_interruption, a_kill,
         a_killed_install, a_foreign_release, an_ending_namespace, a_removal_interrupted, a_removal, a_removal_of_nothing)


def judge(cluster, trace, waybill):
    """Runs all cases, a line each. Returns how many failed: the first that does ends them, as each builds on the one before."""
    what = "charts and bundles"
    try:
        scripts, state = Scripts(cluster, trace, Place(cluster, waybill)), {}
        for case in CASES:
            began, what = time.monotonic(), case.__doc__
            case(scripts, state)
            print(f"ok   helm: {what} ({time.monotonic() - began:.0f} s)", flush=True)
    except RigError as problem:
        print(f"FAIL helm: {what}: {problem}", flush=True)
        return 1
    print(f"{len(CASES)} cases of deploy.sh and undeploy.sh with Helm {scripts.place.helm}, {scripts.runs} runs", flush=True)
    return 0
