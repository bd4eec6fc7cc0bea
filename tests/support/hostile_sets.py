#!/usr/bin/env python3
"""Writes sets that load must refuse, by docs/formats.md and nothing else, and an honest one beside them.

    hostile_sets.py ARCHIVE FOLDER OUTSIDE

ARCHIVE is an OCI archive (.tar). Below FOLDER comes a folder for each set, named WHAT-whole (a set in one file) or WHAT-parts (in two), where
WHAT says how its archive differs from ARCHIVE; `honest` does not. OUTSIDE is a file that a hostile archive tries to reach.
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

BLOCK = 1 << 20
END = 1024  # of a tar
UNUSED = "blobs/sha256/" + "a" * 64


def entry(name, kind=tarfile.REGTYPE, link="", content=b""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(content)
    return info, content


def tar_of(entries):
    """Without its end."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for info, content in entries:
            tar.addfile(info, io.BytesIO(content))
        end = tar.offset
    return file.getvalue()[:end]


def hostile(entries, outside):
    """What is wrong, and the entries with that in them."""
    blob = max((each for each in entries if each[0].name.startswith("blobs/")), key=lambda each: len(each[1]))
    replaced = [entry(info.name, tarfile.SYMTYPE, str(outside)) if info is blob[0] else (info, content) for info, content in entries]
    # The blob's bytes are outside, so that whoever follows the link is content with what it finds.
    outside.write_bytes(blob[1])
    yield "honest", entries
    yield "link-to-a-blob", replaced
    for what, more in (("link", entry(UNUSED, tarfile.SYMTYPE, str(outside))),
                       ("hard-link", entry(UNUSED, tarfile.LNKTYPE, "oci-layout")),
                       ("parent", entry("../escaped", content=b"x")),
                       ("parent-within", entry("blobs/../../escaped", content=b"x")),
                       ("absolute", entry(str(outside.parent / "escaped"), content=b"x")),
                       ("character-device", entry("device", tarfile.CHRTYPE)),
                       ("block-device", entry("device", tarfile.BLKTYPE)),
                       ("pipe", entry("pipe", tarfile.FIFOTYPE)),
                       ("duplicate", entry("index.json", content=b'{"schemaVersion":2,"manifests":[]}')),
                       ("duplicate-blob", entry(blob[0].name, content=b"x"))):
        yield what, [*entries, more]


def root(entries):
    lines = {}
    for info, content in entries:
        if info.isreg():
            lines.setdefault(info.name, f"{hashlib.sha256(content).hexdigest()} {len(content)} {info.name}\n")
    return "sha256:" + hashlib.sha256(("waybill-archive/1\n" + "".join(lines[name] for name in sorted(lines))).encode()).hexdigest()


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def write_set(folder, archive, root_hash, parts):
    """`archive` without the end of its tar."""
    folder.mkdir(parents=True)
    whole = parts == 1
    body = archive if whole else archive + bytes(END)
    piece = -(-len(body) // parts // 512) * 512
    division = {"root": root_hash, "archive": len(body), "slice": min(piece, len(body)), "data": parts, "parity": 0, "groups": 1}
    name = hashlib.sha256(compact(dict(sorted(division.items()))).encode()).hexdigest()
    for index in range(1, parts + 1):
        data = body[(index - 1) * piece:index * piece]
        description = compact({"format": "waybill-part/1", "set": name, **division, "kind": "archive" if whole else "data",
                               "index": index}) + "\n"
        hashes = "".join(hashlib.sha256(data[i:i + BLOCK]).hexdigest() + "\n" for i in range(0, len(data), BLOCK))
        own = hashlib.sha256((description + hashes).encode()).hexdigest() + "\n"
        front = tar_of([entry("waybill-part.json", content=description.encode())])
        back = tar_of([entry("waybill-hashes", content=(hashes + own).encode())]) + bytes(END)
        inner = data if whole else tar_of([entry("waybill-data", content=data)])
        (folder / f"{index}.tar").write_bytes(front + inner + back)


def main():
    archive, folder, outside = (Path(word).resolve() for word in sys.argv[1:])
    with tarfile.open(archive) as tar:
        entries = [entry(info.name, content=tar.extractfile(info).read()) for info in tar if info.isreg()]
    for what, changed in hostile(entries, outside):
        for form, parts in (("whole", 1), ("parts", 2)):
            write_set(folder / f"{what}-{form}", tar_of(changed), root(changed), parts)


if __name__ == "__main__":
    main()
