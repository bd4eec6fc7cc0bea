#!/usr/bin/env python3
"""What order bundles for Flux have, worked out from their Kustomizations alone, against what their recipes and plans say.

    flux_order.py BUNDLE...      beside each, BUNDLE.waves: lines "component wave", as planned

Every Kustomization must apply a folder that is there and lists exactly its files; every component must wait, directly or through
others, for every Kustomization of each component that it depends on, and for no component besides; its depth must be its wave.
Prints one line a problem; exit status 1 if there is any, 2 if nothing was judged.
"""
import os
import sys

import yaml


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=LOADER)


def problems_of(bundle):
    problems = []
    listed = load(os.path.join(bundle, "flux", "kustomization.yaml"))["resources"]
    objects = {name: load(os.path.join(bundle, "flux", name)) for name in listed}
    there = {os.path.relpath(os.path.join(folder, name), os.path.join(bundle, "flux"))
             for folder, _, names in os.walk(os.path.join(bundle, "flux")) for name in names} - {"kustomization.yaml"}
    if there != set(listed) or len(listed) != len(set(listed)):
        problems.append(f"the root's list differs from its folder: {there ^ set(listed)}")

    steps = {value["metadata"]["name"]: value for value in objects.values() if value["kind"] == "Kustomization"}
    needs = {name: [entry["name"] for entry in value["spec"]["dependsOn"]] for name, value in steps.items()}
    component = {name: value["metadata"]["labels"]["waybill.dev/component"] for name, value in steps.items()}

    folders = set()
    for name, value in steps.items():
        path = value["spec"]["path"]
        if value["spec"]["sourceRef"] != {"kind": "OCIRepository", "name": "waybill"}:
            continue
        if not path.startswith("./${waybill_path}"):
            problems.append(f"{name}: the path {path} does not begin with the variable")
        folder = path.removeprefix("./${waybill_path}")
        folders.add(folder)
        files = set(os.listdir(os.path.join(bundle, folder))) - {"kustomization.yaml"}
        if sorted(files) != sorted(load(os.path.join(bundle, folder, "kustomization.yaml"))["resources"]):
            problems.append(f"{folder}: the list differs from the folder")
    present = {f"{top}/{name}" for top in ("components", "manifests") if os.path.isdir(os.path.join(bundle, top))
               for name in os.listdir(os.path.join(bundle, top))}
    if present != folders:
        problems.append(f"folders that nothing applies, or that are missing: {present ^ folders}")

    closures = {}

    def closure(name):
        if name not in closures:
            closures[name] = None  # being worked out
            reached = set()
            for need in needs[name]:
                if need == "waybill-root":
                    continue
                below = closure(need)
                if below is None:
                    raise ValueError(f"a cycle through {need}")
                reached |= {need} | below
            closures[name] = reached
        return closures[name]

    recipe = load(os.path.join(bundle, "recipe.yaml"))
    wanted = {entry["name"]: set(entry.get("dependencyRefs") or []) & set(component.values())
              for entry in recipe["componentRefs"] if entry["name"] in set(component.values())}
    for name, own in component.items():
        outside = {need for need in needs[name] if component.get(need) != own}
        direct = {component[need] for need in outside if need != "waybill-root"}
        if direct - wanted[own]:
            problems.append(f"{name} waits for {direct - wanted[own]}, which its recipe does not")
        for dependency in wanted[own]:
            missing = {step for step, its in component.items() if its == dependency} - closure(name)
            if missing:
                problems.append(f"{name} does not wait for {missing} of {dependency}")
        if not needs[name] or ("waybill-root" in needs[name]) != (not closure(name)):
            problems.append(f"{name}: those without dependencies, and no others, wait for the root")

    depths = {}

    def depth(own):
        if own not in depths:
            below = {component[need] for name, its in component.items() if its == own for need in needs[name]
                     if need in component and component[need] != own}
            depths[own] = 1 + max(map(depth, below)) if below else 0
        return depths[own]

    with open(bundle + ".waves", encoding="utf-8") as file:
        planned = {name: int(wave) for name, wave in (line.split() for line in file)}
    found = {own: depth(own) for own in set(component.values())}
    if planned != found:
        problems.append(f"waves: planned {planned}, found {found}")

    return problems


def main(bundles):
    found = False
    for bundle in bundles:
        for problem in problems_of(bundle):
            found = True
            print(f"{bundle}: {problem}")
    print(f"judged {len(bundles)} bundles")
    return 1 if found else 0 if bundles else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
