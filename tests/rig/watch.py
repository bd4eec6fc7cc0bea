"""What the API server says about Applications and what they make, in the order in which it was written.

Resource versions are one ascending count for all objects, so the order of two events is known whatever the clocks say."""

import json
import ssl
import threading
import time
import urllib.error
import urllib.request

WATCHED = {"Application": "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications", "Deployment": "/apis/apps/v1/deployments",
           "ClusterPolicy": "/apis/nvidia.com/v1/clusterpolicies"}
POLICY_DELAY = 3  # seconds that the operator takes


class Trace:
    """Watches from start() to stop(), and plays the operator of ClusterPolicies: each is ready POLICY_DELAY after it was changed.

    Unlike the real operator it writes down which spec it looked at, so that is_rolled_out can tell; the health check does not read that."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.tls = ssl.create_default_context(cafile=cluster.path("tls", "ca.crt"))
        self.entries = []  # (resource version, seconds, kind, "ADDED" | "MODIFIED" | "DELETED", object)
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.watch, args=item, daemon=True) for item in WATCHED.items()]

    def start(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()

    def ask(self, path, body=None, timeout=30):
        request = urllib.request.Request(self.cluster.api + path, method="PATCH" if body else "GET",
                                         data=json.dumps(body).encode() if body else None,
                                         headers={"Authorization": f"Bearer {self.cluster.token}", "Content-Type": "application/merge-patch+json"})
        return urllib.request.urlopen(request, context=self.tls, timeout=timeout)

    def watch(self, kind, path):
        version = ""
        while not self.stopped.is_set():
            try:
                if not version:
                    with self.ask(path) as answer:
                        listed = json.load(answer)
                    version = listed["metadata"]["resourceVersion"]
                    for item in listed["items"]:
                        self.note(kind, "ADDED", item)
                with self.ask(f"{path}?watch=1&resourceVersion={version}", timeout=3600) as answer:
                    for line in answer:
                        event = json.loads(line)
                        if event["type"] == "ERROR":
                            version = ""
                            break
                        version = event["object"]["metadata"]["resourceVersion"]
                        self.note(kind, event["type"], event["object"])
            except (OSError, urllib.error.URLError, ValueError):
                # The definition is not there (any more), or the server ends.
                version = ""
                self.stopped.wait(0.3)

    def note(self, kind, what, item):
        self.entries.append((int(item["metadata"]["resourceVersion"]), time.monotonic() - self.began, kind, what, item))
        if kind == "ClusterPolicy" and what != "DELETED" and "deletionTimestamp" not in item["metadata"] and not is_rolled_out(item):
            timer = threading.Timer(POLICY_DELAY, self.make_ready, [item])
            timer.daemon = True
            timer.start()

    def make_ready(self, item):
        status = {"state": "ready", "observedGeneration": item["metadata"]["generation"]}
        try:
            self.ask(f"{WATCHED['ClusterPolicy']}/{item['metadata']['name']}/status", {"status": status}).close()
        except urllib.error.URLError:
            pass  # it was deleted in the meantime

    def mark(self):
        return len(self.entries)

    def applications(self):
        """The Applications that are there now, by name."""
        now = {}
        for _, _, kind, what, item in list(self.entries):
            if kind == "Application":
                name = item["metadata"]["name"]
                now.pop(name, None) if what == "DELETED" else now.update({name: item})
        return now


def is_rolled_out(item):
    """A Deployment or ClusterPolicy as its newest spec wants it, by its own account."""
    status = item.get("status", {})
    if status.get("observedGeneration", 0) < item["metadata"]["generation"]:
        return False
    if item["kind"] == "ClusterPolicy":
        return status.get("state") == "ready"
    wanted = item["spec"].get("replicas", 1)
    return status.get("updatedReplicas", 0) == wanted == status.get("availableReplicas", 0) == status.get("replicas", 0)


def is_ready(application):
    """Synced and Healthy with the source that it has now, and nothing under way."""
    status = application.get("status", {})
    compared = status.get("sync", {}).get("comparedTo", {})
    return (status.get("sync", {}).get("status") == "Synced" and status.get("health", {}).get("status") == "Healthy"
            and "operation" not in application and status.get("operationState", {}).get("phase") not in ("Running", "Terminating")
            and compared.get("source") == application["spec"].get("source") and "deletionTimestamp" not in application["metadata"])


def target(application):
    """What a change of must be rolled out: its spec without what Argo CD does not compare."""
    return {key: value for key, value in application["spec"].items() if key not in ("info", "syncPolicy")}


class Event:
    def __init__(self, version, seconds, event, application):
        self.version, self.seconds, self.event, self.application = version, seconds, event, application

    def __repr__(self):
        return f"{self.seconds:.1f} {self.event} {self.application}"


def events_of(entries, before, root):
    """The events of the model (replay.cpp), in their order. `before`: the Applications that were there, by name.

    An Application starts when its first operation does after its spec was changed; later operations change nothing that the model knows of. One
    that is ready without an operation had nothing to do (its objects are the same in the new bundle): it started when it was ready."""
    events = []
    spec = {name: target(item) for name, item in before.items()}
    operation = {name: operation_of(item) for name, item in before.items()}
    stage = {name: "ready" for name in before}
    for name, item in before.items():
        if not is_ready(item):  # what an earlier case left: its spec is there, and not rolled out
            events.append(Event(int(item["metadata"]["resourceVersion"]), 0.0, "applied", name))
            stage[name] = "applied"
    for version, seconds, kind, what, item in sorted((entry for entry in entries if entry[2] == "Application"), key=lambda entry: entry[0]):
        name = item["metadata"]["name"]

        def seen(event, name=name, version=version, seconds=seconds):
            events.append(Event(version, seconds, event, name))

        if name == root:
            continue
        if what == "DELETED":
            if stage.get(name) != "removed":
                seen("removed")
            seen("gone")
            stage[name] = "gone"
            continue
        if "deletionTimestamp" in item["metadata"]:
            if stage.get(name) != "removed":
                seen("removed")
                stage[name] = "removed"
            continue
        if spec.get(name) != target(item):
            spec[name] = target(item)
            seen("applied")
            stage[name] = "applied"
        begun = operation_of(item)
        if begun != operation.get(name) and stage[name] == "applied":
            seen("started")
            stage[name] = "started"
        operation[name] = begun
        if is_ready(item) and stage[name] != "ready":
            if stage[name] == "applied":
                seen("started")
            seen("ready")
            stage[name] = "ready"
    return events


def operation_of(application):
    return "asked" if "operation" in application else application.get("status", {}).get("operationState", {}).get("startedAt")
