#!/usr/bin/env python3
"""Times a small commit into a large repository behind a server, beside git itself.

    large_repository.py WAYBILL [--files N] [--history MIB] [--runs N]

Makes a repository of so many files whose history holds so many MiB that do not compress, and serves it with git daemon on
127.0.0.1. Then, in turn: the program with its cache as the last run left it, git in a clone that is kept (fetch, reset, edit,
commit, push), git with a new shallow clone, git with a new shallow, sparse and blobless clone; and once, the program with an
empty cache and git with a new bare clone. Every run makes one small commit, on top of one that another writer made meanwhile. Wall
and CPU seconds of whole processes with their children, medians; the server's own time is in none of them. Nothing is asserted.
"""

import argparse
import os
import random
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TARGET = "--service eks --accelerator gb200 --os ubuntu --intent training --platform kubeflow".split()
IDENTITY = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Bench"), ("EMAIL", "bench@example.com"))}


def children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Bench:
    def __init__(self, waybill, files, history):
        self.waybill, self.files, self.history = waybill, files, history
        self.folder = Path(tempfile.mkdtemp(prefix="waybill-bench-"))
        self.environment = dict(os.environ, **IDENTITY, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1",
                                XDG_CACHE_HOME=str(self.folder / "cache"))
        self.site = self.folder / "served/site.git"
        self.counter = 0

    def git(self, *argv, folder=None):
        subprocess.run(["git", *map(str, argv)], cwd=folder or self.folder, env=self.environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def make(self):
        self.git("init", "-q", "--bare", "--initial-branch=main", self.site)
        self.git("config", "uploadpack.allowFilter", "true", folder=self.site)
        self.git("config", "gc.auto", "0", folder=self.site)
        source = random.Random(1)
        names = [f"sites/{i % 100:02}/{i // 100:05}.yaml" for i in range(self.files)]
        importer = subprocess.Popen(["git", "-c", "core.compression=0", "fast-import", "--quiet"], cwd=self.site,
                                    env=self.environment, stdin=subprocess.PIPE)
        write = importer.stdin.write

        def commit(number, changes):
            write(f"commit refs/heads/main\ncommitter Bench <bench@example.com> {1700000000 + number} +0000\n"
                  f"data 1\n{number % 10}\n".encode())
            for name, content in changes:
                write(f"M 100644 inline {name}\ndata {len(content)}\n".encode() + content + b"\n")

        commit(0, ((name, source.randbytes(200)) for name in names))
        left, number = self.history << 20, 0
        while left > 0:
            number += 1
            chosen = source.sample(names, min(1000, len(names)))
            commit(number, ((name, source.randbytes(10240)) for name in chosen))
            left -= 10240 * len(chosen)
        commit(number + 1, ((name, b"settled\n") for name in names[:1000]))
        importer.stdin.close()
        if importer.wait() != 0:
            sys.exit("fast-import failed")

    def serve(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.daemon = subprocess.Popen(["git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1",
                                        f"--port={port}", f"--base-path={self.site.parent}", str(self.site.parent)],
                                       env=self.environment, stderr=subprocess.DEVNULL)
        self.url = f"git://127.0.0.1:{port}/site.git"
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.02)
        sys.exit("git daemon does not start")

    def another_writer(self):
        """One commit by plumbing, so that every run finds the branch moved."""
        self.counter += 1
        text = f"{self.counter}\n"
        blob = subprocess.run(["git", "hash-object", "-w", "--stdin"], cwd=self.site, input=text, text=True, check=True,
                              capture_output=True).stdout.strip()
        environment = dict(self.environment, GIT_INDEX_FILE=str(self.folder / "index"))
        for words in (["read-tree", "main"], ["update-index", "--add", "--cacheinfo", f"100644,{blob},other"]):
            subprocess.run(["git", *words], cwd=self.site, env=environment, check=True)
        tree = subprocess.run(["git", "write-tree"], cwd=self.site, env=environment, check=True, capture_output=True, text=True)
        made = subprocess.run(["git", "commit-tree", tree.stdout.strip(), "-p", "main", "-m", "other"], cwd=self.site,
                              env=self.environment, check=True, capture_output=True, text=True)
        self.git("update-ref", "refs/heads/main", made.stdout.strip(), folder=self.site)

    def commit_by_waybill(self):
        self.counter += 1
        # Another path each time, so that there is something to commit.
        subprocess.run([self.waybill, "publish", *TARGET, "--repo", self.url, "--path", f"clusters/c{self.counter}"],
                       env=self.environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def change_and_push(self, clone):
        self.counter += 1
        shutil.copytree(self.folder / "bundle", clone / f"clusters/g{self.counter}/bundle")
        self.git("add", "--sparse", f"clusters/g{self.counter}", folder=clone)
        self.git("commit", "-q", "-m", "change", folder=clone)
        self.git("push", "-q", "origin", "HEAD:main", folder=clone)

    def commit_in_kept_clone(self):
        clone = self.folder / "kept"
        self.git("fetch", "-q", "origin", "main", folder=clone)
        self.git("reset", "-q", "--hard", "FETCH_HEAD", folder=clone)
        self.change_and_push(clone)

    def commit_in_new_clone(self, *how):
        clone = self.folder / "new"
        self.git("clone", "-q", *how, self.url, clone)
        self.change_and_push(clone)
        shutil.rmtree(clone)

    def time(self, work, runs, before=lambda: None):
        samples = []
        for _ in range(runs):
            before()
            self.another_writer()
            start, cpu = time.monotonic(), children()
            work()
            samples.append((time.monotonic() - start, children() - cpu))
        return tuple(statistics.median(column) for column in zip(*samples))

    def all(self, runs):
        start = time.monotonic()
        self.make()
        size = sum(path.stat().st_size for path in self.site.rglob("*") if path.is_file()) / 2**20
        self.serve()
        subprocess.run([self.waybill, "bundle", *TARGET, "--output", self.folder / "bundle"], env=self.environment, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        print(f"{self.files} files, {size:.0f} MiB in git, made in {time.monotonic() - start:.0f} s", flush=True)
        rows = {}

        def row(name, work, count):
            rows[name] = self.time(work, count)
            wall, cpu = rows[name]
            print(f"{name:<52} {wall:8.2f} s wall {cpu:8.2f} s CPU", flush=True)

        row("waybill, empty cache", self.commit_by_waybill, 1)
        row("git clone --bare (and no commit)", lambda: self.git("clone", "-q", "--bare", self.url, "bare.git"), 1)
        cache = sum(path.stat().st_size for path in (self.folder / "cache").rglob("*") if path.is_file()) / 2**20
        print(f"{'the cache':<52} {cache:8.0f} MiB")
        self.git("clone", "-q", self.url, "kept")
        row("waybill", self.commit_by_waybill, runs)
        row("git, a clone that is kept", self.commit_in_kept_clone, runs)
        row("git clone --depth 1", lambda: self.commit_in_new_clone("--depth=1"), runs)
        row("git clone --depth 1 --filter=blob:none --sparse",
            lambda: self.commit_in_new_clone("--depth=1", "--filter=blob:none", "--sparse"), runs)
        ours = rows["waybill"]
        for name, theirs in rows.items():
            if name.startswith("git, ") or "--depth" in name:
                print(f"waybill : {name:<46} {ours[0] / theirs[0]:6.3f} wall {ours[1] / theirs[1]:6.3f} CPU")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waybill", type=lambda text: Path(text).resolve())
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--history", type=int, default=1024)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    bench = Bench(arguments.waybill, arguments.files, arguments.history)
    try:
        bench.all(arguments.runs)
    finally:
        if hasattr(bench, "daemon"):
            bench.daemon.terminate()
            bench.daemon.wait()
        shutil.rmtree(bench.folder, ignore_errors=True)


if __name__ == "__main__":
    main()
