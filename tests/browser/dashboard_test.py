"""The dashboard in a real browser. Usage: dashboard_test.py FANFETCH [SCREENSHOTS]
Writes what it sees into the folder SCREENSHOTS, for a look."""

import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

import looks
from origin import Origin
from redis_server import RedisServer
import webdriver
from webdriver import ENTER, PATIENCE, Browser, end, wait_for_line

FANFETCH = os.path.abspath(sys.argv[1])
SCREENSHOTS = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else tempfile.mkdtemp()
VIEWS = ("overview", "files", "pictures")
HOSTILE = "/gone/<img src=x onerror=window.pwned=1>\u202egpj.exe"


class Dashboard:
    def __init__(self, folder, *options):
        self.process = subprocess.Popen([FANFETCH, "web", os.path.basename(folder), "--listen", "127.0.0.1:0", *options],
                                        cwd=os.path.dirname(folder),
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            self.address = wait_for_line(self.process, "http:.*")[0]
        except BaseException:
            end(self.process)
            raise
        self.origin = self.address.split("/?")[0]

    def close(self):
        return end(self.process)


def wait_until(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not in time: {what}")
        time.sleep(0.02)


class DashboardTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = os.path.join(place.name, "pictures")
        self.origin = Origin(delay=0.1)
        self.addCleanup(self.origin.close)
        self.list = os.path.join(place.name, "list.txt")
        os.makedirs(SCREENSHOTS, exist_ok=True)

    def write_list(self, pictures):
        links = []
        for number in range(pictures):
            links.append(f"{self.origin.url}/{number:04}.png")
            if number % 40 == 5:
                links += [f"{self.origin.url}/gone{number}.png", f"{self.origin.url}/page{number}.html"]
        links.insert(3, self.origin.url + HOSTILE)
        with open(self.list, "w") as file:
            file.write("\n".join(links) + "\n")
        return len(links)

    def start(self, *args):
        run = subprocess.Popen([FANFETCH, *args], cwd=os.path.dirname(self.folder), stderr=subprocess.DEVNULL,
                               env={"PATH": os.environ["PATH"]})
        self.addCleanup(run.wait)
        self.addCleanup(lambda: run.poll() is None and run.kill())
        return run

    def start_run(self):
        return self.start("--no-config", "--allow-private", "-q", "-j", "8", "-w", "2", "--per-host", "8", "--retries", "0",
                          "-o", os.path.basename(self.folder), "-i", self.list)

    def browser(self):
        browser = Browser()
        self.addCleanup(browser.close)
        return browser

    def dashboard(self, *options):
        dashboard = Dashboard(self.folder, *options)
        self.addCleanup(lambda: dashboard.process.poll() is None and dashboard.close())
        return dashboard

    def assert_nothing_went_wrong(self, browser, dashboard):
        """No error on the console, no request that leaves the machine or goes to another server of it."""
        wrong = [entry["message"] for entry in browser.log("browser") if entry["level"] != "INFO"]
        self.assertEqual([], wrong)
        messages = [entry["message"] for entry in browser.log("performance")]
        asked = re.findall(r'"method":"Network.requestWillBeSent".*?"request":\{.*?"url":"([^"]*)"', "\n".join(messages))
        self.assertTrue(asked)
        # chrome: and data: are of the browser's own first page, and ask nobody.
        self.assertEqual([], [url for url in asked
                              if not url.startswith((dashboard.origin + "/", "chrome:", "data:"))])
        self.assertIsNone(browser.run("return window.pwned ?? null"))

    def show(self, browser, view):
        browser.run("location.hash = arguments[0]", view)
        browser.until("return !document.getElementById(arguments[0]).hidden", view)
        browser.until("return !/Looking|Looked/.test(document.body.innerText)")

    def test_a_run_is_seen_and_steered_without_a_mouse(self):
        self.write_list(50_000)  # more than it comes to, however slow the browser is
        run = self.start_run()
        wait_until(lambda: self.origin.count() >= 8, "eight requests")
        dashboard, browser = self.dashboard(), self.browser()
        browser.open(dashboard.address)
        browser.until("return document.getElementById('state').textContent === 'running'")
        self.assertEqual(dashboard.origin + "/", browser.url().split("#")[0], "the token leaves the address")

        # Numbers change while the run goes on.
        saved = "return document.querySelector('#tiles .good dd').firstChild.textContent"
        before = browser.until(saved)
        browser.until(saved + " !== arguments[0]", before)

        # Pause.
        browser.tab_to("#pause")
        browser.press(ENTER)
        browser.until("return document.getElementById('state').textContent === 'paused'")
        browser.until("return document.activeElement.id === 'pause' && document.activeElement.textContent === 'Resume'")
        wait_until(self.origin.is_idle, "no transfer in flight")
        asked = self.origin.count()
        time.sleep(1.5)
        self.assertEqual(asked, self.origin.count(), "nothing new is asked for")
        self.assertIsNone(run.poll())
        browser.look(1280, 900, "light")
        browser.screenshot(os.path.join(SCREENSHOTS, "paused.png"))

        # Limits.
        browser.tab_to("#limits > summary")
        browser.press(ENTER)
        browser.tab_to("input[name='jobs']")
        browser.run("document.activeElement.select()")
        browser.press("3", ENTER)
        browser.until("return document.getElementById('said').textContent.includes('jobs=3')")
        browser.until("return document.querySelector(\"input[name='jobs']\").dataset.shown === '3'")
        self.check_looks(browser, "limits", ["overview"])
        browser.run("document.getElementById('main').focus()")
        browser.tab_to("#pause")
        browser.press(ENTER)
        browser.until("return document.getElementById('state').textContent === 'running'")
        wait_until(lambda: self.origin.count() > asked, "the run goes on")
        browser.until("return document.querySelector('#throughput-text').textContent.includes('now')")
        self.check_looks(browser, "running", ["overview"])
        self.assertEqual([], browser.run("""return Chart.getChart('links').data.datasets.flatMap(({data}) => data.filter(
            (point, index) => index > 0 && (point.y < data[index - 1].y || point.x < data[index - 1].x)))"""),
            "neither time nor the number of links goes back")
        browser.run("document.getElementById('limits').open = false; document.getElementById('main').focus()")
        looks.picture_for_readme(browser, SCREENSHOTS, "dashboard")
        browser.run("document.getElementById('limits').open = true")

        # A value that is none is said.
        browser.tab_to("input[name='jobs']")
        browser.run("document.activeElement.select()")
        browser.press("m", "a", "n", "y", ENTER)
        browser.until("return document.getElementById('said').hasAttribute('data-bad')")
        wrong = [entry for entry in browser.log("browser")
                 if entry["level"] != "INFO" and "409" not in entry["message"]]  # Chrome logs each refusal
        self.assertEqual([], wrong)

        # Files and failures.
        browser.tab_to("nav a[href='#files']")
        browser.press(ENTER)
        browser.until("return document.querySelectorAll('#rows tbody tr').length === 50")
        browser.tab_to("#search input[name='text']")
        browser.press(*"onerror", ENTER)
        browser.until("return document.querySelectorAll('#rows tbody tr').length === 1")
        self.assertIn("<img src=x", browser.run("return document.querySelector('#rows td').textContent"))
        self.assertIn("\\u202e", browser.run("return document.querySelector('#rows td').textContent"))
        self.assertEqual(0, browser.run("return document.querySelectorAll('#rows img').length"))
        self.assert_nothing_went_wrong(browser, dashboard)
        self.assertEqual(0, dashboard.close())

    def check_looks(self, browser, name, views):
        for view in views:
            self.show(browser, view)
            looks.check(self, browser, SCREENSHOTS, f"{name}-{view}")

    def test_what_is_left_is_browsed(self):
        links = self.write_list(120)
        run = self.start_run()
        self.assertEqual(1, run.wait(PATIENCE))
        dashboard, browser = self.dashboard("--read-only"), self.browser()
        browser.open(dashboard.address)
        browser.until("return document.querySelectorAll('#runs tbody tr').length === 1")
        self.assertTrue(browser.run("return document.getElementById('steer').hidden"))
        self.check_looks(browser, "ended", VIEWS)
        self.show(browser, "pictures")
        browser.until("return document.querySelectorAll('#gallery img').length === 48")
        browser.until("return [...document.querySelectorAll('#gallery img')].slice(0, 4).every((i) => i.naturalWidth > 0)")
        self.assertTrue(browser.run("return [...document.querySelectorAll('#gallery img')].every((i) => i.loading === 'lazy')"))
        browser.run("document.getElementById('main').focus()")
        browser.tab_to("#pictures-older")
        browser.press(ENTER)
        browser.until("return document.getElementById('pictures-text').textContent.includes('page 2')")

        # From a class of failures to its links.
        self.show(browser, "overview")
        browser.run("document.getElementById('main').focus()")
        browser.tab_to("#classes button")
        browser.press(ENTER)
        browser.until("return document.querySelector('#rows .bad') && !document.querySelector('#rows .good')")
        self.assertEqual("http_4xx", browser.run("return document.getElementById('class-choice').value"))
        browser.click("#search button")
        self.assertGreater(links, 120)
        self.assert_nothing_went_wrong(browser, dashboard)

    def test_a_fleets_nodes_are_seen(self):
        self.write_list(20_000)
        redis = RedisServer()
        self.addCleanup(redis.close)
        self.start("--no-config", "-q", self.list, "--fleet", redis.url, "-o", os.path.basename(self.folder))
        nodes = [self.start("node", "--no-config", "--allow-private", "-q", "-w", "1", "--fleet", redis.url, "-o", name)
                 for name in ("node-1", "node-2")]
        wait_until(lambda: self.origin.count() >= 8, "eight requests")
        dashboard, browser = self.dashboard(), self.browser()
        browser.open(dashboard.address)
        node_cells = "return [...document.querySelectorAll('#workers tbody tr')].map((row) => row.cells[arguments[0]].textContent)"
        browser.until(node_cells + ".join() === 'running,running'", 1)
        self.assertEqual("Nodes", browser.run("return document.getElementById('workers-title').textContent"))
        names = browser.run(node_cells, 0)
        self.assertEqual(2, len(set(names)))
        self.assertEqual(1, len(set(browser.run(node_cells, 4))), "one version")
        browser.until(node_cells + ".every((text) => text !== '0')", 2)  # the second has its share
        self.check_looks(browser, "fleet", VIEWS)
        self.assertTrue(set(browser.run("return [...document.querySelectorAll('#rows tbody tr')].map((row) => "
                                        "row.cells[2].textContent)")) <= set(names))
        # The files are on the nodes' disks.
        self.assertIn(browser.run("return document.querySelector('#gallery li .quiet').textContent"),
                      [f"on {name}" for name in names])
        self.assertEqual(0, browser.run("return document.querySelectorAll('#rows a, #gallery a, #gallery img').length"))

        # One that is killed.
        self.show(browser, "overview")
        nodes[0].kill()
        browser.until(node_cells + ".some((text) => text.startsWith('silent for '))", 1)
        self.check_looks(browser, "silent-node", ("overview",))
        self.assert_nothing_went_wrong(browser, dashboard)
        self.assertEqual(0, dashboard.close())

    def test_no_answer_is_said_for_what_it_is(self):
        self.write_list(50_000)
        self.start_run()
        wait_until(lambda: self.origin.count() >= 8, "eight requests")
        dashboard, browser = self.dashboard(), self.browser()
        browser.open(dashboard.address)
        browser.until("return !document.getElementById('steer').hidden")

        def ask_with_all(words):
            browser.run("location.hash = 'files'")
            browser.until("return !document.getElementById('files').hidden")
            browser.click("#search button")
            browser.until("return document.getElementById('rows-text').textContent.includes(arguments[0])", words)
            browser.run("location.hash = 'overview'")
            browser.until("return !document.getElementById('overview').hidden")
            browser.click("#pause")
            browser.until("return document.getElementById('said').textContent.includes(arguments[0])", words)
            self.assertTrue(browser.run("return document.getElementById('said').hasAttribute('data-bad')"))

        browser.run("window.realFetch = fetch; window.fetch = () => Promise.resolve(new Response('<h1>Bad Gateway</h1>', "
                    "{status: 502, headers: {'Content-Type': 'text/html', 'Retry-After': '1'}}))")
        ask_with_all("no answer that this page can read (HTTP 502)")
        browser.run("window.fetch = realFetch")
        browser.forget_cookies()
        ask_with_all("session has ended: open the address")
        self.assertEqual(0, dashboard.close())
        ask_with_all("does not answer")

    def test_a_report_that_is_being_made_is_asked_for_again(self):
        self.write_list(5)
        self.start_run().wait(PATIENCE)
        dashboard, browser = self.dashboard(), self.browser()
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", source="""
            window.isMade = false;
            const realFetch = fetch;
            window.fetch = (path, ...rest) => (path === 'api/report' && !window.isMade
              ? Promise.resolve(new Response('{"ok":false,"message":"made"}', {status: 503, headers: {'Retry-After': '1'}}))
              : realFetch(path, ...rest));""")
        browser.open(dashboard.address)
        browser.until("return document.getElementById('banner').textContent === 'The report is being made …'")
        browser.run("window.isMade = true")
        begun = time.monotonic()
        browser.until("return document.querySelectorAll('#runs tbody tr').length === 1")
        self.assertLess(time.monotonic() - begun, 20, "not only after the usual 30 s")
        self.assertTrue(browser.run("return document.getElementById('banner').hidden"))

        # The page whose question has it made gets no answer before it is there.
        browser.devtools("Page.addScriptToEvaluateOnNewDocument", source="""
            window.isMade = true;
            const lateFetch = fetch;
            window.fetch = (path, ...rest) => (path === 'api/report'
              ? new Promise((done) => { window.release = () => done(lateFetch(path, ...rest)); })
              : lateFetch(path, ...rest));""")
        browser.open(dashboard.origin)
        browser.until("return document.getElementById('banner').textContent === 'The report is being made …'")
        browser.run("window.release()")
        browser.until("return document.querySelectorAll('#runs tbody tr').length === 1")
        self.assertTrue(browser.run("return document.getElementById('banner').hidden"))

        # Whoever asks for it while it is being asked for leaves one timer.
        timers = browser.run("""return (async (path) => {
            const {Repeat} = await import(path);
            const set = window.setTimeout, clear = window.clearTimeout, timers = new Set(), ends = [];
            window.setTimeout = (...how) => { const timer = set(...how); timers.add(timer); return timer; };
            window.clearTimeout = (timer) => { timers.delete(timer); clear(timer); };
            const repeat = new Repeat(() => new Promise((done) => ends.push(done)));
            const first = repeat.now(), second = repeat.now();
            ends[0](60_000);
            await first;
            ends[1](60_000);
            await second;
            Object.assign(window, {setTimeout: set, clearTimeout: clear});
            return timers.size;
          })(arguments[0])""", dashboard.origin + "/repeat.js")
        self.assertEqual(1, timers)


class WebdriverTest(unittest.TestCase):
    """What is left of a browser that does not start."""

    def expect_nothing_left(self, script):
        with tempfile.TemporaryDirectory() as place:
            driver, pid = os.path.join(place, "chromedriver"), os.path.join(place, "pid")
            with open(driver, "w") as file:
                file.write(f"#!/bin/sh\necho $$ >{pid}\n{script}\n")
            os.chmod(driver, 0o700)
            with mock.patch.dict(os.environ, {"PATH": place + ":" + os.environ["PATH"]}):
                self.assertRaises((AssertionError, OSError), Browser)
            with open(pid) as file:
                self.assertRaises(ProcessLookupError, os.kill, int(file.read()), 0)

    def test_a_driver_that_does_not_listen_is_ended(self):
        self.expect_nothing_left("echo 'started successfully on port 1'; exec sleep 100")

    def test_nor_is_one_that_says_nothing(self):
        with mock.patch.object(webdriver, "PATIENCE", 3):
            self.expect_nothing_left("exec sleep 100")

    def test_nor_one_that_ends(self):
        self.expect_nothing_left("exit 1")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
