#!/usr/bin/env python3
"""Checks a source tree against the rules of the house: check_tree.py ROOT. Prints file:line: message [rule]; exit 1 with findings."""

import functools
import os
import sys

import rules

SKIPPED = {".git", ".cache", "build", "__pycache__", "node_modules"}


def files_of(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(set(names) - SKIPPED):  # .git is a file in a worktree
            yield os.path.relpath(os.path.join(folder, name), root)


def findings_of(root):
    @functools.cache
    def read(path):
        full = os.path.join(root, path)
        if os.path.islink(full) or not os.path.isfile(full):
            return None
        with open(full, "rb") as file:
            data = file.read()
        return None if b"\0" in data else data.decode("utf-8", errors="replace")  # None: not text

    for path in files_of(root):
        text = read(path)
        if text is not None:
            for line, rule, message in rules.check(path, text, read):
                yield path, line, rule, message


def main(arguments):
    if len(arguments) != 2 or not os.path.isdir(arguments[1]):
        print("usage: check_tree.py ROOT", file=sys.stderr)
        return 2
    count = 0
    for path, line, rule, message in findings_of(arguments[1]):
        print(f"{path}:{line}: {message} [{rule}]")
        count += 1
    print(f"{count} findings")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
