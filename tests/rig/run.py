#!/usr/bin/env python3
"""Lets a real Argo CD roll out, change and remove bundles, and compares the order that it takes with what `waybill simulate` says; runs the
scripts of bundles for Helm in a cluster of their own (docs/rig.md).

One line a case, a table at the end; exit status 1 when a case differs from the model without a reason that is written down."""

import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import cases  # noqa: E402
import health  # noqa: E402
import scripts  # noqa: E402
from cluster import Cluster, RigError  # noqa: E402
from publisher import Site  # noqa: E402
from watch import Trace  # noqa: E402

HEAD = ("case", "waybill simulate", "seen on the rig", "shortest gap", "comparison")


def table(results):
    lines = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD)]
    lines += [f"| {one.name} | {one.predicted} | {one.seen} | {one.gap} | {one.verdict} |" for one in results]
    return "\n".join(lines)


def judge_health_checks(publisher, unit_tests):
    bundle, _ = publisher.publish_to_git(publisher.new_repository(), cases.COMPONENTS)
    print("\n".join(health.judge(publisher.cluster, os.path.join(bundle, "bootstrap/argocd-cm-patch.yaml"), unit_tests)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", required=True, metavar="FOLDER", help="what ./dev rig installs")
    parser.add_argument("--waybill", required=True, metavar="FILE")
    parser.add_argument("--replay", required=True, metavar="FILE", help="the built tests/rig/replay.cpp")
    parser.add_argument("--unit-tests", required=True, metavar="FILE", help="the built tests of the room argocd")
    parser.add_argument("--session", action="append", choices=[*cases.SESSIONS, "health", "helm"],
                        help="only this one; may be given again (default: all)")
    parser.add_argument("--events", action="store_true", help="print what was seen in each case, too")
    parser.add_argument("--keep", metavar="FOLDER", help="new folder for everything that is made, which stays (default: a temporary one)")
    options = parser.parse_args()
    chosen = options.session or [*cases.SESSIONS, "health", "helm"]
    results, failures = [], 0

    def tell(result, events):
        results.append(result)
        print(f"{'ok  ' if result.is_explained else 'FAIL'} {result.name}: predicted {result.predicted}; seen {result.seen}; {result.verdict}",
              flush=True)
        if options.events or not result.is_explained:
            start = events[0].seconds if events else 0
            for one in events:
                print(f"     {one.seconds - start:7.2f} s  {one.application} {one.event}", flush=True)

    def open_cluster(name, has_argocd):
        began = time.monotonic()
        folder = os.path.join(place, name)
        os.makedirs(folder)
        cluster = stack.enter_context(Cluster(os.path.abspath(options.programs), folder, has_argocd))
        trace = Trace(cluster)
        trace.start()
        stack.callback(trace.stop)
        print(f"{name}: the cluster runs after {time.monotonic() - began:.0f} s", flush=True)
        return cluster, trace

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whoever ends this ends what it started
    with tempfile.TemporaryDirectory(prefix="waybill-rig-") as temporary:
        place = os.path.abspath(options.keep) if options.keep else temporary
        if rollouts := [name for name in chosen if name != "helm"]:
            with contextlib.ExitStack() as stack:
                publisher = Site(*open_cluster("argocd", has_argocd=True), os.path.abspath(options.waybill))
                for name in rollouts:
                    try:
                        if name == "health":
                            judge_health_checks(publisher, os.path.abspath(options.unit_tests))
                        else:
                            cases.SESSIONS[name](publisher, os.path.abspath(options.replay), tell)
                    except RigError as problem:
                        failures += 1
                        print(f"FAIL session {name}: {problem}", flush=True)
                    publisher.clear()
        if "helm" in chosen:
            with contextlib.ExitStack() as stack:
                failures += scripts.judge(*open_cluster("helm", has_argocd=False), os.path.abspath(options.waybill))
    unexplained = sum(not one.is_explained for one in results)
    if results:
        print(f"\n{table(results)}\n")
    print(f"{len(results)} cases of Argo CD, {unexplained} unexplained differences, {failures} other failures")
    return 1 if unexplained or failures else 0


if __name__ == "__main__":
    sys.exit(main())
