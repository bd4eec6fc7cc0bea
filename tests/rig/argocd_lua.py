#!/usr/bin/env python3
"""Stands in for lua5.1 below tests/unit/argocd/health_checks_test.cpp: the same objects and scripts, judged by Argo CD itself.

Reads the program that the test writes, takes object and script out of it, and lets `argocd admin settings resource-overrides health` say the
verdict. RIG_LUA is the real lua5.1, which turns the object into JSON; RIG_CONFIG is the whole argocd-cm."""

import json
import os
import subprocess
import sys
import tempfile

import yaml

PREFIX = "resource.customizations.health."
# Lua's tables as JSON; an empty one may be either, which no script can tell apart.
TO_JSON = """
local function json(value)
  if type(value) ~= "table" then
    return type(value) == "string" and string.format("%q", value) or tostring(value)
  end
  local parts = {}
  for _, item in ipairs(value) do table.insert(parts, json(item)) end
  if #parts > 0 then return "[" .. table.concat(parts, ",") .. "]" end
  for key, item in pairs(value) do table.insert(parts, json(key) .. ":" .. json(item)) end
  return "{" .. table.concat(parts, ",") .. "}"
end
print(json(obj))
"""


def main():
    rest = sys.stdin.read().split("\nobj = ", 1)[1]
    table, rest = rest.split("\nlocal function check()\n", 1)
    script = rest.split("\nend\nlocal hs = check()\n", 1)[0]
    with open(os.environ["RIG_CONFIG"], encoding="utf-8") as file:
        checks = yaml.safe_load(file)["data"]
    done = subprocess.run([os.environ["RIG_LUA"], "-"], input=f"obj = {table}\n{TO_JSON}", capture_output=True, text=True, check=True)
    item = json.loads(done.stdout)
    # Several kinds may have one script; the test names the kind.
    key = next(key for key, text in checks.items() if text == script and key.endswith("_" + item["kind"]))
    item["apiVersion"] = key.removeprefix(PREFIX).rsplit("_", 1)[0] + "/v1"
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(item, file)
        file.flush()
        answer = subprocess.run(["argocd", "admin", "settings", "resource-overrides", "health", file.name, "--argocd-cm-path",
                                 os.environ["RIG_CONFIG"]], capture_output=True, text=True, check=False)
    if answer.returncode != 0 or not answer.stdout.startswith("STATUS: "):
        sys.exit(f"{answer.stdout}{answer.stderr}")
    status, message = answer.stdout.removeprefix("STATUS: ").split("\nMESSAGE:", 1)
    print(f"{status}: {message.strip()}")


if __name__ == "__main__":
    main()
