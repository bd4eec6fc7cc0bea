#!/usr/bin/env python3
"""Times whole runs of the program, beside a peer that does a comparable job where one is installed.

    whole_program.py WAYBILL [--runs N] [--tools FOLDER]

FOLDER holds make_catalogue and empty_program, which the build put beside the other benchmarks (default: where the preset bench
puts them). Each row is a command and, if there is one, a peer; the two run in turn, so that the machine's moods hit both. Wall and CPU time come
from the kernel's own accounting of each process (wait4), peak memory from one run under GNU time. Medians are printed with the smallest wall time,
which a busy machine disturbs least, and the ratio of the medians. Nothing is
asserted: times belong to the machine that they were measured on.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET = "--service eks --accelerator gb200 --os ubuntu --intent training --platform kubeflow".split()


def peer(name):
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(os.environ.get("WAYBILL_PEERS") or Path(cache) / "waybill/peers") / "bin"
    return shutil.which(name, path=f"{folder}:{os.environ['PATH']}")


def run(argv, folder, environment):
    """Wall and CPU seconds."""
    start = time.monotonic()
    process = subprocess.Popen(argv, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{' '.join(argv)}: {message.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime


def peak_memory(argv, folder, environment):
    """Peak MiB. Through GNU time, because a process that Python starts begins with Python's own peak."""
    report = folder / ".time"
    subprocess.run(["/usr/bin/time", "-q", "-o", report, "-f", "%M", *argv], cwd=folder, env=environment, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return int(report.read_text()) / 1024


class Bench:
    def __init__(self, waybill, runs, tools):
        self.runs = runs
        self.tools = tools
        self.folder = Path(tempfile.mkdtemp(prefix="waybill-bench-"))
        self.environment = dict(os.environ, WAYBILL_PASSWORD="", COSIGN_PASSWORD="", GIT_AUTHOR_NAME="Bench",
                                GIT_AUTHOR_EMAIL="bench@example.com", XDG_CACHE_HOME=str(self.folder / "cache"),
                                SOURCE_DATE_EPOCH="1700000000")
        self.waybill = waybill

    def quiet(self, *argv):
        subprocess.run([str(word) for word in argv], cwd=self.folder, env=self.environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def remove(self, *names):
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def row(self, what, ours, theirs=None, before=lambda: None):
        samples = {"ours": [], "theirs": []}
        memory = {}
        for round_number in range(self.runs + 1):
            for who, words in (("ours", ours), ("theirs", theirs)):
                if words is None:
                    continue
                argv = [str(word) for word in words]
                before()
                if round_number == 0:  # this one warms the caches too
                    memory[who] = peak_memory(argv, self.folder, self.environment)
                else:
                    samples[who].append(run(argv, self.folder, self.environment))

        def medians(who):
            return [statistics.median(column) for column in zip(*samples[who])]

        wall, cpu = medians("ours")
        least = min(sample[0] for sample in samples["ours"])
        line = (f"{what:<46} {wall * 1000:8.1f} ms {least * 1000:8.1f} ms {cpu * 1000:8.1f} ms {memory['ours']:7.1f} MiB")
        if theirs is not None:
            peer_wall, peer_cpu = medians("theirs")
            line += (f"   {Path(theirs[0]).name} {peer_wall * 1000:.1f} ms {peer_cpu * 1000:.1f} ms {memory['theirs']:.1f} MiB,"
                     f" ratio {wall / peer_wall:.3f} wall {cpu / peer_cpu:.3f} CPU")
        print(line, flush=True)

    def all(self):
        waybill, cosign, oras = self.waybill, peer("cosign"), peer("oras")
        self.quiet("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "plain.key")
        self.quiet("openssl", "pkey", "-in", "plain.key", "-pubout", "-out", "plain.pub")
        self.quiet(waybill, "keygen", "--output-prefix", "cosign")
        self.quiet("git", "init", "--bare", "--initial-branch=main", "site.git")
        print(f"{'':<46} {'wall':>11} {'least':>11} {'CPU':>11} {'memory':>11}")
        empty = [self.tools / "empty_program"]
        self.row("recipe (peer: an empty program)", [waybill, "recipe", *TARGET], empty)
        self.row("query (peer: an empty program)", [waybill, "query", *TARGET, "--selector", "components.gpu-operator.values"], empty)
        self.row("start (--version)", [waybill, "--version"], [cosign, "version"] if cosign else None)
        for overlays, components in ((10, 20), (100, 20), (1000, 20), (10000, 20), (100, 200), (100, 2000)):
            name = f"catalogue-{overlays}-{components}"
            self.quiet(self.tools / "make_catalogue", name, overlays, components)
            self.row(f"recipe, folder: {overlays} overlays, {components} components",
                     [waybill, "recipe", "--catalogue", name, "--service", "site-0", "--accelerator", "h100", "--intent", "training"])
        self.row("bundle", [waybill, "bundle", *TARGET, "--output", "out"], before=lambda: self.remove("out"))
        publish = [waybill, "publish", *TARGET, "--key", "plain.key", "--output", "oci-layout:layout:v1"]
        self.quiet(waybill, "bundle", *TARGET, "--output", "pushed")
        pack = [oras, "push", "--oci-layout", "layout:v1", "pushed"] if oras else None
        self.row("publish to a new layout (peer: pack only)", publish, pack, before=lambda: self.remove("layout"))
        self.remove("layout")
        self.quiet(*publish)
        self.row("publish the same again", publish)
        encrypted = [*publish[:-3], "cosign.key", "--output", "oci-layout:layout2:v1"]
        self.row("publish, key encrypted (scrypt)", encrypted, before=lambda: self.remove("layout2"))

        def fresh_site():
            self.remove("site.git")
            self.quiet("git", "init", "--bare", "--initial-branch=main", "site.git")

        self.row("publish to a new git folder", [waybill, "publish", *TARGET, "--repo", "site.git"], before=fresh_site)
        verify = [cosign, "verify", "--local-image", "--key", "plain.pub", "--insecure-ignore-tlog=true", "layout"] if cosign else None
        self.row("verify a layout", [waybill, "verify", "oci-layout:layout:v1", "--key", "plain.pub"], verify)
        self.remove("folder")
        self.quiet(waybill, "pull", "oci-layout:layout:v1", "--output", "folder")
        blob = ([cosign, "verify-blob", "--key", "plain.pub", "--insecure-ignore-tlog=true", "--bundle",
                 "folder/attestation/checksums.sigstore.json", "folder/checksums.txt"] if cosign else None)
        self.row("verify a folder (peer: its signature only)", [waybill, "verify", "folder", "--key", "plain.pub"], blob)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waybill", type=lambda text: Path(text).resolve())
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--tools", type=lambda text: Path(text).resolve(),
                        default=Path(__file__).resolve().parents[2] / "build/bench/tests/bench")
    arguments = parser.parse_args()
    bench = Bench(arguments.waybill, arguments.runs, arguments.tools)
    try:
        bench.all()
    finally:
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
