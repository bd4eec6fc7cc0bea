#!/usr/bin/env python3
"""Judges Kubernetes objects strictly by the definitions of their kinds.

    crd_schema.py DEFINITION.yaml... -- OBJECT.yaml...
    crd_schema.py DEFINITION.yaml... --write FOLDER      for kubeconform: FOLDER/<kind>_<version>.json

A definition's openAPIV3Schema becomes a JSON schema in which a field that the definition does not name is an error (an API
server would drop it silently). Prints one line a problem; exit status 1 if there is any, 2 if a definition has no version for
an object or nothing was judged.
"""
import json
import os
import sys

import jsonschema
import yaml


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """PyYAML's safe loader (libyaml's where it is there, which is ten times as fast), which otherwise fails on the plain scalar '='."""


Loader.add_constructor("tag:yaml.org,2002:value", Loader.construct_yaml_str)


def strict(schema):
    if not isinstance(schema, dict):
        return schema
    result = {key: value for key, value in schema.items() if not key.startswith("x-kubernetes-") and key not in ("nullable", "properties")}
    if "properties" in schema:
        result["properties"] = {name: strict(child) for name, child in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in schema:
            result["additionalProperties"] = False
    for key in ("items", "additionalProperties", "not"):
        if isinstance(schema.get(key), dict):
            result[key] = strict(schema[key])
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if schema.get("nullable"):
        result = {"anyOf": [result, {"type": "null"}]}
    return result


def documents(paths):
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for document in yaml.load_all(file, Loader=Loader):
                if document is not None:
                    yield path, document


def read_schemas(paths):
    for _, definition in documents(paths):
        spec = definition["spec"]
        for version in spec["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            # The API server itself knows metadata and requires nothing of it here.
            schema["properties"]["metadata"] = {"type": "object"}
            yield spec["group"] + "/" + version["name"], spec["names"]["kind"], schema


def write(paths, folder):
    for version, kind, schema in read_schemas(paths):
        name = f"{kind.lower()}_{version.split('/')[1]}.json"
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(schema, file)
    return 0


def main(arguments):
    if "--write" in arguments:
        middle = arguments.index("--write")
        return write(arguments[:middle], arguments[middle + 1])
    middle = arguments.index("--")
    schemas = {}
    for version, kind, schema in read_schemas(arguments[:middle]):
        schemas[(version, kind)] = jsonschema.Draft7Validator(schema)
    judged = problems = 0
    for path, value in documents(arguments[middle + 1:]):
        schema = schemas.get((value.get("apiVersion"), value.get("kind")))
        if schema is None:
            print(f"{path}: no definition of {value.get('apiVersion')} {value.get('kind')}")
            return 2
        judged += 1
        for error in schema.iter_errors(value):
            problems += 1
            print(f"{path}: {'.'.join(str(step) for step in error.absolute_path)}: {error.message}")
    print(f"judged {judged} objects")
    return 1 if problems else 0 if judged else 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
