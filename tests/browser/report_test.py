"""The report in a real browser. Usage: report_test.py FANFETCH [SCREENSHOTS]
Writes what it sees into the folder SCREENSHOTS, for a look."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import looks
from origin import Origin
from webdriver import ENTER, Browser

FANFETCH = os.path.abspath(sys.argv[1])
SCREENSHOTS = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else tempfile.mkdtemp()
HOSTILE = "/broken/<img src=x onerror=window.pwned=1>\u202egpj.exe"
HOSTS = "return [...document.querySelectorAll('table.sortable tbody tr')].map((row) => row.cells[0].textContent)"


class ReportTest(unittest.TestCase):
    """Of a run with three hosts, of which one has most failures."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        os.makedirs(SCREENSHOTS, exist_ok=True)
        cls.file = os.path.join(place.name, "report.html")
        links = []
        for host, pictures, gone in ((1, 60, 1), (2, 30, 9), (3, 12, 0)):
            origin = Origin(delay=0.03 * host, address=f"127.0.0.{host}")
            cls.addClassCleanup(origin.close)
            links += [f"{origin.url}/{host}{number:03}.png" for number in range(pictures)]
            links += [f"{origin.url}/gone{number}.png" for number in range(gone)]
        links.append(links[0].rpartition("/")[0] + HOSTILE)
        urls = os.path.join(place.name, "links.txt")
        with open(urls, "w", encoding="utf-8") as file:
            file.write("\n".join(links) + "\n")
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
        subprocess.run([FANFETCH, "--no-config", "--allow-private", "-q", "--retries", "0", "-o", "pictures", "links.txt"],
                       check=False, cwd=place.name, env=environment, stderr=subprocess.DEVNULL)
        subprocess.run([FANFETCH, "report", "pictures", "-o", cls.file], check=True, cwd=place.name, env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def setUp(self):
        self.browser = Browser()
        self.addCleanup(self.browser.close)

    def open(self):
        self.browser.open("file://" + self.file)

    def assert_nothing_went_wrong(self):
        """No error on the console, and no request but for the file."""
        self.assertEqual([], [entry["message"] for entry in self.browser.log("browser") if entry["level"] != "INFO"])
        messages = "\n".join(entry["message"] for entry in self.browser.log("performance"))
        asked = re.findall(r'"method":"Network.requestWillBeSent".*?"request":\{.*?"url":"([^"]*)"', messages)
        self.assertIn("file://" + self.file, asked)
        self.assertEqual([], [url for url in asked if not url.startswith(("file://" + self.file, "chrome:", "data:"))])
        self.assertIsNone(self.browser.run("return window.pwned ?? null"))

    def test_it_can_be_read_at_any_width(self):
        self.open()
        looks.check(self, self.browser, SCREENSHOTS, "report")
        looks.picture_for_readme(self.browser, SCREENSHOTS, "report")
        text = self.browser.run("return document.body.innerText")
        for words in ("102", "http_4xx", "http_5xx", "127.0.0.2", "\\u202e"):
            self.assertIn(words, text)
        self.assertGreater(self.browser.run("return document.querySelectorAll('.pictures img').length"), 0)
        self.assertTrue(self.browser.run("return [...document.images].every((i) => i.complete && i.naturalWidth > 0)"))
        self.assert_nothing_went_wrong()

    def test_hosts_are_sorted_by_the_keyboard(self):
        self.open()
        most_first = self.browser.run(HOSTS)
        self.assertEqual(3, len(most_first))
        self.browser.tab_to("table.sortable th:nth-child(3) button")
        self.browser.press(ENTER)
        self.assertIn("127.0.0.2", self.browser.run(HOSTS)[0], "the most failures first")
        self.browser.press(ENTER)
        self.assertIn("127.0.0.2", self.browser.run(HOSTS)[-1])
        self.assertEqual("ascending", self.browser.run(
            "return document.querySelector('table.sortable th:nth-child(3)').getAttribute('aria-sort')"))
        self.assert_nothing_went_wrong()

    def test_it_needs_no_script(self):
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=True)
        self.open()
        self.browser.devtools("Emulation.setScriptExecutionDisabled", value=False)  # for the question
        self.assertEqual(0, self.browser.run("return document.querySelectorAll('th button').length"),
                         "its script did not run")
        self.assertEqual(3, len(self.browser.run(HOSTS)))
        self.assertIn("http_4xx", self.browser.run("return document.body.innerText"))
        self.assert_nothing_went_wrong()

    def test_it_is_printed_light_and_whole(self):
        self.open()
        self.browser.look(1280, 900, "dark")
        self.browser.devtools("Emulation.setEmulatedMedia", media="print",
                              features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assertEqual("rgb(255, 255, 255)", self.browser.run("return getComputedStyle(document.body).backgroundColor"))
        self.assertEqual([], self.browser.run(looks.FAINT_TEXTS))
        pages = self.browser.devtools("Page.printToPDF", printBackground=True)["data"]
        self.assertGreater(len(pages), 10_000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
