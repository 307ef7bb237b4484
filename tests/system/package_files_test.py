"""What gets installed, and that the files that describe a release agree.
Usage: package_files_test.py BUILD"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Those of scripts/build that debhelper brings along, or that only tests need.
NOT_IN_CONTROL = {"g++", "ninja-build", "libgtest-dev", "libjpeg62-turbo-dev"}
INSTALLED = ["bin/fanfetch", "libexec/fanfetch/fanfetch-worker", "libexec/fanfetch/fanfetch-web", "share/man/man1/fanfetch.1", "share/man/man1/fanfetch-status.1",
             "share/man/man5/fanfetch-config.5", "share/man/man7/fanfetch-guide.7", "share/man/man7/fanfetch-control.7",
             "share/bash-completion/completions/fanfetch", "share/zsh/site-functions/_fanfetch",
             "share/fish/vendor_completions.d/fanfetch.fish", "lib/systemd/system/fanfetch@.service",
             "lib/systemd/system/fanfetch@.timer", "share/doc/fanfetch/LICENSE", "share/doc/fanfetch/CHANGELOG.md",
             "share/doc/fanfetch/examples/fanfetch-alerts.yml", "share/doc/fanfetch/examples/fanfetch-dashboard.json"]


def read(path):
    with open(os.path.join(ROOT, path)) as file:
        return file.read()


class PackageFilesTest(unittest.TestCase):
    def test_meson_installs_all(self):
        with tempfile.TemporaryDirectory() as folder:
            end = subprocess.run(["meson", "install", "--no-rebuild", "-C", BUILD, "--destdir", folder], text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(end.returncode, 0, end.stdout)
            files = {os.path.relpath(os.path.join(place, name), folder) for place, _, names in os.walk(folder)
                     for name in names}
        prefix = os.path.commonpath(files)
        self.assertLessEqual(set(INSTALLED), {os.path.relpath(file, prefix) for file in files})

    def test_the_version_is_the_same_everywhere(self):
        version = re.search(r"^  version: '(.*)'", read("meson.build"), re.MULTILINE).group(1)
        self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        self.assertEqual(re.search(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", read("scripts/package/CHANGELOG.md"), re.MULTILINE).group(1), version)
        self.assertRegex(read("scripts/package/debian/changelog"), r"^fanfetch \(" + re.escape(version) + r"-\d+\) ")

    def test_what_a_build_takes_is_in_debians_control(self):
        array = re.search(r"packages_to_build=\((.*?)\)", read("scripts/build"), re.DOTALL).group(1)
        control = read("scripts/package/debian/control").split("Standards-Version")[0]
        for package in set(array.split()) - NOT_IN_CONTROL:
            with self.subTest(package=package):
                self.assertRegex(control, r"(^| )" + re.escape(package) + r"[ ,\n]")

    def test_readme_is_a_door(self):
        self.assertLessEqual(read("README.md").count("\n"), 150)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
