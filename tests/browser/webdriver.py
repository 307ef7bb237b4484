"""A browser that a test drives: Debian's chromium by its chromedriver, as W3C WebDriver has it."""

import base64
import http.client
import json
import os
import re
import subprocess
import tempfile
import threading
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
TAB, ENTER, SPACE = "\ue004", "\ue007", " "
PATIENCE = 60  # seconds for what must happen; only a broken page uses them up


def wait_for_line(process, pattern):
    """The match of the first line that it prints and that `pattern` is in. If none comes in time, it is killed."""
    too_late = threading.Timer(PATIENCE, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            if found := re.search(pattern, line):
                return found
    finally:
        too_late.cancel()
    raise AssertionError(f"{process.args[0]} has not said {pattern}")


def end(process):
    """By SIGTERM, or if that does not help, by SIGKILL. Returns its status."""
    process.terminate()
    try:
        return process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
    finally:
        process.stdout.close()


class Browser:
    """Headless, in a profile of its own, and without any name that it could look up."""

    def __init__(self):
        self.session = None
        self.profile = tempfile.TemporaryDirectory()
        try:
            self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                           stderr=subprocess.DEVNULL, text=True)
        except OSError:
            self.profile.cleanup()
            raise
        try:
            self.port = int(wait_for_line(self.driver, r"started successfully on port (\d+)")[1])
            self.session = self.begin_session()
        except BaseException:
            self.close()
            raise

    def begin_session(self):
        arguments = ["--headless=new", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                     f"--user-data-dir={self.profile.name}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        capabilities = {"browserName": "chrome", "goog:chromeOptions": {"args": arguments},
                        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        session = self.call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        return "/session/" + session["sessionId"]

    def close(self):
        try:
            if self.session is not None:
                self.call("DELETE", self.session)
        finally:
            end(self.driver)
            self.profile.cleanup()

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        text = json.dumps(body if body is not None else {}) if method == "POST" else None
        connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
        connection.close()
        if isinstance(answer["value"], dict) and "error" in answer["value"]:
            raise RuntimeError(f"{path}: {answer['value']['message']}")
        return answer["value"]

    def forget_cookies(self):
        self.call("DELETE", self.session + "/cookie")

    def open(self, url):
        self.call("POST", self.session + "/url", {"url": url})

    def url(self):
        return self.call("GET", self.session + "/url")

    def run(self, script, *arguments):
        """What the body of a function returns."""
        return self.call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, script, *arguments):
        """Waits until that is true, and returns it."""
        deadline = time.monotonic() + PATIENCE
        while not (value := self.run(script, *arguments)):
            if time.monotonic() > deadline:
                raise AssertionError(f"not in time: {script}")
            time.sleep(0.05)
        return value

    def press(self, *keys):
        """One after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", self.session + "/actions",
                  {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    def click(self, selector):
        found = self.call("POST", self.session + "/element", {"using": "css selector", "value": selector})
        self.call("POST", f"{self.session}/element/{found[ELEMENT]}/click")

    def tab_to(self, selector):
        """Presses Tab until that element has the focus, as one does who has no mouse."""
        for _ in range(150):
            if self.run("return document.activeElement?.matches(arguments[0]) ?? false", selector):
                return
            self.press(TAB)
        raise AssertionError(f"Tab never comes to {selector}")

    def devtools(self, command, **parameters):
        return self.call("POST", self.session + "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def look(self, width, height, scheme):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, whole_page=True):
        shot = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=whole_page)
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot["data"]))

    def log(self, kind):
        """What came since the last call."""
        return self.call("POST", self.session + "/se/log", {"type": kind})
