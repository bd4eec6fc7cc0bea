#!/usr/bin/env python3
"""Times waybill save and load beside skopeo, which makes and unpacks OCI archives too.

    carrying.py WAYBILL [--runs N] [--layers N] [--layer-size MIB] [--scratch FOLDER]

The corpus is a layout with one image whose layers are compressed already. In every round the jobs run one after the other, each after a sync of what
the one before has left to the system to write; "on disk" is the wall time with the sync that follows. Wall and CPU time come from the
kernel's accounting of the process (wait4), peak memory from GNU time. A result counts only if every blob of it has its digest. Two bounds are
measured in the same rounds: openssl's hash over the corpus in one process per core, and cat of it into a file with the sync that follows. Nothing is
asserted of times: they belong to the machine that they were measured on.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from transfers import Corpus, peer, run


def hash_on_every_core(files, folder, environment):
    cores = len(os.sched_getaffinity(0))
    start = time.monotonic()
    processes = [subprocess.Popen(["openssl", "dgst", "-sha256", *files[core::cores]], cwd=folder, env=environment, stdout=subprocess.DEVNULL)
                 for core in range(cores)]
    for process in processes:
        if process.wait() != 0:
            sys.exit("openssl failed")
    return time.monotonic() - start


def write_to_disk(files, folder):
    os.sync()
    start = time.monotonic()
    with open(folder / "written", "wb") as out:
        subprocess.run(["cat", *files], stdout=out, check=True)
    os.sync()
    wall = time.monotonic() - start
    (folder / "written").unlink()
    return wall


class Bench:
    def __init__(self, arguments):
        self.runs = arguments.runs
        self.folder = Path(tempfile.mkdtemp(prefix="waybill-carrying-", dir=arguments.scratch))
        self.environment = dict(os.environ, HOME=str(self.folder), XDG_STATE_HOME=str(self.folder / "state"))
        self.corpus = Corpus(self.folder / "corpus", [arguments.layer_size << 20] * arguments.layers)
        layout = f"oci-layout:{self.corpus.folder}:v1"
        waybill = str(arguments.waybill)
        save = [waybill, "save", layout, "--output"]
        # Name of the job: its command, what it writes.
        self.jobs = {"save, one archive": ([*save, "one"], "one"),
                     "save, parts of 64 MiB": ([*save, "parts", "--part-size", "64MiB"], "parts"),
                     "save, with 25 % parity": ([*save, "parity", "--part-size", "64MiB", "--parity", "25%"], "parity"),
                     "copy to an archive": ([waybill, "copy", layout, "oci-archive:copied.tar:v1"], "copied.tar"),
                     "load, one archive": ([waybill, "load", "one", "oci-layout:loaded"], "loaded"),
                     "load, parts": ([waybill, "load", "parts", "oci-layout:joined"], "joined"),
                     "load --check, parts": ([waybill, "load", "--check", "parts"], None)}
        skopeo = peer("skopeo")
        if skopeo:
            self.jobs["skopeo, to an archive"] = ([skopeo, "copy", f"oci:{self.corpus.folder}:v1", "oci-archive:theirs.tar:v1"], "theirs.tar")
            self.jobs["skopeo, from one"] = ([skopeo, "copy", "oci-archive:theirs.tar:v1", "oci:unpacked:v1"], "unpacked")
        else:
            print("not installed, so not compared: skopeo")

    def is_complete(self, name):
        place = self.folder / name
        if (place / "index.json").exists():
            return self.corpus.complete_in_layout(place)
        if place.is_file():
            with tarfile.open(place) as archive:
                sizes = {Path(member.name).name: member.size for member in archive}
            return all(sizes.get(blob) == size for blob, size in self.corpus.blobs.items())
        return any(place.iterdir())  # parts: load of them is the judge

    def remove(self, name):
        if name is None:
            return
        place = self.folder / name
        if place.is_file():
            place.unlink()
        else:
            shutil.rmtree(place, ignore_errors=True)

    def measure(self):
        samples = {name: [] for name in self.jobs}
        memory, hashes, writes = {}, [], []
        files = [str(file) for file in self.corpus.files()]
        for _ in range(self.runs):
            for name, (argv, result) in self.jobs.items():
                self.remove(result)
                samples[name].append(run(argv, self.folder, self.environment))
                if result is not None and not self.is_complete(result):
                    sys.exit(f"{name}: the result is not complete")
            hashes.append(hash_on_every_core(files, self.folder, self.environment))
            writes.append(write_to_disk(files, self.folder))
        for name, (argv, result) in self.jobs.items():
            self.remove(result)
            report = self.folder / ".time"
            subprocess.run(["/usr/bin/time", "-q", "-o", report, "-f", "%M", *argv], cwd=self.folder, env=self.environment, check=True,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            memory[name] = int(report.read_text()) / 1024
        size = sum(self.corpus.blobs.values()) / 2**20
        bound = max(statistics.median(hashes), statistics.median(writes))
        print(f"{size:.0f} MiB; hashed on every core at {size / statistics.median(hashes):.0f} MiB/s, written to the disk at "
              f"{size / statistics.median(writes):.0f} MiB/s\n")
        print(f"{'':<26}{'wall':>10}{'CPU':>10}{'on disk':>10}{'memory':>12}{'MiB/s':>8}{'of the slower bound':>22}")
        for name in self.jobs:
            wall, cpu, on_disk = [statistics.median(column) for column in zip(*samples[name])]
            print(f"{name:<26}{wall:>8.3f} s{cpu:>8.3f} s{on_disk:>8.3f} s{memory[name]:>8.1f} MiB{size / on_disk:>8.0f}{bound / on_disk:>22.2f}")

    def stop(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waybill", type=lambda text: Path(text).resolve())
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--layer-size", type=int, default=16, help="MiB of each layer (default 16)")
    parser.add_argument("--scratch", help="folder for everything that is written (default: the system's)")
    bench = Bench(parser.parse_args())
    try:
        bench.measure()
    finally:
        bench.stop()


if __name__ == "__main__":
    main()
