"""A second reading of the recipe engine's specification, written apart from generator/ to judge it: aicr v0.11.1's format, its rules of
matching, inheritance, merging, values and order, in the plainest possible Python over python3-yaml's event level.

    recipe_resolver.py CATALOGUE ANSWERS [SNAPSHOT]

ANSWERS holds one JSON object a line: {"id", "recipe", "hydrated"} for a distinct document (criteria left out), {"criteria", "document"}
for a query and the id of what it got, {"criteria", "refused"} for one that got nothing. Every query is resolved here, too; differences are printed, and the exit status is 1 if there are any.
"""

import datetime
import json
import os
import re
import sys

import yaml

DIMENSIONS = ("service", "accelerator", "intent", "os", "platform")


# --- how scalars are read (appendix A) -------------------------------------------------------------------------------

class Opaque(dict):
    """A mapping with keys that are no texts: never merged."""


def plain(text):
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE"):
        return True
    if text in ("false", "False", "FALSE"):
        return False
    if text[0] in "+-.0123456789":
        number = numeric(text)
        if number is not None:
            return number
        stamp = timestamp(text)
        if stamp is not None:
            return stamp
    return text


def numeric(text):
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)", text):
        return float("-inf") if text[0] == "-" else float("inf")
    if text in (".nan", ".NaN", ".NAN"):
        return float("nan")
    bare = text if text[0] == "." else text.replace("_", "")
    match = re.fullmatch(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]([0-7]+)|0[bB]([01]+)|0([0-7]+)|(0|[1-9][0-9]*))", bare)
    if match:
        sign, *digits = match.groups()
        base, word = next((base, word) for base, word in zip((16, 8, 2, 8, 10), digits) if word is not None)
        number = int(word, base) * (-1 if sign == "-" else 1)
        if -2 ** 63 <= number < 2 ** 64:
            return number
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", bare):
        number = float(bare)
        return None if number in (float("inf"), float("-inf")) else number
    return None


def timestamp(text):
    """A date, alone or with a time, in RFC 3339 form; None for any other text."""
    date = r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    time = r"(?P<H>\d{1,2}):(?P<M>\d{1,2}):(?P<S>\d{1,2})(?P<f>\.\d+)?"
    match = re.fullmatch(date, text) or re.fullmatch(f"{date}[Tt]{time}(?P<z>Z|[-+]\\d\\d:\\d\\d)", text) or re.fullmatch(f"{date} {time}", text)
    if not match:
        return None
    parts = match.groupdict()
    try:
        moment = datetime.datetime(*(int(parts.get(name) or 0) for name in "ymdHMS"))
    except ValueError:
        return None
    fraction = (parts.get("f") or "").rstrip("0").rstrip(".")
    zone = parts.get("z") or "Z"
    return moment.isoformat() + fraction + ("Z" if zone[1:] == "00:00" else zone)


class Node:
    """A parsed node: kind 's', 'l' or 'm'; merge keys and aliases are resolved."""

    def __init__(self, kind, text=None, quoted=False, items=None):
        self.kind, self.text, self.quoted, self.items = kind, text, quoted, items

    def null(self):
        return self.kind == "s" and not self.quoted and plain(self.text) is None

    def value(self):
        if self.kind == "s":
            return self.text if self.quoted else plain(self.text)
        if self.kind == "l":
            return [item.value() for item in self.items]
        data = {key.text: member.value() for key, member in self.items}
        return data if all(isinstance(key.value(), str) for key, _ in self.items) else Opaque(data)


def compose(path):
    with open(path, encoding="utf-8") as file:
        loader = yaml.BaseLoader(file)
        try:
            return convert(loader.get_node()) if loader.check_node() else Node("s", "")
        finally:
            loader.dispose()


def convert(node):
    if isinstance(node, yaml.ScalarNode):
        return Node("s", node.value, quoted=node.style in ("'", '"', "|", ">"))
    if isinstance(node, yaml.SequenceNode):
        return Node("l", items=[convert(item) for item in node.value])
    own, merged = [], []
    for key, member in node.value:
        if key.value == "<<" and not key.style:
            sources = member.value if isinstance(member, yaml.SequenceNode) else [member]
            merged += [pair for source in sources for pair in convert(source).items]
        else:
            own.append((convert(key), convert(member)))
    names = [key.text for key, _ in own]
    if len(names) != len(set(names)):
        raise ValueError("duplicate key")
    for key, member in merged:
        if key.text not in names:
            names.append(key.text)
            own.append((key, member))
    return Node("m", items=own)


# --- typed fields ----------------------------------------------------------------------------------------------------

def field(node, name):
    if node is None or node.kind != "m":
        return None
    found = next((member for key, member in node.items if key.text == name), None)
    return None if found is None or found.null() else found


def text(node, name):
    found = field(node, name)
    return "" if found is None else found.text


def elements(node, name):
    found = field(node, name)
    return [] if found is None else [item for item in found.items if not item.null()]


def texts(node, name):
    return [item.text for item in elements(node, name)]


def whole(node, name):
    found = field(node, name)
    return 0 if found is None else int(found.value())


def constraints(node):
    fields = ("name", "value", "severity", "remediation", "unit")
    return [{name: text(item, name) for name in fields} for item in elements(node, "constraints")]


TEXTS = ("namespace", "chart", "type", "source", "version", "tag", "valuesFile", "path", "healthCheckAsserts")
LISTS = ("patches", "dependencyRefs", "expectedResources")


def component(node):
    result = {"name": text(node, "name")}
    result.update({name: text(node, name) for name in TEXTS})
    overrides = field(node, "overrides")
    result["overrides"] = {} if overrides is None else {key.text: member.value() for key, member in overrides.items}
    for name in ("patches", "dependencyRefs", "manifestFiles"):
        result[name] = texts(node, name)
    result["cleanup"] = text(node, "cleanup") in ("true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON")
    result["expectedResources"] = [
        prune({"kind": text(item, "kind"), "name": text(item, "name"), "namespace": text(item, "namespace")}, ("kind", "name"))
        for item in elements(node, "expectedResources")]
    return result


def phase(node):
    result = {"timeout": text(node, "timeout"), "constraints": [prune(c, ("name", "value")) for c in constraints(node)],
              "checks": texts(node, "checks"), "infrastructure": text(node, "infrastructure")}
    result = prune(result)
    selection = field(node, "nodeSelection")
    if selection is not None:
        selector = field(selection, "selector")
        result["nodeSelection"] = prune({
            "selector": {} if selector is None else {key.text: "" if m.null() else m.text for key, m in selector.items},
            "maxNodes": whole(selection, "maxNodes"), "excludeNodes": texts(selection, "excludeNodes")})
    return result


def prune(data, keep=()):
    """Without what is empty (6.1)."""
    return {key: value for key, value in data.items() if key in keep or value not in ("", 0, [], {}, None) and value is not False}


def overlay(node):
    spec = field(node, "spec")
    criteria = field(spec, "criteria")
    validation = field(spec, "validation")
    phases = ("readiness", "deployment", "performance", "conformance")
    return {
        "name": text(field(node, "metadata"), "name"),
        "base": text(spec, "base"),
        "criteria": None if criteria is None else {name: text(criteria, name) for name in DIMENSIONS},
        "nodes": 0 if criteria is None else whole(criteria, "nodes"),
        "constraints": constraints(spec),
        "components": [component(item) for item in elements(spec, "componentRefs")],
        "validation": None if validation is None else
        {name: phase(field(validation, name)) for name in phases if field(validation, name) is not None},
    }


# --- the catalogue (sections 1.2, 2) -----------------------------------------------------------------------------------

class Catalogue:
    def __init__(self, folder):
        self.folder, self.base, self.overlays, self.registry, self.loaded = folder, None, {}, {}, {}
        for path in self.walk(""):
            name = os.path.basename(path)
            if "checks/" in path or "components/" in path or not name.endswith(".yaml"):
                continue
            if name in ("registry.yaml", "data-v1.yaml"):
                continue
            root = compose(os.path.join(folder, path))
            if text(root, "kind") not in ("", "RecipeMetadata"):
                continue
            if name == "base.yaml" and "overlays/" in path:
                self.base = overlay(root)
            else:
                read = overlay(root)
                self.overlays[read["name"]] = read
        self.overlays.pop("", None)
        self.overlays.pop("base", None)
        for entry in elements(compose(os.path.join(folder, "registry.yaml")), "components"):
            self.registry[text(entry, "name")] = entry

    def walk(self, relative):
        for name in sorted(os.listdir(os.path.join(self.folder, relative)), key=os.fsencode):
            path = os.path.join(relative, name)
            if os.path.isdir(os.path.join(self.folder, path)):
                yield from self.walk(path)
            else:
                yield path

    def values(self, path):
        if path not in self.loaded:
            root = compose(os.path.join(self.folder, path))
            self.loaded[path] = {} if root.null() else {key.text: member.value() for key, member in root.items}
        return self.loaded[path]

    def has(self, path):
        return os.path.isfile(os.path.join(self.folder, path))

    def chain(self, name):
        result = []
        while name not in ("", "base"):
            if name in result:
                raise ValueError("circle")
            result.append(name)
            name = self.overlays[name]["base"]
        return result[::-1]


# --- resolving (sections 3 to 5) -----------------------------------------------------------------------------------------

def matches(candidate, query):
    if candidate["criteria"] is None:
        return False
    for name in DIMENSIONS:
        wanted = candidate["criteria"][name]
        if wanted not in ("", "any") and wanted != query[name]:
            return False
    return candidate["nodes"] in (0, query["nodes"])


def order_of(catalogue, candidate):
    criteria = candidate["criteria"].values()
    nodes = 1 if candidate["nodes"] else 0
    score = sum(value != "any" for value in criteria) + nodes
    specificity = sum(value not in ("", "any") for value in criteria) + nodes
    return score, specificity, len(catalogue.chain(candidate["name"])), candidate["name"].encode()


def by_name(items):
    return sorted(items, key=lambda item: item["name"].encode())


def merge_lists(target, over, merge):
    names = {item["name"]: item for item in target}
    for item in over:
        names[item["name"]] = merge(names[item["name"]], item) if item["name"] in names else item
    return by_name(names.values())


def merge_component(target, over):
    result = dict(target)
    for name in TEXTS:
        result[name] = over[name] or target[name]
    for name in LISTS:
        result[name] = over[name] or target[name]
    result["overrides"] = {**target["overrides"], **over["overrides"]}
    result["manifestFiles"] = target["manifestFiles"] + [f for f in over["manifestFiles"] if f not in target["manifestFiles"]]
    result["cleanup"] = target["cleanup"] or over["cleanup"]
    return result


def deployment_order(components):
    names = {item["name"] for item in components}
    waiting = {item["name"]: list(item["dependencyRefs"]) for item in components}
    for dependencies in waiting.values():
        if not names.issuperset(dependencies):
            raise ValueError("unknown dependency")
    result = []
    while waiting:
        ready = sorted((name for name, needs in waiting.items() if not set(needs) - set(result)), key=str.encode)
        if not ready:
            raise ValueError("circle")
        result.append(ready[0])
        del waiting[ready[0]]
    return result


def apply_registry(catalogue, item):
    entry = catalogue.registry.get(item["name"])
    if entry is None:
        return item
    item = dict(item)
    helm, kustomize = field(entry, "helm"), field(entry, "kustomize")
    item["type"] = item["type"] or ("Kustomize" if text(kustomize, "defaultSource") else "Helm")
    if item["type"] == "Helm":
        defaults = {"source": text(helm, "defaultRepository"), "version": text(helm, "defaultVersion"),
                    "namespace": text(helm, "defaultNamespace"), "chart": text(helm, "defaultChart").rpartition("/")[2]}
    elif item["type"] == "Kustomize":
        defaults = {"source": text(kustomize, "defaultSource"), "tag": text(kustomize, "defaultTag"), "path": text(kustomize, "defaultPath")}
    else:
        defaults = {}
    for name, value in defaults.items():
        item[name] = item[name] or value
    return item


def resolve(catalogue, query, snapshot=None):
    """The recipe document without metadata.version, metadata.catalogue and criteria, and the merged components."""
    base = catalogue.base
    merged = {"constraints": base["constraints"], "components": base["components"], "validation": base["validation"]}
    applied, excluded, warnings = ["base"], [], []
    found = [candidate for candidate in catalogue.overlays.values() if matches(candidate, query)]
    for match in sorted(found, key=lambda candidate: order_of(catalogue, candidate)):
        failed = [] if snapshot is None else [w for w in (snapshot.check(match["name"], c) for c in match["constraints"]) if w]
        if failed:
            excluded.append(match["name"])
            warnings += failed
            continue
        for name in catalogue.chain(match["name"]):
            if name in applied:
                continue
            over = catalogue.overlays[name]
            merged["constraints"] = merge_lists(merged["constraints"], over["constraints"], lambda old, new: new)
            merged["components"] = merge_lists(merged["components"], over["components"], merge_component)
            if over["validation"] is not None:
                merged["validation"] = {**(merged["validation"] or {}), **over["validation"]}
            applied.append(name)
    order = deployment_order(merged["components"])
    components = [apply_registry(catalogue, item) for item in merged["components"]]
    document = {
        "kind": "RecipeResult", "apiVersion": "aicr.nvidia.com/v1alpha1",
        "metadata": prune({"appliedOverlays": applied, "excludedOverlays": excluded, "constraintWarnings": warnings}),
        "constraints": [prune(c, ("name", "value")) for c in merged["constraints"]],
        "componentRefs": [prune(c, ("name", "type", "source")) for c in components],
        "deploymentOrder": order, "validation": merged["validation"],
    }
    for name in ("constraints", "validation"):
        if document[name] in ([], None):
            del document[name]
    return document, components


# --- values and the hydrated document (4.3, 8.1) ---------------------------------------------------------------------------

def deep(base, over):
    if type(base) is not dict or type(over) is not dict:
        return over
    return {**base, **{key: deep(base[key], value) if key in base else value for key, value in over.items()}}


def values(catalogue, item):
    result, own = {}, f"components/{item['name']}/values.yaml"
    if item["valuesFile"]:
        if item["valuesFile"] != own and catalogue.has(own):
            result = catalogue.values(own)
        result = deep(result, catalogue.values(item["valuesFile"]))
    return deep(result, item["overrides"]) if item["overrides"] else result


def hydrate(catalogue, document, components, known):
    result = {key: document[key] for key in ("kind", "apiVersion", "deploymentOrder")}
    result["metadata"] = {name: document["metadata"].get(name) for name in ("appliedOverlays", "excludedOverlays", "constraintWarnings")}
    if "constraints" in document:
        result["constraints"] = document["constraints"]
    result["components"] = {}
    for item in components:
        fields = ("name", "type", "source", "namespace", "chart", "version", "tag", "path", "dependencyRefs")
        entry = prune({name: item[name] for name in fields}, ("name", "type", "source"))
        key = (item["name"], item["valuesFile"], json.dumps(item["overrides"], sort_keys=True))
        if key not in known:
            known[key] = values(catalogue, item)
        if known[key]:
            entry["values"] = known[key]
        result["components"][item["name"]] = entry
    return result


# --- snapshots (section 9) ---------------------------------------------------------------------------------------------------

def version(words):
    words = words[1:] if words.startswith("v") else words
    words = re.sub(r"(?<=\d)[-+].*", "", words, count=1, flags=re.S)
    parts = words.split(".")
    if len(parts) > 3 or not all(re.fullmatch(r"\+?\d+", part) for part in parts):
        return None
    return [int(part) for part in parts]


class Snapshot:
    def __init__(self, path):
        self.readings = {}
        for measurement in elements(compose(path), "measurements"):
            kind = text(measurement, "type")
            if kind in self.readings:
                continue
            subtypes = self.readings[kind] = {}
            for subtype in elements(measurement, "subtypes"):
                data = field(subtype, "data")
                subtypes.setdefault(text(subtype, "subtype"),
                                    {} if data is None else {key.text: self.words(m.value()) for key, m in data.items})

    @staticmethod
    def words(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        return "<nil>" if value is None else str(value)

    def check(self, name, constraint):
        """The warning that excludes an overlay, or None; a reason that is no plain failure is only its outer code."""
        warning = {"overlay": name, "constraint": constraint["name"], "expected": constraint["value"]}
        parts = constraint["name"].split(".", 2)
        if len(parts) < 3 or parts[0] not in ("K8s", "GPU", "OS", "SystemD", "NodeTopology"):
            return {**warning, "reason": "[INVALID_REQUEST]"}
        actual = self.readings.get(parts[0], {}).get(parts[1], {}).get(parts[2])
        if actual is None:
            return {**warning, "reason": "[NOT_FOUND]"}
        if actual:
            warning["actual"] = actual
        wanted = constraint["value"].strip()
        operator = next((sign for sign in (">=", "<=", "!=", "==", ">", "<") if wanted.startswith(sign)), "")
        operand = wanted[len(operator):].strip()
        if not operand:
            return {**warning, "reason": "[INVALID_REQUEST]"}
        left, right = version(actual.strip()), version(operand)
        if operator in ("==", "!=", ""):
            bare = operand[1:] if operand.startswith("v") else operand
            if operator and "." in bare and re.search(r"\d", bare) and left and right:
                equal = (left + [0, 0])[:3] == (right + [0, 0])[:3]
            else:
                equal = actual.strip() == operand
            holds = equal != (operator == "!=")
        elif not left or not right:
            return {**warning, "reason": "[INTERNAL]"}
        else:
            count = min(len(left), len(right))
            left, right = left[:count], right[:count]
            holds = {">=": left >= right, "<=": left <= right, ">": left > right, "<": left < right}[operator]
        return None if holds else {**warning, "reason": f"expected {constraint['value']}, got {actual}"}


# --- the judgement -------------------------------------------------------------------------------------------------------------

def shortened(document):
    """The reasons of comparisons that could not be made, cut down to their outer code: the words are everybody's own."""
    for warning in document["metadata"].get("constraintWarnings") or []:
        if warning["reason"].startswith("["):
            warning["reason"] = warning["reason"].split(" ")[0]
    return document


def differences(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            if key not in ours or key not in theirs:
                yield f"{path}.{key}: only in {'the judge' if key in ours else 'the answer'}"
            else:
                yield from differences(ours[key], theirs[key], f"{path}.{key}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs)):
            yield from differences(one, other, f"{path}[{index}]")
    elif type(ours) is not type(theirs) and not {type(ours), type(theirs)} <= {int, float, dict, Opaque} or ours != theirs:
        yield f"{path}: the judge has {ours!r}, the answer {theirs!r}"


def main(folder, answers, snapshot=None):
    catalogue = Catalogue(folder)
    cluster = Snapshot(snapshot) if snapshot else None
    documents, judged, known, problems, queries = {}, {}, {}, [], 0
    with open(answers, encoding="utf-8") as lines:
        for line in lines:
            answer = json.loads(line)
            if "id" in answer:
                documents[answer["id"]] = answer
                continue
            queries += 1
            query = {"nodes": 0, **answer["criteria"]}
            try:
                recipe, components = resolve(catalogue, query, cluster)
            except ValueError as error:
                problems += [] if "refused" in answer else [f"{answer['criteria']}: the judge refuses: {error}"]
                continue
            if "refused" in answer:
                problems.append(f"{answer['criteria']}: refused: {answer['refused']}")
                continue
            key = (answer["document"], json.dumps(recipe["metadata"]))
            if key not in judged:
                given = documents[answer["document"]]
                judged[key] = [*differences(recipe, shortened(given["recipe"]), "recipe"),
                               *differences(hydrate(catalogue, recipe, components, known), shortened(given["hydrated"]), "hydrated")]
            problems += [f"{answer['criteria']}: {problem}" for problem in judged[key]]
    for problem in problems[:20]:
        print(problem)
    print(f"{queries} queries, {len(judged)} distinct recipes, {len(problems)} differences")
    return 1 if problems or not queries else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
