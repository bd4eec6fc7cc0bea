#!/usr/bin/env python3
"""Carries a set of more than 4 GiB through save and load, and says what that took.

    large_set.py WAYBILL [--blob MIB] [--folder DIR]

Makes a layout with an image of one layer of so many MiB (default 4608, no two of them alike) and eight of 64 MiB, saves it with the default
size of parts, loads the parts into another layout, and hashes every blob that is there with sha256sum. Wall and CPU seconds, and the most
memory of each; it fails when a part is larger than a file of FAT32 may be, when a blob is missing or is not what it is called, or when
either command had more than 64 MiB. Three times the size of the set is needed on the disk of DIR (default: TMPDIR).
"""

import argparse
import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

MIB = 1 << 20
FAT32 = (4 << 30) - 1
LAYER = "application/vnd.oci.image.layer.v1.tar"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Layout:
    def __init__(self, folder):
        self.folder, self.blobs = folder, folder / "blobs/sha256"
        self.blobs.mkdir(parents=True)

    def add(self, media_type, pieces):
        """A blob of these pieces, which need not be in memory together; its descriptor."""
        digest, size, fresh = hashlib.sha256(), 0, self.folder / "fresh"
        with open(fresh, "wb") as file:
            for piece in pieces:
                digest.update(piece)
                size += file.write(piece)
        fresh.rename(self.blobs / digest.hexdigest())
        return {"mediaType": media_type, "digest": f"sha256:{digest.hexdigest()}", "size": size}

    def add_image(self, tag, layers):
        config = self.add("application/vnd.oci.empty.v1+json", [b"{}"])
        image = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
        entry = self.add(MANIFEST, [json.dumps(image).encode()])
        entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
        (self.folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))


def numbered(block, count):
    for number in range(count):
        block[:8] = number.to_bytes(8, "little")
        yield block


def run(name, *argv):
    # By time(1), which is small: what a child is said to have had at most counts from before its exec.
    measured = subprocess.run(["time", "-q", "-f", "%e %U %S %M", *argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wall, user, system, most = map(float, measured.stderr.splitlines()[-1].split())
    print(f"{name}: {wall:.1f} s wall, {user + system:.1f} s CPU, {most / 1024:.1f} MiB", flush=True)
    if measured.returncode != 0 or most > 64 * 1024:
        sys.exit(f"{name} failed, or had more than 64 MiB: {measured.stderr}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("waybill")
    parser.add_argument("--blob", type=int, default=4608, metavar="MIB", help="size of the large layer (default 4608)")
    parser.add_argument("--folder", help="where to work (default: TMPDIR)")
    arguments = parser.parse_args()
    waybill = str(Path(arguments.waybill).resolve())
    with tempfile.TemporaryDirectory(prefix="waybill-bench-", dir=arguments.folder) as name:
        folder, source = Path(name), random.Random(1)
        layout = Layout(folder / "image")
        large = layout.add(LAYER, numbered(bytearray(source.randbytes(MIB)), arguments.blob))
        layout.add_image("v1", [large] + [layout.add(LAYER, [source.randbytes(64 * MIB)]) for _ in range(8)])
        run("save", waybill, "save", "-q", f"oci-layout:{folder}/image:v1", "--output", str(folder / "parts"))
        sizes = [part.stat().st_size for part in sorted((folder / "parts").iterdir())]
        print(f"parts: {', '.join(map(str, sizes))} bytes")
        run("load", waybill, "load", "-q", str(folder / "parts"), f"oci-layout:{folder}/loaded")
        loaded = folder / "loaded/blobs/sha256"
        hashed = subprocess.run(["sha256sum", *sorted(os.listdir(loaded))], cwd=loaded, check=True, capture_output=True, text=True)
        digests = [line.split()[0] for line in hashed.stdout.splitlines()]
        if max(sizes) > FAT32 or digests != sorted(os.listdir(layout.blobs)) or digests != sorted(os.listdir(loaded)):
            sys.exit("a part is too large, or the blobs are not those that were saved")
        print(f"{len(digests)} blobs hashed by sha256sum: all as they are called, and those that were saved")


if __name__ == "__main__":
    main()
