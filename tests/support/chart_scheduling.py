#!/usr/bin/env python3
"""Judges what the flags for scheduling do to the pods of a real chart: chart_scheduling.py WAYBILL HELM CHART COMPONENT.

Makes a bundle with the flags and one without, has Helm render the chart (a folder) with the values of each, and compares every place in the
objects where pods are described. With the flags, a pod has exactly what was asked for its class, beside what the chart or the recipe fixes; which
class that is, the table below says, written by hand from what each workload is. Exit status 1 with a line for each difference."""

import json
import subprocess
import sys
import tempfile

import yaml

SYSTEM = ({"pool.example.com/system": "yes"}, [{"effect": "NoSchedule", "key": "system.example.com", "operator": "Equal", "value": "yes"}])
GPU = ({"pool.example.com/gpu": "yes"}, [{"effect": "NoExecute", "key": "gpu.example.com", "operator": "Exists"}])
FLAGS = ("--system-node-selector", "pool.example.com/system=yes", "--system-node-toleration", "system.example.com=yes:NoSchedule",
         "--accelerated-node-selector", "pool.example.com/gpu=yes", "--accelerated-node-toleration", "gpu.example.com:NoExecute",
         "--workload-selector", "example.com/keep=yes", "--workload-gate", "example.com/gate=shut:NoSchedule", "--nodes", "2000",
         "--set", "gpu-operator:driver.version=570.20", "--set-string", "cert-manager:podLabels.example=7", "--set-json",
         'kube-prometheus-stack:prometheus.prometheusSpec.externalLabels={"example.com/site":"1.10"}')
TARGETS = (("--service", "eks", "--accelerator", "h100", "--intent", "training", "--os", "ubuntu", "--platform", "kubeflow"),
           ("--service", "aks", "--accelerator", "h100", "--intent", "inference", "--os", "ubuntu", "--platform", "dynamo"))

# The class of each description of pods: system, gpu, "gpu tolerations" (which nodes is decided otherwise), or everywhere, which no flag changes.
EVERYWHERE, GPU_TOLERATIONS = "everywhere", "gpu tolerations"
CLASSES = {
    "aws-ebs-csi-driver": {"Deployment/ebs-csi-controller": "system", "DaemonSet/ebs-csi-node": EVERYWHERE},
    "aws-efa": {"DaemonSet/aws-efa-k8s-device-plugin": "gpu"},
    "cert-manager": {"Deployment/cert-manager": "system", "Deployment/cert-manager-cainjector": "system", "Deployment/cert-manager-webhook": "system"},
    # The operator puts its operands on the nodes that node-feature-discovery's worker finds.
    "gpu-operator": {"Deployment/gpu-operator": "system", "Deployment/node-feature-discovery-gc": "system",
                     "Deployment/node-feature-discovery-master": "system", "Job/node-feature-discovery-prune": "system",
                     "ClusterPolicy/cluster-policy.spec.daemonsets": GPU_TOLERATIONS, "DaemonSet/node-feature-discovery-worker": GPU_TOLERATIONS,
                     "ClusterPolicy/cluster-policy.spec.kataManager.config.runtimeClasses[0]": EVERYWHERE,
                     "ClusterPolicy/cluster-policy.spec.kataManager.config.runtimeClasses[1]": EVERYWHERE},
    "k8s-ephemeral-storage-metrics": {"Deployment/k8s-ephemeral-storage-metrics": "system"},
    "kai-scheduler": {"Config/kai-config.spec.global": "system", "Deployment/kai-operator": "system", "Job/crd-upgrader": "system"},
    "kgateway": {"Deployment/kgateway": "system"},
    "kube-prometheus-stack": {"Alertmanager/kube-prometheus-alertmanager": "system", "Prometheus/kube-prometheus-prometheus": "system",
                              "Deployment/grafana": "system", "Deployment/kube-prometheus-operator": "system",
                              "Deployment/kube-state-metrics": "system", "Pod/grafana-test": "system",
                              "DaemonSet/prometheus-node-exporter": EVERYWHERE},
    "kubeflow-trainer": {"Deployment/jobset-controller": "system", "Deployment/kubeflow-trainer-controller-manager": "system"},
    "network-operator": {"Deployment/network-operator": "system", "Job/network-operator-keep-ncp": "system"},
    "nvidia-dra-driver-gpu": {"DaemonSet/nvidia-dra-driver-gpu-kubelet-plugin": "gpu"},
    # What watches a node runs where NVSentinel's own labels say.
    "nvsentinel": {"Deployment/labeler": "system", **{f"DaemonSet/{name}": EVERYWHERE for name in (
        "gpu-health-monitor-dcgm-3.x", "gpu-health-monitor-dcgm-4.x", "metadata-collector", "platform-connectors", "syslog-health-monitor-kata",
        "syslog-health-monitor-regular")}},
    "prometheus-adapter": {"Deployment/prometheus-adapter": "system"},
    "skyhook-operator": {"Deployment/skyhook-operator-controller-manager": "system", "Job/skyhook-operator-skyhook-cleanup": "system",
                         "Job/skyhook-operator-webhook-cleanup": "system"},
}


class Loader(yaml.CSafeLoader):
    """YAML 1.1 reads a lonely '=' as a type of its own, which a chart's list of operators has."""


Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit status {done.returncode}\n{done.stderr}")
    return done.stdout


def descriptions(value, path=""):
    """Everything below that says where pods run."""
    if isinstance(value, dict):
        if "containers" in value or "nodeSelector" in value or "tolerations" in value:
            yield path, value
        for key, below in value.items():
            yield from descriptions(below, f"{path}.{key}")
    elif isinstance(value, list):
        for at, below in enumerate(value):
            yield from descriptions(below, f"{path}[{at}]")


def pods(rendered):
    found = {}
    for item in yaml.load_all(rendered, Loader):
        if not item or item["kind"] == "CustomResourceDefinition":
            continue
        own = (".spec", ".spec.template.spec", ".spec.jobTemplate.spec.template.spec")
        places = [own[0]] if item["kind"] in ("Alertmanager", "Prometheus") else []
        spec = {path: value for path, value in descriptions(item)} | {path: item["spec"] for path in places}
        for path, value in spec.items():
            name = f"{item['kind']}/{item['metadata']['name']}{'' if path in own else path}"
            found[name] = (value.get("nodeSelector") or {}, value.get("tolerations") or [])
    return found


def added(new, old):
    return [one for one in new if one not in old]


def judge(name, of, plain, flagged):
    """What is wrong with one description of pods; nothing if it is as asked."""
    asked = {"system": SYSTEM, "gpu": GPU, GPU_TOLERATIONS: ({}, GPU[1]), EVERYWHERE: None}[of]
    if asked is None:
        return [] if plain == flagged else [f"{name} runs everywhere, and became {flagged}"]
    wrong = []
    if flagged[0] != plain[0] | asked[0]:
        wrong.append(f"{name} ({of}) selects {flagged[0]}, not {plain[0]} and {asked[0]}")
    # Of tolerations the chart may keep some of its own; those of the recipe make way.
    kept = [one for one in flagged[1] if one not in asked[1]]
    if added(asked[1], flagged[1]) or added(kept, plain[1]) or {"operator": "Exists"} in kept:
        wrong.append(f"{name} ({of}) tolerates {flagged[1]}, not {asked[1]}")
    return wrong


# What else the flags write, in the objects that come of it.
TOLD = {
    "cert-manager": ("Deployment", '"example": "7"'),
    "gpu-operator": ("ClusterPolicy", '"version": "570.20"'),
    "kube-prometheus-stack": ("Prometheus", '"externalLabels": {"example.com/site": "1.10"}'),
    "skyhook-operator": ("Deployment", '"name": "RUNTIME_REQUIRED_TAINT", "value": "example.com/gate=shut:NoSchedule"', '"cpu": "3200m"'),
}


def judge_told(component, rendered):
    kind, *texts = TOLD.get(component, ("",))
    objects = json.dumps([item for item in yaml.load_all(rendered, Loader) if item and item["kind"] == kind])
    return [f"no {kind} has {text}" for text in texts if text not in objects]


def main(waybill, helm, chart, component):
    with tempfile.TemporaryDirectory() as folder:
        rendered = {}
        for at, target in enumerate(TARGETS):
            for kind, flags in (("plain", ()), ("flagged", FLAGS)):
                bundle = f"{folder}/{at}-{kind}"
                run(waybill, "bundle", "--quiet", "--deployer", "helm", "--output", bundle, *target, *flags)
                try:
                    with open(f"{bundle}/steps.tsv", encoding="utf-8") as file:
                        fields = next(line.split("\t") for line in file if line.startswith(component + "\t"))
                except StopIteration:
                    break
                rendered[kind] = run(helm, "template", component, chart, "--namespace", fields[3], "--values", f"{bundle}/{component}/values.yaml",
                                     "--kube-version", "1.34.0")
            if rendered:
                break
    if not rendered:
        sys.exit(f"no target of this judge has {component}")
    plain, flagged, classes = pods(rendered["plain"]), pods(rendered["flagged"]), CLASSES.get(component, {})
    wrong = [f"{name} is new to this judge: which class is it of?" for name in sorted(flagged.keys() - classes.keys())]
    wrong += [f"{name} is not rendered" for name in sorted(classes.keys() - flagged.keys())]
    for name in sorted(flagged.keys() & classes.keys()):
        wrong += judge(name, classes[name], plain[name], flagged[name])
    wrong += judge_told(component, rendered["flagged"])
    print("\n".join(wrong or [f"{component}: {len(flagged)} descriptions of pods are as asked"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
