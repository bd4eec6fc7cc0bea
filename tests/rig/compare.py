"""What a case showed, beside what the model says of the same bundle."""

import dataclasses
import json

from cluster import RigError
from watch import is_rolled_out

SCENARIOS = ("install", "upgrade", "removal")


@dataclasses.dataclass
class Result:
    name: str
    predicted: str  # by `waybill simulate`: "keeps", or the problem in its words
    seen: str  # on the rig: "keeps", or what happened
    gap: str  # shortest time from "ready" to the start of what needs it
    verdict: str  # same, or a difference with its reason
    is_explained: bool


class Dependencies:
    """Which Applications each Application needs, read from the catalogue that was published and not from the bundle."""

    def __init__(self, components):
        self.components = {one.application(name): name for name, one in components.items()}
        names = {name: application for application, name in self.components.items()}
        self.needs = {names[name]: [names[need] for need in one.needs] for name, one in components.items()}

    def users(self, application):
        return [user for user, needs in self.needs.items() if application in needs]


def rolled_out_at(entries, component, version):
    """Whether what the component consists of was ready at that resource version, by its own status and not by Argo CD's."""
    last = None
    for at, _, kind, what, item in sorted((entry for entry in entries if entry[2] in ("Deployment", "ClusterPolicy")), key=lambda entry: entry[0]):
        if at < version and item["metadata"]["name"] == component:
            last = None if what == "DELETED" else item
    return last is not None and is_rolled_out(last)


def early_starts(events, entries, new, unchanged):
    """Every breach of "nothing starts before what it depends on is ready"; what Argo CD took for ready and was not; the times in between. `new` are
    the dependencies of what is rolled out; `unchanged` are Applications that stay as they are."""
    ready, started, breaches, untrue, gaps = {name: None for name in unchanged}, set(), [], [], []
    for event in events:
        if event.event == "ready":
            ready[event.application] = event
        elif event.event == "applied":
            ready.pop(event.application, None)
            started.discard(event.application)
        elif event.event == "started":
            started.add(event.application)
            for need in new.needs.get(event.application, []):
                rolled_out = rolled_out_at(entries, new.components[need], event.version)
                if need not in ready:
                    breaches.append(f"{event.application} starts before "
                                    f"{f'the sync of {need} is over' if rolled_out and need in started else f'{need} is ready'}")
                elif not rolled_out:
                    untrue.append(need)
                elif ready[need]:
                    gaps.append(event.seconds - ready[need].seconds)
    return breaches, untrue, gaps


def early_removals(events, old):
    """Every breach of "nothing is removed while something that needs it is there as it was"."""
    left, breaches = set(), []
    for event in events:
        if event.event == "removed":
            breaches += [f"{event.application} is removed while {user} needs it" for user in old.users(event.application)
                         if user not in left]
        elif event.event in ("gone", "ready"):
            left.add(event.application)
    return breaches


def out_of_reverse(events, before):
    """The model of a removal: waves in reverse, each gone before the next."""
    waves = {name: int(item["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]) for name, item in before.items() if name in
             {event.application for event in events}}
    breaches = []
    for event in events:
        if event.event == "removed":
            breaches += [f"{event.application} of wave {waves[event.application]} is removed before {other} of wave {wave} is gone"
                         for other, wave in waves.items() if wave > waves[event.application]]
        elif event.event == "gone":
            waves.pop(event.application)
    return breaches


def predict(publisher, scenario, bundle, old, check, comparison):
    """Returns "keeps" or the problem, and the shortest way there."""
    arguments = ["simulate", bundle, "--health-check", check, "--comparison", comparison, "--format", "json"]
    done = publisher.waybill(*arguments, *(["--from", old] if old else []), check=False)
    if done.returncode not in (0, 1):
        raise RigError(f"simulate: {done.stderr}")
    found = json.loads(done.stdout)["scenarios"][SCENARIOS.index(scenario)]
    return ("keeps", []) if found["holds"] else (found["violation"]["message"], found["violation"]["trace"])


def replay(publisher, program, bundle, old, check, events):
    """None, or the first event that no order of the model has at its place."""
    sent = {"bundle": bundle, "check": check, "events": [{"event": one.event, "application": one.application} for one in events]}
    if old:
        sent["from"] = old
    answer = json.loads(publisher.cluster.run(program, text=json.dumps(sent)).stdout)
    if answer["allowed"]:
        return None
    return f"event {answer['at']}, {events[answer['at']]}, is none of the model's: {', '.join(answer['possible'])}"


# The one component whose status cannot say what it is about (docs/simulate.md, "What is not modelled": whether Healthy is true).
UNKNOWABLE = "policy-manifests"


# Why the rig need not show what the model warns of.
RACE = "only a controller that looks at a new spec later than the 2 s between waves (--comparison timely: keeps)"
UNRENDERED = "only with a late comparison or a component that cannot be rendered, and the case has neither"
STEPS = "the model is of older releases, whose steps take a component that cannot be rendered for healthy; 3.6.1 wants it Synced, too"


def reason_for_nothing(timely, is_rolling, is_unrendered):
    """Why nothing was seen of what the model warns of; empty: nobody knows."""
    if timely[0] == "keeps":
        return RACE
    if not any("cannot be rendered" in step for step in timely[1]):
        return ""
    return UNRENDERED if not is_unrendered else STEPS if is_rolling else ""


def conclude(name, slow, timely, is_rolling, is_unrendered, breaches, untrue, strange, gaps):
    """`slow` and `timely`: what is predicted with either speed of comparison. `is_unrendered`: a component cannot be rendered. `untrue`: what Argo CD took for ready, and was not. `strange`: what no order of the
    model has."""
    predicted = slow[0]
    seen = breaches[0] if breaches else "keeps"
    verdict, is_explained = "same", True
    if strange:
        verdict, is_explained = f"NOT IN THE MODEL: {strange}", False
    elif predicted == "keeps" and breaches:
        verdict, is_explained = "NOT PREDICTED", False
    elif predicted != "keeps" and not breaches:
        reason = reason_for_nothing(timely, is_rolling, is_unrendered)
        verdict, is_explained = (f"differs: {reason}", True) if reason else ("NOT SHOWN", False)
    elif untrue and not breaches:
        seen = f"keeps, but {untrue[0]} is not ready when Argo CD says so"
        is_explained = set(untrue) == {UNKNOWABLE}
        verdict = "differs: the status of a ClusterPolicy does not say which spec it is about" if is_explained else "NOT TRUE"
    return Result(name, predicted, seen, f"{min(gaps):.2f} s" if gaps else "-", verdict, is_explained)
