"""Keeps the suite from rotting: that it measures what it says, and runs from end to end with a few
files. Usage: suite_test.py FANFETCH LIMIT_CLIENT FLEET_BENCH
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import bodies
import processes
import programs
import rounds

FANFETCH, LIMIT_CLIENT, FLEET_BENCH = sys.argv[1:4]
SPIN = "import time\nwhile time.process_time() < 0.2: pass\n"


class BodiesTest(unittest.TestCase):
    """What a tool may do wrong with a file is noticed."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name, "saved")
        self.files = bodies.Bodies(count=3, size=1000)
        self.files.write(self.folder)

    def complaint(self):
        return self.files.complaint(self.folder)

    def test_all_whole(self):
        (self.folder / ".fanfetch").mkdir()
        self.assertIsNone(self.complaint())

    def test_one_missing(self):
        (self.folder / "f1.bin").unlink()
        self.assertIn("2 of 3", self.complaint())

    def test_one_short(self):
        (self.folder / "f1.bin").write_bytes(self.files.body(1)[:999])
        self.assertIn("999", self.complaint())

    def test_one_long(self):
        (self.folder / "f1.bin").write_bytes(bytes(self.files.body(1)) + b"x")
        self.assertIn("f1.bin", self.complaint())

    def test_one_in_the_place_of_another(self):
        (self.folder / "f1.bin").write_bytes(self.files.body(2))
        self.assertIn("f1.bin", self.complaint())

    def test_one_too_many(self):
        (self.folder / "f1.bin.1").write_bytes(b"")
        self.assertIn("4 files", self.complaint())


class ProcessesTest(unittest.TestCase):
    """CPU and memory are those of the whole tree, and no run lasts longer than it may."""

    def run_python(self, program, limit=60, **more):
        processes.adopt_orphans()
        with tempfile.TemporaryDirectory() as folder:
            return processes.run([sys.executable, "-c", program], folder, f"{folder}/errors",
                                 environment=dict(os.environ), limit=limit, **more)

    def test_a_grandchild_counts(self):
        child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPIN!r}])"
        run = self.run_python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])")
        self.assertEqual(run.status, 0)
        self.assertGreater(run.cpu, 0.2)
        self.assertLess(run.own_cpu, run.cpu - 0.15)

    def test_an_orphan_counts(self):
        run = self.run_python("import os, time\nif os.fork() == 0:\n  if os.fork() == 0:\n"
                              f"    exec({SPIN!r})\n  os._exit(0)\ntime.sleep(1)")
        self.assertGreater(run.cpu, 0.2)

    def test_memory_of_all(self):
        hold = ("import os, time; x = bytes(range(256)) * 80_000; os.fork(); "
                "y = bytes(range(1, 256)) * 80_000; time.sleep(1)")
        run = self.run_python(hold, look_at_memory=True)
        self.assertGreater(run.pss, 3 * 20_000_000)
        self.assertLess(run.pss, 4 * 20_000_000 + 20_000_000)

    def test_a_limit_ends_it(self):
        run = self.run_python("import time; time.sleep(60)", limit=0.3)
        self.assertIsNone(run.status)
        self.assertLess(run.wall, 30)

    def test_a_failure_is_told(self):
        run = self.run_python("import sys; sys.exit('no such luck')")
        self.assertEqual((run.status, run.errors), (1, "no such luck"))


class RatiosTest(unittest.TestCase):
    def test_they_are_of_rounds(self):
        ours = rounds.Figures("fanfetch", "ours", [], cpu=[2, 4, 9])
        other = rounds.Figures("other", "rival", [], cpu=[1, 2, 3])
        self.assertEqual(rounds.Comparison("x", "x", 1, [ours, other]).ratio(ours, other, "cpu"), 2)


def run_suite(fanfetch, *arguments):
    command = [f"{programs.ROOT}/scripts/bench", "--fanfetch", fanfetch, "--limit-client", LIMIT_CLIENT,
               "--fleet-node", FLEET_BENCH, "--rounds", "1", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          env=os.environ | {"FANFETCH_BENCH_BUILD": "no"})


class WholeTest(unittest.TestCase):
    def test_from_end_to_end(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run_suite(FANFETCH, "--files", "20", "--json", f"{folder}/all.json", "--plot",
                             f"{folder}/all.svg", "small", "tls", "latency")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(f"{folder}/all.json", encoding="utf-8") as file:
                measured = {workload["workload"]: workload for workload in json.load(file)["workloads"]}
            picture = xml.etree.ElementTree.parse(f"{folder}/all.svg").getroot()
        for name in ("small", "latency", *(["tls"] if "tls is not measured" not in done.stdout else [])):
            self.assertIn(measured[name]["title"], done.stdout)
            self.assertIn(measured[name]["title"], [text.text for text in picture.iter()])
            for row in measured[name]["rows"]:
                self.assertIsNone(row["failed"], row)
                self.assertEqual((len(row["wall_s"]), len(row["cpu_s"])), (1, 1))
        self.assertIn("limit", [row["name"] for row in measured["small"]["rows"]])

    def test_a_fleet(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run_suite(FANFETCH, "--files", "20", "--json", f"{folder}/all.json", "fleet")
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            if "fleet is not measured" in done.stdout:
                self.skipTest(done.stdout)
            with open(f"{folder}/all.json", encoding="utf-8") as file:
                measured = {workload["workload"]: workload for workload in json.load(file)["workloads"]}
        for name in ("fleet", "fleet, hosts", "fleet, waiting", "fleet, carried"):
            for row in measured[name]["rows"]:
                self.assertIsNone(row["failed"], row)
                if row["name"] != "local run":
                    self.assertGreater(row["extra"]["nodes µs"], 0, row)
        for row in measured["fleet, memory"]["rows"]:
            self.assertEqual(row["extra"]["links"], 20)
            self.assertGreater(row["extra"]["bytes a link"], 100)

    def test_a_build_that_fails(self):
        done = run_suite("/bin/false", "--files", "2", "--against", FANFETCH)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("exit status 1", done.stdout)
        self.assertIn("the other build", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
