#!/usr/bin/env python3
"""What judges the rig's traces finds what it is for: judge_test.py WAYBILL REPLAY."""

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import compare  # noqa: E402
import scripts  # noqa: E402
import watch  # noqa: E402
from publisher import Component  # noqa: E402

CHAIN = {"alpha": Component(), "beta": Component(("alpha",)), "gamma": Component(("beta",))}
WAVES = {"alpha": 0, "beta": 10, "gamma": 20}


def events(*words):
    return [watch.Event(place, float(place), *word.split()) for place, word in enumerate(words)]


def deployment(version, name, available):
    status = {"observedGeneration": 1, "updatedReplicas": 1, "replicas": 1, "availableReplicas": available}
    return version, 0.0, "Deployment", "MODIFIED", {"kind": "Deployment", "metadata": {"name": name, "generation": 1}, "spec": {"replicas": 1},
                                                   "status": status}


def application(version, name, target="1.0.0", status=None, **more):
    item = {"kind": "Application", "metadata": {"name": name, "resourceVersion": str(version)} | more,
            "spec": {"source": {"targetRevision": target}}, "status": status or {}}
    return version, float(version), "Application", "MODIFIED", item


def ready(target, operation):
    return {"sync": {"status": "Synced", "comparedTo": {"source": {"targetRevision": target}}}, "health": {"status": "Healthy"},
            "operationState": {"phase": "Succeeded", "startedAt": operation}}


class Traces(unittest.TestCase):
    def names(self, entries, before=()):
        return [f"{one.event} {one.application}" for one in watch.events_of(entries, dict(before), "root")]

    def test_an_application_is_applied_starts_and_is_ready(self):
        entries = [application(1, "alpha"), application(2, "alpha", status={"operationState": {"phase": "Running", "startedAt": "t"}}),
                   application(3, "alpha", status=ready("1.0.0", "t")), application(4, "alpha", deletionTimestamp="now")]
        self.assertEqual(self.names(entries), ["applied alpha", "started alpha", "ready alpha", "removed alpha"])

    def test_a_verdict_about_an_older_spec_is_none(self):
        before = {"alpha": application(1, "alpha", status=ready("1.0.0", "t"))[4]}
        changed = application(2, "alpha", "2.0.0", ready("1.0.0", "t"))
        self.assertEqual(self.names([changed], before), ["applied alpha"])
        self.assertEqual(self.names([changed, application(3, "alpha", "2.0.0", ready("2.0.0", "u"))], before),
                         ["applied alpha", "started alpha", "ready alpha"])


class Promises(unittest.TestCase):
    def early(self, entries, *words):
        return compare.early_starts(events(*words), entries, compare.Dependencies(CHAIN), set())

    def test_an_early_start_is_found(self):
        good = ("started alpha", "ready alpha", "started beta", "ready beta", "started gamma")
        entries = [deployment(0, "alpha", 1), deployment(0, "beta", 1)]
        self.assertEqual(self.early(entries, *good)[:2], ([], []))
        early = ["beta starts before alpha is ready"]
        self.assertEqual(self.early([], "started alpha", "started beta")[0], early)
        self.assertEqual(self.early([], "ready alpha", "applied alpha", "started beta")[0], early)
        self.assertEqual(self.early(entries, "started alpha", "started beta")[0], ["beta starts before the sync of alpha is over"])

    def test_what_is_only_said_to_be_ready_is_found(self):
        self.assertEqual(self.early([deployment(0, "alpha", 0)], "ready alpha", "started beta")[1], ["alpha"])

    def test_an_early_removal_is_found(self):
        dependencies = compare.Dependencies(CHAIN)
        self.assertEqual(compare.early_removals(events("removed gamma", "gone gamma", "removed beta"), dependencies), [])
        self.assertEqual(compare.early_removals(events("removed alpha"), dependencies), ["alpha is removed while beta needs it"])

    def test_a_removal_out_of_order_is_found(self):
        before = {name: {"metadata": {"annotations": {"argocd.argoproj.io/sync-wave": str(wave)}}} for name, wave in WAVES.items()}
        good = ("removed gamma", "gone gamma", "removed beta", "gone beta", "removed alpha")
        self.assertEqual(compare.out_of_reverse(events(*good), before), [])
        self.assertEqual(compare.out_of_reverse(events("removed gamma", "removed beta"), before),
                         ["beta of wave 10 is removed before gamma of wave 20 is gone"])


class Scripts(unittest.TestCase):
    """What judges deploy.sh and undeploy.sh."""

    PARTS = {"alpha": scripts.Part(), "beta": scripts.Part(("alpha",))}

    def changes(self, *entries, before=None):
        return scripts.changes_of(list(entries), before or {})

    def test_a_change_before_what_it_needs_is_rolled_out_is_found(self):
        good = self.changes(deployment(1, "alpha", 0), deployment(2, "alpha", 1), deployment(3, "beta", 0), deployment(4, "beta", 1))
        self.assertEqual(good, ({"alpha": 1, "beta": 3}, {"alpha": 2, "beta": 4}))
        self.assertEqual(scripts.early_changes(*good, self.PARTS), [])
        early = self.changes(deployment(1, "alpha", 0), deployment(2, "beta", 0), deployment(3, "alpha", 1))
        self.assertEqual(scripts.early_changes(*early, self.PARTS), ["beta before alpha"])
        never = self.changes(deployment(1, "alpha", 0), deployment(2, "beta", 0))
        self.assertEqual(scripts.early_changes(*never, self.PARTS), ["beta before alpha"])

    def test_what_has_the_generation_of_before_is_no_change(self):
        self.assertEqual(self.changes(deployment(1, "alpha", 1), before={"alpha": 1}), ({}, {}))

    def test_a_removal_while_something_needs_it_is_found(self):
        def gone(version, name):
            return (version, 0.0, "Deployment", "DELETED", deployment(version, name, 1)[4])
        self.assertEqual(scripts.early_removals([gone(1, "beta"), gone(2, "alpha")], self.PARTS), [])
        self.assertEqual(scripts.early_removals([gone(1, "alpha"), gone(2, "beta")], self.PARTS), ["alpha before beta"])


class Conclusions(unittest.TestCase):
    def concluded(self, slow, timely, is_rolling=False, is_unrendered=True, breaches=(), untrue=(), strange=None):
        return compare.conclude("case", slow, timely, is_rolling, is_unrendered, list(breaches), list(untrue), strange, []).is_explained

    def test_only_differences_with_a_reason_pass(self):
        keeps, breaks = ("keeps", []), ("beta can start before alpha is healthy", ["the root applies wave 0"])
        unrendered = (breaks[0], ["alpha: it cannot be rendered, sync Unknown and health Healthy"])
        self.assertTrue(self.concluded(keeps, keeps))
        self.assertTrue(self.concluded(breaks, breaks, breaches=["beta starts before alpha is ready"]))
        self.assertFalse(self.concluded(keeps, keeps, breaches=["beta starts before alpha is ready"]))
        self.assertFalse(self.concluded(breaks, breaks))
        self.assertTrue(self.concluded(breaks, keeps))
        self.assertTrue(self.concluded(breaks, unrendered, is_rolling=True))
        self.assertFalse(self.concluded(breaks, unrendered))
        self.assertTrue(self.concluded(breaks, unrendered, is_unrendered=False))
        self.assertFalse(self.concluded(breaks, breaks, is_unrendered=False))
        self.assertFalse(self.concluded(keeps, keeps, untrue=["beta"]))
        self.assertFalse(self.concluded(keeps, keeps, strange="event 0"))


class Replays(unittest.TestCase):
    def test_the_model_has_the_order_of_waves_and_no_other(self):
        with tempfile.TemporaryDirectory() as folder:
            bundle = os.path.join(folder, "bundle")
            subprocess.run([WAYBILL, "bundle", "--quiet", "--service", "kind", "--intent", "training", "--output", bundle], check=True,
                           capture_output=True)

            class Publisher:
                class cluster:
                    @staticmethod
                    def run(program, text):
                        return subprocess.run([program], input=text, capture_output=True, text=True, check=True)

            def replay(check, *words):
                return compare.replay(Publisher, REPLAY, bundle, None, check, events(*words))

            first_wave = ("cert-manager", "network-operator-crds", "skyhook-operator")
            applied, started, is_ready = ([f"{event} {name}" for name in first_wave] for event in ("applied", "started", "ready"))
            self.assertIsNone(replay("bundle", *applied, *started, *is_ready, "applied kube-prometheus-stack"))
            self.assertIn("event 8", replay("bundle", *applied, *started, *is_ready[:2], "applied kube-prometheus-stack"))
            self.assertIsNone(replay("none", *applied, "applied kube-prometheus-stack", "started kube-prometheus-stack"))


if __name__ == "__main__":
    WAYBILL, REPLAY = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
