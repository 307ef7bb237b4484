"""Reads the built programs: what meson.build asks of the compiler and the linker is in them.
Usage: hardening_test.py BUILD_FOLDER FORTIFY_PROBE PROGRAM…"""

import glob
import platform
import re
import signal
import subprocess
import sys
import unittest

BUILD, PROBE = sys.argv[1:3]
PROGRAMS = sys.argv[3:]


def readelf(path, *options):
    return subprocess.run(["readelf", "--wide", *options, path], check=True, text=True, stdout=subprocess.PIPE).stdout


class ProgramTest(unittest.TestCase):
    """REQUIRES: `path`, which load_tests() sets."""

    def __init__(self, name, path=None):
        super().__init__(name)
        self.path = path

    def shortDescription(self):
        return self.path

    def called(self):
        """The functions of libraries that it calls, without their versions."""
        return set(re.findall(r" UND (\w+)", readelf(self.path, "--dyn-syms")))

    def test_the_kernel_places_it_anywhere(self):
        self.assertRegex(readelf(self.path, "--file-header"), r"Type: +DYN ")
        self.assertRegex(readelf(self.path, "--dynamic"), r"\(FLAGS_1\).*\bPIE\b")

    def test_pointers_to_functions_of_libraries_are_read_only(self):
        self.assertIn("GNU_RELRO", readelf(self.path, "--segments"))
        self.assertRegex(readelf(self.path, "--dynamic"), r"\(FLAGS_1\).*\bNOW\b")  # all bound at the start

    def test_no_memory_is_both_written_and_run(self):
        segments = readelf(self.path, "--segments")
        (stack,) = re.findall(r"GNU_STACK .* ([R ][W ][E ]) 0x", segments)
        self.assertEqual(stack, "RW ")
        self.assertNotRegex(segments, r" RWE ")

    def test_buffers_on_the_stack_are_guarded(self):
        self.assertIn("__stack_chk_fail", self.called())

    @unittest.skipUnless(platform.machine() == "x86_64", "x86's")
    def test_a_large_frame_touches_each_page_of_the_stack(self):
        with open(self.path, "rb") as program:
            self.assertIn(bytes.fromhex("48830c2400"), program.read())  # orq $0, (%rsp): a page is probed

    def test_it_looks_for_libraries_in_no_folder_of_its_own(self):
        self.assertNotRegex(readelf(self.path, "--dynamic"), r"\((RPATH|RUNPATH)\)")


class CompilerTest(unittest.TestCase):
    def test_the_c_library_checks_lengths(self):
        def end(argument):
            return subprocess.run([PROBE, argument], capture_output=True, text=True)
        self.assertEqual(end("8 bytes.").returncode, 0)
        overflown = end("more than 8 bytes, and more than malloc() rounds them up to")
        self.assertEqual(overflown.returncode, -signal.SIGABRT)
        self.assertIn("buffer overflow detected", overflown.stderr)

    @unittest.skipUnless(platform.machine() == "x86_64", "x86's")
    def test_jumps_and_returns_are_checked_where_the_processor_does(self):
        # Of objects: a program is marked only if the C library's start code is, too. Debian 12's is not.
        objects = [path for part in ("common", "coordinator", "worker")
                   for path in glob.glob(f"{BUILD}/{part}/**/*.cc.o", recursive=True)]
        self.assertTrue(objects)
        unmarked = [path for path in objects if not re.search("x86 feature: IBT, SHSTK", readelf(path, "--notes"))]
        self.assertEqual(unmarked, [])


def load_tests(loader, tests, pattern):
    suite = unittest.TestSuite(loader.loadTestsFromTestCase(CompilerTest))
    for path in PROGRAMS:
        suite.addTests(ProgramTest(name, path) for name in loader.getTestCaseNames(ProgramTest))
    return suite


if __name__ == "__main__":
    if not PROGRAMS:
        sys.exit(__doc__)
    unittest.main(argv=sys.argv[:1])
