#!/usr/bin/env python3
"""Times the check of one signature, beside openssl and cosign where they are installed.

    verifications.py WAYBILL [--bench PROGRAM] [--loops N] [--runs N]

First in a loop, from memory, on one core: our benchmarks (PROGRAM, default: where the preset bench puts waybill_bench) and 'openssl speed', whose
loop is nothing but ECDSA on a digest. Then whole processes, as people start them: the signature of a file of 4 KiB with a key, and for each
program what its start alone costs. cosign has no loop to be timed in. In every round all run one after the other, so that the machine's moods hit
all of them; medians are printed, and ratios of ours to theirs. Nothing is asserted: times belong to the machine that they were measured on.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from whole_program import peer, run

OURS = ["verify_bare_signature", "verify_file_bundle", "verify_statement_bundle", "verify_certificate_bundle"]


def openssl_rate():
    """ECDSA P-256 verifications per second of CPU time."""
    text = subprocess.run(["openssl", "speed", "-mr", "-seconds", "2", "ecdsap256"], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True).stdout
    line = next(line for line in text.splitlines() if line.startswith("+F4:"))
    return float(line.split(":")[4])


def our_rates(bench):
    words = [bench, "--benchmark_filter=^verify_", "--benchmark_format=json"]
    report = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    return {one["name"].split("/")[0]: one["items_per_second"] for one in report["benchmarks"]}


def loops(bench, rounds):
    rates = {name: [] for name in ["openssl", *OURS]}
    for _ in range(rounds):
        rates["openssl"].append(openssl_rate())
        for name, rate in our_rates(bench).items():
            rates[name].append(rate)
    theirs = statistics.median(rates["openssl"])
    print(f"{'in a loop, on one core':<34} {'a second':>10} {'to openssl':>11}")
    print(f"{'openssl speed ecdsap256':<34} {theirs:10.0f}")
    for name in OURS:
        rate = statistics.median(rates[name])
        print(f"{name:<34} {rate:10.0f} {rate / theirs:11.2f}", flush=True)


def processes(waybill, folder, rounds):
    environment = dict(os.environ, WAYBILL_PASSWORD="", COSIGN_PASSWORD="", HOME=str(folder), XDG_CACHE_HOME=str(folder / "cache"))

    def quiet(*argv):
        subprocess.run(argv, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    (folder / "file").write_bytes(b"x" * 4096)
    quiet("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "k.key")
    quiet("openssl", "pkey", "-in", "k.key", "-pubout", "-out", "k.pub")
    quiet("openssl", "dgst", "-sha256", "-sign", "k.key", "-out", "file.sig", "file")
    quiet(waybill, "sign", "file", "--key", "k.key")
    commands = {"waybill": ([waybill, "verify", "file", "--key", "k.pub"], [waybill, "--version"]),
                "openssl": (["openssl", "dgst", "-sha256", "-verify", "k.pub", "-signature", "file.sig", "file"], ["openssl", "version"])}
    if cosign := peer("cosign"):
        commands["cosign"] = ([cosign, "verify-blob", "--key", "k.pub", "--insecure-ignore-tlog=true", "--bundle", "file.sigstore.json",
                               "file"], [cosign, "version"])
    samples = {(name, kind): [] for name in commands for kind in (0, 1)}
    for number in range(rounds + 1):
        for (name, kind), kept in samples.items():
            sample = run(commands[name][kind], folder, environment)
            if number > 0:  # the first one warms the caches
                kept.append(sample)

    def medians(name, kind):
        return [statistics.median(column) for column in zip(*samples[name, kind])]

    print(f"\n{'whole processes':<34} {'wall':>10} {'CPU':>10} {'start alone, CPU':>17} {'ratio wall':>11} {'ratio CPU':>10}")
    wall, cpu = medians("waybill", 0)
    for name, (words, _) in commands.items():
        their_wall, their_cpu = medians(name, 0)
        line = f"{Path(words[0]).name + ' ' + words[1]:<34} {their_wall * 1000:7.1f} ms {their_cpu * 1000:7.1f} ms {medians(name, 1)[1] * 1000:14.1f} ms"
        if name != "waybill":
            line += f" {wall / their_wall:11.3f} {cpu / their_cpu:10.3f}"
        print(line, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waybill", type=lambda text: Path(text).resolve())
    parser.add_argument("--bench", type=lambda text: Path(text).resolve(),
                        default=Path(__file__).resolve().parents[2] / "build/bench/tests/bench/waybill_bench")
    parser.add_argument("--loops", type=int, default=3, help="rounds of the loops, which take seconds each")
    parser.add_argument("--runs", type=int, default=20, help="rounds of the processes")
    arguments = parser.parse_args()
    if shutil.which("openssl") is None:
        sys.exit("openssl is not installed")
    loops(arguments.bench, arguments.loops)
    with tempfile.TemporaryDirectory(prefix="waybill-bench-") as folder:
        processes(arguments.waybill, Path(folder), arguments.runs)


if __name__ == "__main__":
    main()
