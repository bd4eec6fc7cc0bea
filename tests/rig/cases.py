"""The cases, in sessions: what a person does with one root, from its first application to its removal."""

import compare
from publisher import COMPONENTS, changed, upgraded

MISSING = "9.9.9"  # a version that no chart has
SMALL = {name: COMPONENTS[name] for name in ("alpha", "beta", "gamma")}


class Session:
    """One root. `check` is the health check of Applications, `ordering` what keeps the order."""

    def __init__(self, publisher, replay, tell, check, ordering="waves"):
        self.publisher, self.replay_program, self.tell, self.check, self.ordering = publisher, replay, tell, check, ordering
        self.bundle = self.root = self.components = None
        self.before = {}

    def begin(self):
        """Call before anything changes: what is seen from here on belongs to the case."""
        self.mark = self.publisher.trace.mark()
        self.before = {name: item for name, item in self.publisher.trace.applications().items() if name != "waybill-root"}
        return self.bundle, self.components

    def publish(self, bundle_and_root, components):
        old = self.bundle
        (self.bundle, self.root), self.components = bundle_and_root, components
        if old is None:
            self.publisher.allow_plain_http(self.bundle)
            self.publisher.set_health_check(self.check, self.bundle)

    def wait(self, ready=(), gone=(), others=()):
        names = {name: one.application(name) for name, one in self.components.items()}
        wanted = {("ready", names[name]) for name in ready} | {("gone", name) for name in gone} | set(others)
        self.publisher.wait_for_events(self.mark, self.before, wanted)

    def judge(self, name, scenario, old, old_components):
        entries = self.publisher.trace.entries[:]
        events = self.publisher.events(self.mark, self.before)
        slow, timely = (compare.predict(self.publisher, scenario, self.bundle, old, self.check, speed) for speed in ("slow", "timely"))
        dependencies = compare.Dependencies(self.components)
        breaches, untrue, gaps = [], [], []
        if scenario == "removal":
            breaches = compare.early_removals(events, dependencies)
            strange = "; ".join(compare.out_of_reverse(events, self.before))
        else:
            applied = {one.application for one in events if one.event == "applied"}
            breaches, untrue, gaps = compare.early_starts(events, entries, dependencies, set(self.before) - applied)
            if old:
                breaches += compare.early_removals(events, compare.Dependencies(old_components))
            strange = compare.replay(self.publisher, self.replay_program, self.bundle, old, self.check, events)
        is_unrendered = any(one.version == MISSING for one in self.components.values())
        self.tell(compare.conclude(name, slow, timely, self.ordering == "rollingsync", is_unrendered, breaches, untrue, strange, gaps), events)

    # --- the cases that every session has ---

    def install(self, name, published, components):
        self.begin()
        self.publish(published, components)
        self.mark = self.publisher.trace.mark()
        self.publisher.apply(self.root)
        self.wait(ready=components)
        self.publisher.wait_for_rest()
        self.judge(name, "install", None, None)

    def upgrade(self, name, publish, components, ready, gone=(), comes_to_rest=True):
        """`publish()` is called when everything is quiet; `ready` and `gone` are waited for."""
        old, old_components = self.begin()
        self.publish(publish(), components)
        self.publisher.apply(self.root)  # from a registry it names another digest; from git it is the same
        self.wait(ready=ready, gone=gone)
        if comes_to_rest:
            self.publisher.wait_for_rest()
        self.judge(name, "upgrade", old, old_components)

    def remove(self, name):
        self.begin()
        self.publisher.remove(self.root)
        self.wait(gone=self.before)
        self.judge(name, "removal", None, None)
        self.publisher.wait_until_gone()


def from_git(publisher, replay, tell):
    """The whole life of a root, with the bundle's health checks."""
    session, repository = Session(publisher, replay, tell, "bundle"), publisher.new_repository()
    session.install("git: install", publisher.publish_to_git(repository, COMPONENTS), COMPONENTS)
    second = upgraded(COMPONENTS, "2.0.0")
    session.upgrade("git: upgrade of everything", lambda: publisher.publish_to_git(repository, second), second, second)
    leaf = changed(second, gamma=None)
    session.upgrade("git: a component less", lambda: publisher.publish_to_git(repository, leaf), leaf, ["policy"],
                    gone=["gamma"])
    dropped = changed(leaf, beta=None, omega={"needs": ("policy",), "version": "3.0.0"})
    session.upgrade("git: omega no longer needs beta, which goes", lambda: publisher.publish_to_git(repository, dropped), dropped, ["omega"],
                    gone=["beta"])
    session.remove("git: the root is deleted")


def from_mirror(publisher, replay, tell):
    session = Session(publisher, replay, tell, "bundle")
    session.install("oci, mirrored: install", publisher.publish_to_mirror(COMPONENTS), COMPONENTS)
    second = upgraded(COMPONENTS, "2.0.0")
    session.upgrade("oci, mirrored: upgrade of everything", lambda: publisher.publish_to_mirror(second), second, second)
    session.remove("oci, mirrored: the root is deleted")


def without_check(publisher, replay, tell):
    session, repository = Session(publisher, replay, tell, "none"), publisher.new_repository()
    session.install("no health check: install", publisher.publish_to_git(repository, COMPONENTS), COMPONENTS)
    second = upgraded(COMPONENTS, "2.0.0")
    session.upgrade("no health check: upgrade of everything", lambda: publisher.publish_to_git(repository, second), second, second)
    session.remove("no health check: the root is deleted")


def documented_check(publisher, replay, tell):
    session, repository = Session(publisher, replay, tell, "documented"), publisher.new_repository()
    session.install("documented check: install", publisher.publish_to_git(repository, SMALL), SMALL)
    second = upgraded(SMALL, "2.0.0")
    session.upgrade("documented check: upgrade of everything", lambda: publisher.publish_to_git(repository, second), second, second)
    missing = changed(upgraded(SMALL, "3.0.0"), alpha={"version": MISSING})
    session.upgrade("documented check: alpha's version is missing", lambda: publisher.publish_to_git(repository, missing), missing, ["beta", "gamma"],
                    comes_to_rest=False)


def held_and_mended(publisher, replay, tell):
    """What cannot be rendered holds the next wave; a fixing commit gets through once the root's sync is ended by its timeout."""
    publisher.cluster.start_application_controller(sync_timeout=30)
    session, repository = Session(publisher, replay, tell, "bundle"), publisher.new_repository()
    session.install("alpha's version is missing: install before", publisher.publish_to_git(repository, SMALL), SMALL)
    old, old_components = session.begin()
    broken = changed(upgraded(SMALL, "3.0.0"), alpha={"version": MISSING})
    session.publish(publisher.publish_to_git(repository, broken), broken)
    session.wait(others=[("applied", "alpha")])
    publisher.wait_until_held("alpha", seconds=15)
    session.judge("alpha's version is missing: the next wave waits", "upgrade", old, old_components)
    session.begin()
    mended = upgraded(SMALL, "3.0.0")
    session.publish(publisher.publish_to_git(repository, mended), mended)
    session.wait(ready=mended)
    publisher.wait_for_rest()
    session.judge("alpha's version is missing: a fixing commit", "upgrade", old, old_components)
    session.remove("alpha's version was missing: the root is deleted")
    publisher.cluster.start_application_controller()


def rolling_sync(publisher, replay, tell):
    """An ApplicationSet takes the waves as steps."""
    session, repository = Session(publisher, replay, tell, "bundle", "rollingsync"), publisher.new_repository()

    def publish(components):
        return publisher.publish_to_git(repository, components, session.ordering)

    session.install("rollingsync: install", publish(COMPONENTS), COMPONENTS)
    second = upgraded(COMPONENTS, "2.0.0")
    session.upgrade("rollingsync: upgrade of everything", lambda: publish(second), second, second)
    old, old_components = session.begin()
    broken = changed(upgraded(COMPONENTS, "3.0.0"), alpha={"version": MISSING})
    session.publish(publish(broken), broken)
    session.wait(others=[("applied", "alpha")])
    publisher.wait_until_held("alpha", seconds=60)
    session.judge("rollingsync: alpha's version is missing", "upgrade", old, old_components)
    session.begin()
    mended = upgraded(COMPONENTS, "3.0.0")
    session.publish(publish(mended), mended)
    session.wait(ready=mended)
    publisher.wait_for_rest()
    session.judge("rollingsync: a fixing commit", "upgrade", old, old_components)
    session.remove("rollingsync: the root is deleted")


SESSIONS = {one.__name__.replace("_", "-"): one for one in (from_git, from_mirror, without_check, documented_check, held_and_mended, rolling_sync)}
