"""Asks systemd what it thinks of the units that are installed with fanfetch.
Usage: units_test.py FANFETCH AS_SERVICE SERVICE TIMER"""

import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading
import unittest

FANFETCH, AS_SERVICE, SERVICE, TIMER = map(os.path.abspath, sys.argv[1:5])
# Of 10: what systemd-analyze calls OK is below 4.5. The network and what may be read make most of ours.
MOST_EXPOSED = 2.0


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", "--no-pager", *arguments], text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def groups():
    """What systemd calls @file-system and the like: name → calls and other groups."""
    found, calls = {}, None
    for line in analyze("syscall-filter").stdout.splitlines():
        if line.startswith("@"):
            calls = found[line] = []
        elif line.startswith("    @") or re.match("    [a-z]", line):
            calls.append(line.strip())
    return found


def expand(names, found):
    return {call for name in names for call in (expand(found[name], found) if name in found else [name])}


class Picture(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"body")

    def log_message(self, *_):
        pass


class UnitsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with open(SERVICE) as unit:
            text = unit.read()
        # The program of the unit need not be installed for it to be checked.
        text = re.sub(r"^ExecStart=\S+", "ExecStart=" + FANFETCH, text, flags=re.MULTILINE)
        self.service = os.path.join(folder.name, "fanfetch@lists.service")
        self.timer = os.path.join(folder.name, "fanfetch@lists.timer")
        with open(self.service, "w") as unit:
            unit.write(text)
        with open(TIMER) as unit, open(self.timer, "w") as copy:
            copy.write(unit.read())

    def test_systemd_finds_no_fault(self):
        verified = analyze("verify", "--man=no", self.service, self.timer)
        self.assertEqual((verified.returncode, verified.stdout), (0, ""))

    def test_a_misspelt_setting_would_be_found(self):
        with open(self.service, "a") as unit:
            unit.write("\n[Service]\nWatchdogSecs=1\n")
        self.assertIn("WatchdogSecs", analyze("verify", "--man=no", self.service).stdout)

    def test_it_is_little_exposed(self):
        said = analyze("security", "--offline=true", self.service).stdout
        exposed = re.search(r"exposure level for \S+: ([0-9.]+)", said)
        self.assertIsNotNone(exposed, said)
        self.assertLessEqual(float(exposed[1]), MOST_EXPOSED, said)

    def allowed(self):
        """The calls that the unit's filter lets pass."""
        with open(self.service) as unit:
            filters = re.findall(r"^SystemCallFilter=(~?)(.*)$", unit.read(), flags=re.MULTILINE)
        found, calls = groups(), set()
        for but, names in filters:
            calls = calls - expand(names.split(), found) if but else calls | expand(names.split(), found)
        return calls

    def run_fanfetch(self, *before):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Picture)
        self.addCleanup(server.server_close)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with tempfile.TemporaryDirectory() as output:
                # The unit's filter has no ptrace, by which a build with sanitizers looks for leaks.
                return subprocess.run([*before, FANFETCH, "--no-config", "-v", "--allow-private", "-o", output,
                                       f"http://127.0.0.1:{server.server_address[1]}/file.bin"],
                                      env={"ASAN_OPTIONS": "detect_leaks=0"}, text=True, timeout=60, stderr=subprocess.PIPE)
        finally:
            server.shutdown()
            thread.join()

    def test_the_workers_are_locked_in_all_the_same(self):
        plain = self.run_fanfetch()
        self.assertEqual(plain.returncode, 0, plain.stderr)
        calls = os.path.join(os.path.dirname(self.service), "calls")
        with open(calls, "w") as file:
            file.write("\n".join(self.allowed()))
        served = self.run_fanfetch(AS_SERVICE, calls)
        self.assertEqual(served.returncode, 0, served.stderr)
        def about_sandboxes(text):  # without the time
            return [line.split(" ", 1)[1] for line in text.splitlines() if "sandbox" in line]
        sandbox = about_sandboxes(plain.stderr)
        self.assertEqual(sandbox, about_sandboxes(served.stderr))
        self.assertEqual(len(sandbox), 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
