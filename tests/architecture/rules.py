"""The rules of the house that a machine can check (docs/architecture.md, "Rooms"), each as a function over one file.

A rule yields (line number, rule id, message). Nothing here compiles anything: the rules read `#include` lines, names and sizes.
"""

import re
from fnmatch import fnmatch

# --- who may include whom --------------------------------------------------------------------------------------------

ROOMS = {
    "core": {"core"},
    "generator": {"core", "generator"},
    "argocd": {"core", "generator", "argocd"},
    "flux": {"core", "generator", "flux"},
    "helm": {"core", "generator", "helm"},
    "oci": {"core", "oci"},
    "signing": {"core", "signing"},
    "git": {"core", "git"},
    "app/workflow": {"core", "generator", "argocd", "flux", "helm", "oci", "signing", "git", "app/workflow"},
    "app/cli": {"core", "app/workflow", "app/cli"},
    "app/server": {"core", "app/workflow", "app/server"},
}


def room_of(path):
    """The room of a path below the source tree, or None: app/cli/recipe.cpp lies in app/cli, core/yaml/node.h in core."""
    parts = path.split("/")
    if len(parts) < 2:
        return None
    name = "/".join(parts[:2]) if parts[0] == "app" else parts[0]
    return name if name in ROOMS else None


# A header named after a library (git/libgit2.h) holds what the room needs of it, such as its functions' addresses. It is private, and
# so is every header that includes it: not installed (cmake/room.cmake), unknown to other rooms.
LIBRARY_HEADER = re.compile(r".*/(lib[a-z0-9]+|openssl)\.h$")


def is_private(path, read, seen=()):
    if LIBRARY_HEADER.match(path):
        return True
    text = read(path) if path.endswith(".h") and path not in seen else None
    return text is not None and any(quoted and is_private(quoted, read, (*seen, path)) for _, _, quoted in includes(text))


# --- third-party seams -----------------------------------------------------------------------------------------------

# Header (pattern) -> the files that may include it. A header of ours never includes one, but for HEADERS_IN_HEADERS.
THIRD_PARTY = {
    "yaml.h": ["core/yaml/*.cpp"],
    "nlohmann/*": ["core/json/*.cpp"],
    "archive.h": ["core/*.cpp"],
    "archive_entry.h": ["core/*.cpp"],
    "zlib.h": ["core/*.cpp"],
    "curl/*": ["core/http/*.cpp"],
    "isa-l/*": ["core/erasure_code.cpp"],
    "openssl/*": ["core/*.cpp", "signing/*.cpp"],
    "sodium.h": ["core/secret.cpp", "signing/*.cpp"],
    "git2.h": ["git/*.cpp"],
    "git2/*": ["git/*.cpp"],
    "CLI/*": ["app/cli/*.cpp"],
    "microhttpd.h": ["app/server/*.cpp"],
    "spdlog/*": ["app/*.cpp"],
    "fmt/*": ["*.cpp"],
    "dlfcn.h": ["core/dynamic_library.cpp"],
}
# Names every library that is linked, to tell its version.
VERSIONS = "core/library_versions.cpp"
HEADERS_IN_HEADERS = {"nlohmann/json_fwd.hpp", "fmt/core.h"}

# The operating system and the C library; anything else with a dot in its name is a library that nobody decided on.
SYSTEM = {
    "arpa/inet.h", "dirent.h", "fcntl.h", "grp.h", "limits.h", "locale.h", "malloc.h", "netdb.h", "netinet/in.h", "netinet/tcp.h", "poll.h",
    "pthread.h", "pwd.h", "sched.h", "signal.h", "spawn.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "sys/file.h",
    "sys/ioctl.h", "sys/mman.h", "sys/prctl.h", "sys/random.h", "sys/resource.h", "sys/sendfile.h", "sys/signalfd.h", "sys/socket.h", "sys/stat.h",
    "sys/statvfs.h", "sys/syscall.h", "sys/time.h", "sys/types.h", "sys/uio.h", "sys/un.h", "sys/utsname.h", "sys/wait.h",
    "sys/xattr.h", "sysexits.h", "termios.h", "time.h", "unistd.h", "linux/fs.h",
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(<([^>]+)>|"([^"]+)")')


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(2), found.group(3)


def include_matrix(path, text, read):
    room = room_of(path)
    if room is None:
        return
    for number, _, quoted in includes(text):
        if quoted is None:
            continue
        target = room_of(quoted)
        if target is None:
            yield number, "include-path", f'"{quoted}" does not begin with a room'
        elif target not in ROOMS[room]:
            yield number, "include-matrix", f"{room} may not include {target} ({quoted})"
        elif target != room and is_private(quoted, read):
            yield number, "private-header", f"{quoted} is private to {target}: it shows a library's types"


def third_party_seams(path, text):
    if room_of(path) is None:
        return
    for number, angle, _ in includes(text):
        if angle is None or "." not in angle and "/" not in angle:
            continue  # quoted, or the standard library
        allowed = next((files for pattern, files in THIRD_PARTY.items() if fnmatch(angle, pattern)), None)
        if allowed is None:
            if angle not in SYSTEM:
                yield number, "unknown-library", f"<{angle}> belongs to no library that docs/architecture.md names"
        elif path.endswith(".h") and not LIBRARY_HEADER.match(path):
            if angle not in HEADERS_IN_HEADERS:
                yield number, "third-party-header", f"a public header may not include <{angle}>"
        elif path != VERSIONS and not any(fnmatch(re.sub(r"\.h$", ".cpp", path), pattern) for pattern in allowed):
            yield number, "third-party-seam", f"<{angle}> may appear only in {', '.join(allowed)}"


# --- the shape of a source file --------------------------------------------------------------------------------------

LONGEST_SOURCE = 800


def size(path, text):
    lines = text.count("\n")
    if path.endswith((".h", ".cpp", ".py", ".sh", ".cmake")) and lines > LONGEST_SOURCE:
        yield LONGEST_SOURCE + 1, "too-long", f"{lines} lines; more than {LONGEST_SOURCE} are not one notion"


def header_guard(path, text):
    if path.endswith(".h") and not text.startswith("#pragma once\n"):
        yield 1, "header-guard", "a header begins with #pragma once"


def own_header_first(path, text, read):
    if not path.endswith(".cpp") or room_of(path) is None:
        return
    own = path[: -len(".cpp")] + ".h"
    if read(own) is None:
        return
    first = next(includes(text), None)
    if first is None or first[2] != own:
        yield first[0] if first else 1, "own-header-first", f'the first include is "{own}", so that the header is known to stand alone'


def no_using_namespace(path, text):
    if not path.endswith((".h", ".cpp")):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*using\s+namespace\s+(?!std::(chrono_)?literals)", line):
            yield number, "using-namespace", "names are written where they are used"


def finished(path, text):
    if not path.endswith((".h", ".cpp", ".cmake", ".sh")):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
            yield number, "unfinished", "finish it, or open an issue"


# Comments and texts, which may hold any letters.
PROSE = re.compile(r'//[^\n]*|/[*].*?[*]/|R"([^(\s]*)[(].*?[)]\1"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.DOTALL)


def ascii_names(path, text):
    """Names that look alike and are not (what clang-tidy calls misc-confusable-identifiers, in a fraction of the time)."""
    if not path.endswith((".h", ".cpp")) or text.isascii():
        return
    code = PROSE.sub(lambda found: "\n" * found.group().count("\n"), text)
    for number, line in enumerate(code.splitlines(), 1):
        if not line.isascii():
            yield number, "ascii-name", "names are written in ASCII"


# --- what no file may name -------------------------------------------------------------------------------------------

# Folders of a developer's machine and the hosts that package managers are configured with: neither belongs into a file. The
# patterns are written so that they do not find themselves.
PRIVATE = re.compile(
    r"/(?:work|root|farm)/|registry[.]npmjs[.]org|proxy[.]golang[.]org|deb[.]debian[.]org|pypi[.]org/simple|crates[.]io/api|"
    r"repo1?[.]maven"
)


def private_names(path, text):
    del path
    for number, line in enumerate(text.splitlines(), 1):
        found = PRIVATE.search(line)
        if found:
            yield number, "private-name", f"'{found.group()}' names a machine's folder or a package registry"


# --- the link graph --------------------------------------------------------------------------------------------------

ROOM_CALL = re.compile(r"waybill_room\(\s*NAME\s+(\w+)(?:\s+DEPENDS\s+(.*?))?(?:\s+USES\s+.*?)?\)", re.DOTALL)


def link_graph(path, text):
    """What a room links equals what it may include: neither list may drift from the other."""
    if not path.endswith("CMakeLists.txt"):
        return
    for call in ROOM_CALL.finditer(text):
        number = text[: call.start()].count("\n") + 1
        room = room_of(path)
        if room is None or room.split("/")[-1] != call.group(1):
            yield number, "link-graph", f"room '{call.group(1)}' does not lie in {path}"
            continue
        allowed = {name.split("/")[-1] for name in ROOMS[room]} - {call.group(1)}
        for dependency in (call.group(2) or "").split():
            if dependency not in allowed:
                yield number, "link-graph", f"{room} may not link {dependency}"


# --- checks left out ---------------------------------------------------------------------------------------------------

SKIPS = re.compile(r"GTEST[_]SKIP|\bskip[T]est\b|unittest[.]skip")
SKIPPING_HELPER = "tests/support/process.h"


def skips_by_name(path, text):
    if path == SKIPPING_HELPER or not path.endswith((".h", ".cpp", ".py")):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if SKIPS.search(line):
            yield number, "skip", f"a check is left out by a WAYBILL_REQUIRE of {SKIPPING_HELPER}, which says what is missing"


def check(path, text, read):
    """All findings of one file; `read` gives the text of a path of the tree, or None when there is no such file."""
    for rule in (third_party_seams, size, header_guard, no_using_namespace, finished, ascii_names, private_names, link_graph, skips_by_name):
        yield from rule(path, text)
    for rule in (include_matrix, own_header_first):
        yield from rule(path, text, read)
