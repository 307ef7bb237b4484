"""What the guard says about figures: see guard.py. Needs no driver; the test that needs valgrind is skipped without."""

import contextlib
import io
import json
import os
import shutil
import tempfile
import unittest
import unittest.mock

import guard


class JudgeTest(unittest.TestCase):
    def test_each_figure_has_its_verdict(self):
        same, other = True, False
        for recorded, measured, libraries, failed, words in (
                (1000, 1000, same, False, ()),
                (1000, 1050, same, False, ()),
                (1000, 1051, same, True, ("settle", "1,051", "1,000", "5.1 % more", "--record")),
                (1000, 2000, same, True, ("100.0 % more",)),
                (1000, 950, same, False, ()),
                (1000, 949, same, False, ("settle", "949", "5.1 % less", "--record")),
                (None, 1000, same, True, ("settle has no recorded figure", "--record")),
                (1000, None, same, True, ("no driver measures it", "--record")),
                (1000, 1050, other, False, ()),
                (1000, 1051, other, False, ("settle", "5.1 % more", "other versions of libraries", "--record")),
                (1000, 949, other, False, ("5.1 % less", "--record")),
                (None, 1000, other, True, ("settle has no recorded figure",)),
                (1000, None, other, True, ("no driver measures it",)),
        ):
            with self.subTest(recorded=recorded, measured=measured, libraries=libraries):
                verdict = guard.judge("settle", recorded, measured, libraries)
                self.assertEqual(verdict.failed, failed)
                self.assertEqual(bool(verdict.text), bool(words))
                for word in words:
                    self.assertIn(word, verdict.text)

    def test_an_unknown_compiler_is_told_and_does_not_fail(self):
        (verdict,) = guard.judge_all("g++ 99", None, {"a": 1})
        self.assertFalse(verdict.failed)
        self.assertIn("g++ 99", verdict.text)
        self.assertIn("--record", verdict.text)

    def test_all_stages_of_both_sides_are_judged(self):
        verdicts = guard.judge_all("g++", {"a": 100, "b": 100, "gone": 100}, {"a": 100, "b": 200, "new": 100})
        self.assertEqual([verdict.text.split()[0] for verdict in verdicts], ["b", "new", "gone"])
        self.assertTrue(all(verdict.failed for verdict in verdicts))

    def test_libraries_of_another_version_are_told(self):
        self.assertEqual(guard.other_libraries({"libc6": "1", "libssl3": "2"}, {"libc6": "1", "libssl3": "3"}),
                         ["libssl3 was 2 when it was recorded, and is 3 here"])


class FiguresTest(unittest.TestCase):
    def test_what_is_written_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(guard.read_figures(f"{folder}/none.json"), {})
            figures = {"g++": {"with": {"libc6": "1"}, "instructions a file": {"a": 1}}}
            guard.write_figures(f"{folder}/some.json", figures)
            self.assertEqual(guard.read_figures(f"{folder}/some.json"), figures)

    def test_the_recorded_ones_are_of_the_stages(self):
        with open(guard.FIGURES, encoding="utf-8") as file:
            figures = json.load(file)["figures"]
        for key, known in figures.items():
            self.assertEqual(list(known["instructions a file"]), [stage.name for stage in guard.STAGES], key)


class WholeTest(unittest.TestCase):
    """What it prints and how it ends, with figures in place of drivers."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = f"{folder.name}/guard.json"

    def run_guard(self, key, record=False, libc="1", **measured):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), \
                unittest.mock.patch("guard.measure_all", return_value=(measured, key)), \
                unittest.mock.patch("guard.libraries", return_value={"libc6": libc}):
            status = guard.guard("drivers", record, self.path)
        return status, printed.getvalue()

    def test_what_was_recorded_is_held(self):
        self.assertEqual(self.run_guard("g++ 12", settle=100)[0], 0, "nothing was recorded")
        self.assertEqual(self.run_guard("g++ 12", record=True, settle=100)[0], 0)
        self.assertEqual(self.run_guard("g++ 12", settle=105)[0], 0)
        status, printed = self.run_guard("g++ 12", settle=106)
        self.assertEqual(status, 1)
        self.assertIn("settle takes 106", printed)
        self.assertIn("callgrind_annotate drivers/", printed)
        self.assertEqual(self.run_guard("g++ 12", settle=94)[0], 0, "cheaper is a hint")

    def test_other_libraries_make_a_dearer_figure_no_failure(self):
        self.run_guard("g++ 12", record=True, settle=100)
        status, printed = self.run_guard("g++ 12", libc="2", settle=106)
        self.assertEqual(status, 0)
        self.assertIn("settle takes 106", printed)
        self.assertIn("libc6 was 1 when it was recorded, and is 2 here", printed)
        self.assertNotIn("libc6", self.run_guard("g++ 12", libc="2", settle=100)[1], "nothing has moved")
        self.run_guard("g++ 12", record=True, libc="2", settle=106)
        self.assertEqual(self.run_guard("g++ 12", libc="2", settle=112)[0], 1, "recorded with them, it is held")

    def test_each_compiler_has_its_own(self):
        self.run_guard("g++ 12", record=True, settle=100)
        status, printed = self.run_guard("clang 14", settle=200)
        self.assertEqual(status, 0)
        self.assertIn("Nothing is recorded for clang 14", printed)
        self.run_guard("clang 14", record=True, settle=200)
        self.assertEqual(self.run_guard("clang 14", settle=200)[0], 0)
        self.assertEqual(self.run_guard("g++ 12", settle=200)[0], 1, "that of the other one stays")


class ProfileTest(unittest.TestCase):
    def test_its_total(self):
        for text, total in (("events: Ir\nsummary: 7\n\nfn=(1) f\n1 7\ntotals: 7\n", 7),
                            ("events: Ir\ntotals: 0\n", None), ("", None)):
            self.assertEqual(guard.total_of(text), total)

    def test_each_stage_has_one_of_its_own(self):
        paths = [guard.profile_path("x", stage) for stage in guard.STAGES]
        self.assertEqual(len(set(paths)), len(paths))
        self.assertIn("x/part-100-kb-hashed.callgrind", paths)


class DriverTest(unittest.TestCase):
    """A driver that does not run is a failure, whatever is recorded."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.drivers = folder.name

    def test_none_is_there(self):
        with self.assertRaises(guard.Unmeasured):
            guard.measure_all(self.drivers, guard.STAGES[:1])

    def test_there_is_no_room_for_it(self):
        with unittest.mock.patch("guard.MEMORY", f"{self.drivers}/none"), \
                self.assertRaisesRegex(guard.Unmeasured, "/none, where no folder can be made: No such file"):
            guard.measure(guard.STAGES[0], self.drivers)

    @unittest.skipUnless(shutil.which("valgrind"), "valgrind is missing")
    def test_it_fails(self):
        stage = guard.Stage("one", "failing", "", 1)
        path = f"{self.drivers}/failing_stage"
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho no such luck >&2\nexit 3\n")
        os.chmod(path, 0o755)
        with self.assertRaisesRegex(guard.Unmeasured, "no such luck"):
            guard.measure(stage, self.drivers)


if __name__ == "__main__":
    unittest.main()
