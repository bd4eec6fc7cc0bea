#!/usr/bin/env python3
"""Times copies between a registry and an OCI layout, beside skopeo, oras, crane and regctl where they are installed.

    transfers.py WAYBILL [--runs N] [--layers N] [--layer-size MIB] [--small N] [--tags N] [--platforms N] [--huge MIB] [--registry KIND]

Each row is one job on one corpus. In every round the tools run one after the other, each round beginning with another one, so that the machine's
and the registry's moods hit all of them, each after a sync of what the one before has left to the system to write; "on disk" is the wall time with
the sync that follows. Waybill copies what refers to an image as well, which the others don't: "alone" is Waybill told to leave that behind. Wall
and CPU time come from the kernel's accounting of the process (wait4), peak memory from GNU time, and requests and bytes on the wire from one more
run through a proxy that counts. A result counts only if it is complete: after a pull every blob of the corpus is read and hashed, after a push the
registry is asked for every blob. The floor is what the job cannot do without, measured in the same rounds: for a pull openssl's hash over the
corpus and cat of it into a file (a read and a write), one after the other; for a push sendfile of it into a connection to cat (of which only the
CPU time says something: a registry hashes and writes as well). Nothing is asserted of times: they belong to the machine that they were measured
on.
"""

import argparse
import hashlib
import http.client
import json
import os
import queue
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from pathlib import Path

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
FAR = 0.02  # seconds to a registry in another city, one way
REQUEST = re.compile(rb"(?:GET|HEAD|PUT|POST|PATCH|DELETE) /v2/")


def peer(name):
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(os.environ.get("WAYBILL_PEERS") or Path(cache) / "waybill/peers") / "bin"
    return shutil.which(name, path=f"{folder}:{os.environ['PATH']}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Corpus:
    """A layout with one image, or an index of several: their layers hold `sizes` of random bytes, the same every time, in gzip that stores them as
    they are."""

    def __init__(self, folder, sizes, images=1):
        self.folder = folder
        self.blobs = {}
        self.manifests = set()
        (folder / "blobs/sha256").mkdir(parents=True)
        self.source = random.Random(len(sizes))
        if images == 1:
            root = self.image(sizes)
        else:
            root = self.add_manifest({"schemaVersion": 2, "mediaType": INDEX,
                                      "manifests": [dict(self.image(sizes), platform={"os": "linux", "architecture": f"number{number}"})
                                                    for number in range(images)]})
        self.is_index = images != 1
        named = dict(root, annotations={"org.opencontainers.image.ref.name": "v1"})
        (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def image(self, sizes):
        self.diff_ids = []
        layers = [self.add(self.layer(size), LAYER) for size in sizes]
        config = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": self.diff_ids}}
        return self.add_manifest({"schemaVersion": 2, "mediaType": MANIFEST, "config": self.add([json.dumps(config).encode()], CONFIG),
                                  "layers": layers})

    def add_manifest(self, document):
        descriptor = self.add([json.dumps(document).encode()], document["mediaType"])
        self.manifests.add(descriptor["digest"][7:])
        return descriptor

    def layer(self, size):
        plain = hashlib.sha256()
        stored = zlib.compressobj(0, wbits=31)
        for at in range(0, size, 1 << 20):
            piece = self.source.randbytes(min(1 << 20, size - at))
            plain.update(piece)
            yield stored.compress(piece)
        yield stored.flush()
        self.diff_ids.append(f"sha256:{plain.hexdigest()}")

    def add(self, pieces, media_type):
        part = self.folder / "part"
        digest = hashlib.sha256()
        with open(part, "wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        name = digest.hexdigest()
        size = part.stat().st_size
        part.rename(self.folder / "blobs/sha256" / name)
        self.blobs[name] = size
        return {"mediaType": media_type, "digest": f"sha256:{name}", "size": size}

    def files(self):
        return [self.folder / "blobs/sha256" / name for name in self.blobs]

    def complete_in_layout(self, folder):
        lines = "".join(f"{name}  blobs/sha256/{name}\n" for name in self.blobs)
        return subprocess.run(["sha256sum", "--check", "--status"], cwd=folder, input=lines.encode()).returncode == 0

    def complete_in_registry(self, registry, repository):
        connection = http.client.HTTPConnection("127.0.0.1", registry.port)
        for name, size in self.blobs.items():
            kind = "manifests" if name in self.manifests else "blobs"
            connection.request("HEAD", f"/v2/{repository}/{kind}/sha256:{name}", headers={"Accept": f"{MANIFEST}, {INDEX}"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200 or int(answer.headers["Content-Length"]) != size:
                return False
        return True


class Registry:
    def __init__(self, kind, folder):
        self.is_in_memory = kind == "refreg"
        self.port = free_port()
        self.store = folder / "store"
        if kind == "docker-registry":
            settings = {"version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}},
                        "storage": {"filesystem": {"rootdirectory": str(self.store)}},
                        "http": {"addr": f"127.0.0.1:{self.port}"}}
            (folder / "registry.yml").write_text(json.dumps(settings))  # JSON is YAML
            self.words = [peer("docker-registry"), "serve", str(folder / "registry.yml")]
        else:
            self.words = [peer("refreg"), f"127.0.0.1:{self.port}"]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit(f"{self.words[0]} does not answer")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Proxy:
    """Passes connections on, each way later by `delay` seconds, and counts requests and bytes of both directions."""

    def __init__(self, target, delay=0.0):
        self.target = target
        self.delay = delay
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.requests = self.received = self.sent = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            server = socket.create_connection(("127.0.0.1", self.target))
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # The system has shaken hands without a delay: the first bytes wait for that as well.
            threading.Thread(target=self.carry, args=(client, server, True, time.monotonic() + 2 * self.delay), daemon=True).start()
            threading.Thread(target=self.carry, args=(server, client, False, 0), daemon=True).start()

    def carry(self, source, sink, is_request, not_before):
        tail = b""
        on_the_way = queue.Queue(256)
        threading.Thread(target=self.deliver, args=(on_the_way, sink), daemon=True).start()
        try:
            while data := source.recv(1 << 18):
                with self.lock:
                    if is_request:
                        self.requests += len(REQUEST.findall(tail + data))
                        self.sent += len(data)
                    else:
                        self.received += len(data)
                tail = data[-10:] if is_request else b""
                on_the_way.put((max(time.monotonic(), not_before) + self.delay, data))
        except OSError:
            source.close()
        on_the_way.put((time.monotonic() + self.delay, b""))

    @staticmethod
    def deliver(on_the_way, sink):
        is_open = True
        while True:
            due, data = on_the_way.get()
            time.sleep(max(0.0, due - time.monotonic()))
            try:
                if not data:
                    return sink.shutdown(socket.SHUT_WR)
                if is_open:
                    sink.sendall(data)
            except OSError:
                is_open = False
                if not data:
                    return None

    def stop(self):
        self.listener.close()


# What each tool calls the same job; HOST is the registry, DIR the folder of a layout.
def pull_words(tool, program, host, repository, folder):
    reference = f"{host}/{repository}:v1"
    return {"waybill": [program, "copy", f"oci://{reference}", f"oci-layout:{folder}:v1"],
            "alone": [program, "copy", "--no-referrers", f"oci://{reference}", f"oci-layout:{folder}:v1"],
            "crane": [program, "pull", "--insecure", "--format=oci", reference, folder],
            "oras": [program, "copy", "--from-plain-http", reference, "--to-oci-layout", f"{folder}:v1"],
            "regctl": [program, "--host", f"reg={host},tls=disabled", "image", "copy", reference, f"ocidir://{folder}:v1"],
            "skopeo": [program, "copy", "--all", "--src-tls-verify=false", f"docker://{reference}", f"oci:{folder}:v1"]}[tool]


def push_words(tool, program, host, repository, folder, is_index):
    reference = f"{host}/{repository}:v1"
    return {"waybill": [program, "copy", f"oci-layout:{folder}:v1", f"oci://{reference}"],
            "alone": [program, "copy", "--no-referrers", f"oci-layout:{folder}:v1", f"oci://{reference}"],
            "crane": [program, "push", "--insecure", *(["--index"] if is_index else []), folder, reference],
            "oras": [program, "copy", "--from-oci-layout", f"{folder}:v1", "--to-plain-http", reference],
            "regctl": [program, "--host", f"reg={host},tls=disabled", "image", "copy", f"ocidir://{folder}:v1", reference],
            "skopeo": [program, "copy", "--all", "--dest-tls-verify=false", f"oci:{folder}:v1", f"docker://{reference}"]}[tool]


def list_words(tool, program, host, repository):
    return {"waybill": [program, "list", f"oci://{host}/{repository}"],
            "alone": [program, "list", f"oci://{host}/{repository}"],
            "crane": [program, "ls", "--insecure", f"{host}/{repository}"],
            "oras": [program, "repo", "tags", "--plain-http", f"{host}/{repository}"],
            "regctl": [program, "--host", f"reg={host},tls=disabled", "tag", "ls", f"{host}/{repository}"],
            "skopeo": [program, "list-tags", "--tls-verify=false", f"docker://{host}/{repository}"]}[tool]


def run(argv, folder, environment):
    """Wall and CPU seconds, and wall seconds until all that it wrote is on the disk."""
    os.sync()
    start = time.monotonic()
    with open(folder / ".stdout", "wb") as out, open(folder / ".stderr", "wb") as err:
        process = subprocess.Popen(argv, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, argv))}: {(folder / '.stderr').read_text(errors='replace')}")
    os.sync()
    return wall, usage.ru_utime + usage.ru_stime, time.monotonic() - start


def floor_of_pull(corpus, folder, environment):
    files = [str(file) for file in corpus.files()]
    hashed = run(["openssl", "dgst", "-sha256", *files], folder, environment)
    start = time.monotonic()
    with open(folder / "written", "wb") as out:
        process = subprocess.Popen(["cat", *files], stdout=out)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    wall = time.monotonic() - start
    os.sync()
    on_disk = time.monotonic() - start
    (folder / "written").unlink()
    return hashed[0] + wall, hashed[1] + usage.ru_utime + usage.ru_stime, hashed[0] + on_disk


def floor_of_push(corpus, folder):
    """The system moves all files into a connection that somebody empties."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = socket.create_connection(listener.getsockname())
        receiver, _ = listener.accept()
    reader = subprocess.Popen(["cat"], stdin=receiver, stdout=subprocess.DEVNULL, cwd=folder)
    receiver.close()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        for path in corpus.files():
            with open(path, "rb") as file:
                while os.sendfile(sender.fileno(), file.fileno(), None, 1 << 24):
                    pass
        os._exit(0)
    _, _, usage = os.wait4(child, 0)
    wall = time.monotonic() - start
    sender.close()
    reader.wait()
    return wall, usage.ru_utime + usage.ru_stime, wall


class Bench:
    def __init__(self, arguments):
        self.runs = arguments.runs
        self.folder = Path(tempfile.mkdtemp(prefix="waybill-transfers-", dir=arguments.scratch))
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.folder / "cache"), HOME=str(self.folder),
                                XDG_STATE_HOME=str(self.folder / "state"), XDG_CONFIG_HOME=str(self.folder / "config"))
        names = {"waybill": str(arguments.waybill), "alone": str(arguments.waybill)}
        names.update({name: peer(name) for name in ("crane", "oras", "regctl", "skopeo")})
        self.tools = {name: program for name, program in names.items() if program}
        missing = sorted(set(names) - set(self.tools))
        if missing:
            print(f"not installed, so not compared: {', '.join(missing)}")
        self.registry = Registry(arguments.registry, self.folder)

    def peak_memory(self, argv):
        report = self.folder / ".time"
        subprocess.run(["/usr/bin/time", "-q", "-o", report, "-f", "%M", *argv], cwd=self.folder, env=self.environment, check=True,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return int(report.read_text()) / 1024

    def row(self, what, words, complete, before, floor=None, delay=0.0):
        """`words(tool, program, host)` is the command, `before(tool)` makes its place new, `complete(tool)` judges, `floor()`
        measures wall and CPU seconds; the registry is `delay` seconds away."""
        samples = {tool: [] for tool in self.tools}
        floors = []
        memory, wire = {}, {}
        for tool, program in self.tools.items():
            proxy = Proxy(self.registry.port)
            before(tool)
            run(words(tool, program, f"127.0.0.1:{proxy.port}"), self.folder, self.environment)
            wire[tool] = (proxy.requests, proxy.sent, proxy.received)
            proxy.stop()
            before(tool)
            memory[tool] = self.peak_memory(words(tool, program, f"127.0.0.1:{self.registry.port}"))
        order = list(self.tools.items())
        link = Proxy(self.registry.port, delay) if delay else None
        port = link.port if link else self.registry.port
        for _ in range(self.runs):
            order = order[1:] + order[:1]
            for tool, program in order:
                before(tool)
                samples[tool].append(run(words(tool, program, f"127.0.0.1:{port}"), self.folder, self.environment))
                if not complete(tool):
                    sys.exit(f"{what}: the result of {tool} is not complete")
            if floor is not None:
                floors.append(floor())
        if link:
            link.stop()
        print(f"\n{what}\n{'':<10}{'wall':>10}{'CPU':>10}{'on disk':>10}{'memory':>12}{'requests':>10}{'sent':>12}{'received':>12}"
              f"{'wall/ours':>11}{'CPU/ours':>10}{'disk/ours':>11}")
        medians = {tool: [statistics.median(column) for column in zip(*samples[tool])] for tool in self.tools}
        ours = medians["waybill"]

        def line(name, measured, rest):
            wall, cpu, on_disk = measured
            print(f"{name:<10}{wall:>8.3f} s{cpu:>8.3f} s{on_disk:>8.3f} s{rest:>46}{wall / ours[0]:>11.2f}{cpu / ours[1]:>10.2f}"
                  f"{on_disk / ours[2]:>11.2f}")

        for tool, measured in medians.items():
            requests, sent, received = wire[tool]
            line(tool, measured, f"{memory[tool]:>8.1f} MiB{requests:>10}{sent / 2**20:>8.1f} MiB{received / 2**20:>8.1f} MiB")
        if floor is not None:
            line("floor", [statistics.median(column) for column in zip(*floors)], "")
        sys.stdout.flush()

    def transfers(self, what, corpus, delay=0.0):
        size = sum(corpus.blobs.values()) / 2**20
        title = f"{what} ({len(corpus.blobs)} blobs, {size:.0f} MiB)"
        host = f"127.0.0.1:{self.registry.port}"
        repository = f"corpus/{what.replace(' ', '-')}"
        run(push_words("waybill", self.tools["waybill"], host, repository, corpus.folder, corpus.is_index), self.folder, self.environment)
        if not corpus.complete_in_registry(self.registry, repository):
            sys.exit("the corpus is not in the registry")

        def fresh_layout(tool):
            shutil.rmtree(self.folder / f"pulled-{tool}", ignore_errors=True)

        def pull(tool, program, host):
            return pull_words(tool, program, host, repository, str(self.folder / f"pulled-{tool}"))

        def pulled(tool):
            return corpus.complete_in_layout(self.folder / f"pulled-{tool}")

        self.row(f"registry to layout: {title}", pull, pulled, fresh_layout,
                 None if delay else lambda: floor_of_pull(corpus, self.folder, self.environment), delay)
        self.row(f"registry to layout, again: {title}", pull, pulled, lambda tool: None, delay=delay)
        for tool in self.tools:
            fresh_layout(tool)

        # A new repository for each push: both registries know blobs by the links in one, and write what they have to the
        # same place again.
        round_of = {tool: 0 for tool in self.tools}

        def place(tool):
            return f"pushed/{tool}/{round_of[tool]}/{repository}"

        def push(tool, program, host):
            return push_words(tool, program, host, place(tool), str(corpus.folder), corpus.is_index)

        def pushed(tool):
            return corpus.complete_in_registry(self.registry, place(tool))

        def next_place(tool):
            if self.registry.is_in_memory:  # which keeps all that was ever sent
                self.registry.stop()
                self.registry.start()
            round_of[tool] += 1

        def same_place(tool):
            if not pushed(tool):
                run(push(tool, self.tools[tool], host), self.folder, self.environment)

        self.row(f"layout to registry: {title}", push, pushed, next_place,
                 None if delay else lambda: floor_of_push(corpus, self.folder), delay)
        self.row(f"layout to registry, again: {title}", push, pushed, same_place, delay=delay)

    def tags(self, count):
        host = f"127.0.0.1:{self.registry.port}"
        corpus = Corpus(self.folder / "tagged", [1000])
        run(push_words("waybill", self.tools["waybill"], host, "tagged", corpus.folder, False), self.folder, self.environment)
        body = (corpus.folder / "blobs/sha256" / next(iter(corpus.manifests))).read_bytes()
        connection = http.client.HTTPConnection("127.0.0.1", self.registry.port)
        for number in range(count):
            connection.request("PUT", f"/v2/tagged/manifests/tag-{number:05}", body=body, headers={"Content-Type": MANIFEST})
            connection.getresponse().read()

        def named(_):
            return len(set(re.findall(r"tag-\d{5}", (self.folder / ".stdout").read_text()))) == count

        self.row(f"list {count} tags", lambda tool, program, host: list_words(tool, program, host, "tagged"), named,
                 lambda tool: None)

    def stop(self):
        self.registry.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waybill", type=lambda text: Path(text).resolve())
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--layers", type=int, default=64, help="layers of the image of layers (default 64)")
    parser.add_argument("--layer-size", type=int, default=16, help="MiB of each (default 16)")
    parser.add_argument("--small", type=int, default=1000, help="layers of 8 KiB of the image of small files (default 1000)")
    parser.add_argument("--tags", type=int, default=1000)
    parser.add_argument("--platforms", type=int, default=10, help="images of the index that lies far away (default 10, 0: none)")
    parser.add_argument("--huge", type=int, default=4096, help="MiB of the one large layer (default 4096, 0: none)")
    parser.add_argument("--registry", choices=("docker-registry", "refreg"), default="docker-registry")
    parser.add_argument("--scratch", help="folder for everything that is written (default: the system's)")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    try:
        bench.transfers("layers", Corpus(bench.folder / "layers", [arguments.layer_size << 20] * arguments.layers))
        shutil.rmtree(bench.folder / "layers")
        bench.transfers("small files", Corpus(bench.folder / "small", [8 << 10] * arguments.small))
        bench.tags(arguments.tags)
        if arguments.platforms:
            bench.transfers(f"index {1000 * FAR:.0f} ms away", Corpus(bench.folder / "index", [20 << 10] * 3, arguments.platforms), FAR)
        if arguments.huge:
            bench.transfers("one large file", Corpus(bench.folder / "huge", [arguments.huge << 20]))
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
