"""The manual pages are sound, complete, and say what the program says.
Usage: man_pages_test.py MANDIR FANFETCH"""

import glob
import os
import re
import subprocess
import sys
import unittest

MANDIR, FANFETCH = map(os.path.abspath, sys.argv[1:3])


def run(*command):
    return subprocess.run(command, text=True, check=True, capture_output=True).stdout


def shown(page):
    """As a reader sees it, in one line and without what parts words."""
    text = run("mandoc", "-T", "utf8", "-O", "width=300", page)
    return re.sub(r"\s+", " ", re.sub(".\b", "", text))


class ManPagesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = {os.path.basename(path): path for path in glob.glob(MANDIR + "/man[157]/*")}
        cls.commands = run(FANFETCH, "--help").split("\nCommands: ")[1].split("\n")[0].split()

    def test_each_command_has_a_page(self):
        own = {f"fanfetch-{command}.1" for command in self.commands if command not in ("help", "version")}
        others = {"fanfetch.1", "fanfetch-config.5", "fanfetch-control.7", "fanfetch-guide.7"}
        self.assertEqual(set(self.pages), own | others)

    def test_mandoc_finds_nothing_to_complain_about(self):
        for name, path in self.pages.items():
            with self.subTest(page=name):
                end = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path], text=True, capture_output=True)
                # scdoc parts all paragraphs the same way, those below a heading too.
                lines = [line for line in end.stdout.splitlines() if "skipping paragraph macro" not in line]
                self.assertEqual(lines, [])

    def test_nothing_is_left_to_fill_in(self):
        for name, path in self.pages.items():
            self.assertIsNone(re.search(r"@[a-z-]+@", shown(path)), name)

    def test_each_option_is_in_the_page_with_what_the_help_says_of_it(self):
        page = shown(self.pages["fanfetch.1"])
        entries = re.findall(r"^  ((?:-\w, )*--?[\w-]+)", run(FANFETCH, "--help-all"), re.MULTILINE)
        self.assertGreater(len(entries), 60)
        for entry in entries:
            self.assertIn(f" {entry} ", page)
        for status, text in re.findall(r"^  (\d+) +(.*)", run(FANFETCH, "--help-all").split("Exit status:")[1], re.MULTILINE):
            self.assertIn(f" {status} {text} ", page)

    def test_each_option_of_a_command_is_in_its_page(self):
        for command in self.commands:
            if command in ("help", "version"):
                continue
            page = shown(self.pages[f"fanfetch-{command}.1"])
            for entry in re.findall(r"^  ((?:-\w, )*--[\w-]+)", run(FANFETCH, "help", command), re.MULTILINE):
                self.assertIn(f" {entry} ", page, command)

    def test_pages_that_are_named_are_there(self):
        for name, path in self.pages.items():
            for page, section in re.findall(r"\b(fanfetch[a-z-]*)\((\d)\)", shown(path)):
                self.assertIn(f"{page}.{section}", self.pages, name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
