"""scripts/package/sbom says what the programs are made of, as SPDX 2.3 has it.
Usage: sbom_test.py SCRIPT PROGRAM…"""

import re
import subprocess
import sys
import unittest

SCRIPT, *PROGRAMS = sys.argv[1:]
ONE_LINE = re.compile(r"([A-Za-z]+): (.+)")
OF_A_PACKAGE = ["PackageName", "SPDXID", "PackageVersion", "PackageDownloadLocation", "FilesAnalyzed",
                "PackageLicenseConcluded", "PackageLicenseDeclared", "PackageCopyrightText"]


def installed(package):
    """The version of a Debian package."""
    return subprocess.run(["dpkg-query", "-W", "-f", "${Version}\n", package], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()[0]


class SbomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = subprocess.run([SCRIPT, *PROGRAMS], check=True, text=True, stdout=subprocess.PIPE).stdout
        cls.head, *sections = text.rstrip("\n").split("\n\n")
        cls.packages = {}
        for section in sections:
            fields = [ONE_LINE.fullmatch(line).groups() for line in section.split("\n")]
            cls.packages[dict(fields)["PackageName"]] = fields

    def test_the_document_says_what_it_is(self):
        fields = dict(ONE_LINE.fullmatch(line).groups() for line in self.head.split("\n"))
        self.assertEqual(fields["SPDXVersion"], "SPDX-2.3")
        self.assertEqual(fields["DataLicense"], "CC0-1.0")
        self.assertEqual(fields["SPDXID"], "SPDXRef-DOCUMENT")
        self.assertRegex(fields["DocumentNamespace"], r"^[a-z]+:[^#\s]+$")
        self.assertRegex(fields["Creator"], r"^Tool: \S+$")
        self.assertRegex(fields["Created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")

    def test_each_package_is_complete(self):
        for name, fields in self.packages.items():
            with self.subTest(package=name):
                keys = [key for key, _ in fields]
                for key in OF_A_PACKAGE:
                    self.assertEqual(keys.count(key), 1, key)
                self.assertRegex(dict(fields)["SPDXID"], r"^SPDXRef-[A-Za-z0-9.-]+$")

    def test_each_relationship_is_between_what_is_listed(self):
        ids = [value for fields in self.packages.values() for key, value in fields if key == "SPDXID"]
        self.assertEqual(len(ids), len(set(ids)))
        related = set()
        for fields in self.packages.values():
            for value in (value for key, value in fields if key == "Relationship"):
                one, relation, other = value.split()
                self.assertIn(one, [*ids, "SPDXRef-DOCUMENT"])
                self.assertIn(relation, ("DESCRIBES", "DYNAMIC_LINK", "STATIC_LINK", "DEPENDS_ON"))
                related.add(other)
        self.assertEqual(related, set(ids))

    def test_what_matters_most_is_listed_as_it_is_installed(self):
        for name, relation in (("libcurl4", "DYNAMIC_LINK"), ("libssl3", "DYNAMIC_LINK"),
                               ("libnghttp2-14", "DEPENDS_ON"), ("rapidjson-dev", "STATIC_LINK"),
                               ("libjs-chart.js", "STATIC_LINK")):
            with self.subTest(package=name):
                fields = dict(self.packages[name])
                self.assertEqual(fields["PackageVersion"], installed(name))
                self.assertIn(f" {relation} ", fields["Relationship"])
                self.assertTrue(fields["ExternalRef"].startswith(f"PACKAGE-MANAGER purl pkg:deb/debian/{name}@"))

    def test_a_program_that_is_not_there_is_an_error(self):
        end = subprocess.run([SCRIPT, "/nonexistent/fanfetch"], text=True, capture_output=True)
        self.assertEqual(end.returncode, 2)
        self.assertIn("/nonexistent/fanfetch", end.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
