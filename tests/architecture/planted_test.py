#!/usr/bin/env python3
"""Plants one violation of every rule in a small clean tree and expects exactly that finding: a check that cannot fail proves nothing."""

import os
import tempfile
import unittest

import check_tree

CLEAN = {
    "core/value.h": "#pragma once\n#include <string>\n#include <unistd.h>\n#include <fmt/core.h>\n",
    "core/value.cpp": '#include "core/value.h"\n\n#include <fmt/format.h>\n',
    "core/http/client.cpp": '#include <curl/curl.h>\n\n#include "core/value.h"\n',
    "core/CMakeLists.txt": "waybill_room(NAME core USES fmt::fmt)\n",
    "generator/plan.h": '#pragma once\n#include "core/value.h"\n#include "generator/recipe.h"\n',
    "git/libgit2.h": "#pragma once\n#include <git2.h>\n",
    "git/objects.h": '#pragma once\n#include "git/libgit2.h"\n',
    "git/push.cpp": '#include "git/libgit2.h"\n#include "git/objects.h"\n',
    "argocd/CMakeLists.txt": "waybill_room(NAME argocd DEPENDS core generator USES fmt::fmt)\n",
    "app/workflow/publish.cpp": '#include "git/repository.h"\n#include "oci/pack.h"\n',
    "app/workflow/CMakeLists.txt": "waybill_room(NAME workflow DEPENDS core generator argocd oci signing git)\n",
    "app/cli/publish.cpp": '#include "app/workflow/publish.h"\n#include "core/value.h"\n',
    "docs/page.md": "see <https://example.com/works/> and /tmp/roots/x\n",
}

# What is planted: file, its text, and the one rule that must find it.
PLANTED = [
    ("core/bad.h", '#pragma once\n#include "generator/plan.h"\n', "include-matrix"),
    ("generator/bad.cpp", '#include "argocd/render.h"\n', "include-matrix"),
    ("generator/bad.cpp", '#include "core/http/client.h"\n#include "oci/pack.h"\n', "include-matrix"),
    ("argocd/bad.cpp", '#include "oci/pack.h"\n', "include-matrix"),
    ("flux/bad.cpp", '#include "argocd/root.h"\n', "include-matrix"),
    ("helm/bad.cpp", '#include "argocd/render.h"\n', "include-matrix"),
    ("oci/bad.cpp", '#include "signing/key.h"\n', "include-matrix"),
    ("signing/bad.cpp", '#include "oci/pack.h"\n', "include-matrix"),
    ("git/bad.cpp", '#include "generator/plan.h"\n', "include-matrix"),
    ("git/bad.cpp", '#include "app/workflow/publish.h"\n', "include-matrix"),
    ("app/cli/bad.cpp", '#include "oci/pack.h"\n', "include-matrix"),
    ("app/cli/bad.cpp", '#include "app/server/server.h"\n', "include-matrix"),
    ("app/server/bad.cpp", '#include "generator/plan.h"\n', "include-matrix"),
    ("app/workflow/bad.cpp", '#include "app/cli/program.h"\n', "include-matrix"),
    ("core/bad.cpp", '#include "value.h"\n', "include-path"),
    ("core/bad.cpp", '#include "tests/support/process.h"\n', "include-path"),
    ("app/workflow/bad.cpp", '#include "git/libgit2.h"\n', "private-header"),
    ("app/workflow/bad.cpp", '#include "git/objects.h"\n', "private-header"),
    ("app/workflow/bad.h", '#pragma once\n#include "git/objects.h"\n', "private-header"),
    ("core/bad.h", "#pragma once\n#include <curl/curl.h>\n", "third-party-header"),
    ("signing/bad.h", "#pragma once\n#include <openssl/evp.h>\n", "third-party-header"),
    ("core/bad.h", "#pragma once\n#include <nlohmann/json.hpp>\n", "third-party-header"),
    ("oci/bad.cpp", "#include <curl/curl.h>\n", "third-party-seam"),
    ("oci/bad.cpp", "#include <openssl/evp.h>\n", "third-party-seam"),
    ("generator/bad.cpp", "#include <yaml.h>\n", "third-party-seam"),
    ("oci/bad.cpp", "#include <nlohmann/json.hpp>\n", "third-party-seam"),
    ("app/workflow/bad.cpp", "#include <git2.h>\n", "third-party-seam"),
    ("oci/libcurl.h", "#pragma once\n#include <curl/curl.h>\n", "third-party-seam"),
    ("core/bad.cpp", "#include <boost/asio.hpp>\n", "unknown-library"),
    ("core/bad.cpp", "// line\n" * 801, "too-long"),
    ("core/bad.h", "// a comment first\n#pragma once\n", "header-guard"),
    ("generator/plan.cpp", '#include <string>\n#include "generator/plan.h"\n', "own-header-first"),
    ("core/bad.cpp", "  using namespace std;\n", "using-namespace"),
    ("core/bad.cpp", "int x;  // TO" "DO: later\n", "unfinished"),
    ("core/bad.cpp", "int \u0430 = 1;\n", "ascii-name"),
    ("docs/bad.md", "built in /ro" "ot/project\n", "private-name"),
    ("docs/bad.md", "https://deb.debian" ".org/debian\n", "private-name"),
    ("generator/CMakeLists.txt", "waybill_room(NAME generator DEPENDS core oci USES fmt::fmt)\n", "link-graph"),
    ("oci/CMakeLists.txt", "waybill_room(NAME signing DEPENDS core)\n", "link-graph"),
    ("tests/unit/core/bad_test.cpp", "  if (::geteuid() != 0) GTEST" "_SKIP();\n", "skip"),
    ("tests/bad.py", "        self.skip" "Test('later')\n", "skip"),
]


class PlantedViolations(unittest.TestCase):
    def findings(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                full = os.path.join(root, path)
                os.makedirs(os.path.dirname(full), exist_ok=True)
                with open(full, "w", encoding="utf-8") as file:
                    file.write(text)
            return list(check_tree.findings_of(root))

    def test_clean_tree_has_no_finding(self):
        self.assertEqual(self.findings(CLEAN), [])

    def test_each_planted_violation_is_the_one_finding(self):
        for path, text, rule in PLANTED:
            with self.subTest(path=path, rule=rule, text=text[:60]):
                found = self.findings({**CLEAN, path: text})
                self.assertEqual([(finding[0], finding[2]) for finding in found], [(path, rule)])

    def test_build_folders_are_not_read(self):
        self.assertEqual(self.findings({**CLEAN, "build/core/bad.cpp": "using namespace std;\n"}), [])


if __name__ == "__main__":
    unittest.main()
