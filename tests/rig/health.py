"""The unit tests of our health checks once more, with Argo CD as the judge of each state instead of lua5.1."""

import os
import shutil
import subprocess

import yaml

from cluster import HERE, RigError


def judge(cluster, patch, unit_tests):
    """`patch` is a bundle's patch of argocd-cm, `unit_tests` the program that holds the tests. Says how many tests there were."""
    with open(patch, encoding="utf-8") as file:
        data = yaml.safe_load(file)["data"]
    config, programs = cluster.path("argocd-cm.yaml"), cluster.path("judge")
    with open(config, "w", encoding="utf-8") as file:
        yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "argocd-cm", "namespace": "argocd", "labels": {
            "app.kubernetes.io/part-of": "argocd"}}, "data": data}, file)
    os.makedirs(programs)
    os.symlink(os.path.join(HERE, "argocd_lua.py"), os.path.join(programs, "lua5.1"))
    environment = cluster.environment | {"RIG_CONFIG": config, "RIG_LUA": shutil.which("lua5.1") or "",
                                         "PATH": os.pathsep.join([programs, cluster.environment["PATH"]])}
    del environment["KUBECONFIG"]  # neither a cluster is asked
    done = subprocess.run([unit_tests, "--gtest_filter=*HealthCheck*:-EveryHealthCheck.*", "--gtest_brief=1"], env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RigError(f"health checks, judged by Argo CD:\n{done.stdout[-5000:]}{done.stderr[-2000:]}")
    return done.stdout.strip().splitlines()[-2:]
