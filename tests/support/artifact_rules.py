#!/usr/bin/env python3
"""Judges an artifact by what GitOps controllers take: the rules of Argo CD's OCI source (3.1 and later) and Flux's OCIRepository.

    artifact_rules.py MANIFEST LAYER

MANIFEST is the manifest as a registry answers, LAYER the blob of its first layer. Prints one line a broken rule; exit status 1 if there
is any. Shares no code with what it judges.
"""
import gzip
import hashlib
import io
import json
import sys
import tarfile

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
# What Argo CD takes unless its administrator says otherwise; Flux takes any.
ARGO_CD_LAYERS = {
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.cncf.helm.chart.content.v1.tar+gzip",
}
HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json"
MOST_LAYERS = 10
LARGEST_CONTENT = 10**9


def manifest_problems(manifest):
    if manifest.get("mediaType") != IMAGE_MANIFEST:
        yield f"is no image manifest: {manifest.get('mediaType')}"
    layers = manifest.get("layers", [])
    if len(layers) > MOST_LAYERS:
        yield f"has {len(layers)} layers, more than {MOST_LAYERS}"
    content = [layer for layer in layers if layer["mediaType"].endswith(("tar+gzip", "tar.gzip", "tar"))]
    if len(content) != 1:
        yield f"has {len(content)} content layers, not one"
    for layer in content:
        if layer["mediaType"] not in ARGO_CD_LAYERS:
            yield f"{layer['mediaType']} is not in the list of allowed media types"
    if manifest.get("config", {}).get("mediaType") == HELM_CONFIG:
        yield "claims to be a Helm chart, whose top folder would be stripped"
    if not layers or not layers[0]["mediaType"].endswith("tar+gzip"):
        yield "its first layer is no tar+gzip, which Flux extracts"


def layer_problems(manifest, blob):
    descriptor = manifest["layers"][0]
    if len(blob) != descriptor["size"] or "sha256:" + hashlib.sha256(blob).hexdigest() != descriptor["digest"]:
        yield "the layer is not what the manifest names"
    unpacked = gzip.decompress(blob)
    if len(unpacked) > LARGEST_CONTENT:
        yield f"unpacks to more than {LARGEST_CONTENT} bytes"
    seen = set()
    with tarfile.open(fileobj=io.BytesIO(unpacked), mode="r:") as archive:
        for entry in archive:
            name = entry.name.rstrip("/")
            if not (entry.isreg() or entry.isdir()):
                yield f"'{name}' is neither a file nor a folder"
            if name.startswith("/") or ".." in name.split("/"):
                yield f"'{name}' leads out of the folder"
            if name in seen:
                yield f"'{name}' is there twice"
            seen.add(name)


def main():
    with open(sys.argv[1], "rb") as file:
        manifest = json.load(file)
    with open(sys.argv[2], "rb") as file:
        blob = file.read()
    problems = list(manifest_problems(manifest))
    if manifest.get("layers"):
        problems += layer_problems(manifest, blob)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
