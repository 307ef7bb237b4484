"""Runs every example of README, of the guide and of the page on configuration files, and compares what it prints with what they show.
Usage: documents_test.py BUILD DOCUMENT…     (SHOW=1 in the environment prints what each example printed)

An example is a block of lines (indented in README, between ``` in manual pages) in which a line begins with `$ `: a
command, and the last lines that it prints. The examples of a section share a folder. What differs from run to run,
such as times and speeds, is left out of the comparison. `$ cat FILE` with lines that FILE does not hold yet makes
the file. Hosts are those of example_internet.py; /etc and /var/lib are folders of the test; systemctl, gallery-dl
and the proxy are stand-ins."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import bar_picture
import example_internet

BUILD, *DOCUMENTS = map(os.path.abspath, sys.argv[1:])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOST = 60  # seconds for a command
# Commands that build or test the whole project, or need what no test has: REASON is for the reader.
NOT_RUN = {"scripts/test": "it runs this test"}

VARIES = [
    (r"\d+(\.\d+)?( ?[KMGT]iB|)/s\b", "SPEED"),
    (r"\b(\d+h ?)?(\d+m ?)?\d+(\.\d+)?s\b", "TIME"),
    (r"\b\d+(\.\d+)? ms\b", "TIME"),
    (r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?", "DATE"),
    (r"\bpid \d+", "pid N"),
]

SYSTEMCTL = """#!/bin/bash
# Runs what the unit says that systemd should, for `start fanfetch@NAME`.
case $1 in
  start) name=${2#*@} ;;
  enable) [ -e "$TIMER" ]; exit ;;
  *) exit 2 ;;
esac
export STATE_DIRECTORY=$PLACE/var/lib/fanfetch/$name CREDENTIALS_DIRECTORY=$PLACE/credentials
mkdir -p "$STATE_DIRECTORY" "$CREDENTIALS_DIRECTORY"
cp "$PLACE/etc/fanfetch/$name.client-id" "$CREDENTIALS_DIRECTORY/imgur-client-id"
line=$(sed -n 's/^ExecStart=[^ ]*fanfetch //p' "$UNIT" | sed "s|%i|$name|g; s|/etc/|$PLACE/etc/|g")
unset IMGUR_CLIENT_ID
eval "fanfetch $line" 2>"$PLACE/log" || { cat "$PLACE/log"; exit 1; }
"""
GALLERY_DL = """#!/bin/sh
for picture in 1 2 3 4; do echo "https://img.example.net/$picture.jpg"; done
"""


class Example:
    def __init__(self, command):
        self.command = command
        self.lines = []


def sections(document):
    """[(heading, [Example])] of those that have examples."""
    heading, examples, fenced, found = "", [], False, []
    with open(document) as file:
        lines = file.read().splitlines()
    for line in lines:
        if line.startswith("```"):
            fenced = not fenced
            continue
        indented = document.endswith(".md") and line.startswith("    ")
        if not fenced and not indented:
            # A block ends, and what stands below is no output.
            if examples and examples[-1] is not None:
                examples.append(None)
            if re.match("#+ ", line):
                found.append((heading, examples))
                heading, examples = line.lstrip("# "), []
            continue
        text = line[4:] if indented else line
        if text.startswith("$ "):
            examples.append(Example(text[2:]))
        elif examples and examples[-1] is not None:
            examples[-1].lines.append(text)
    found.append((heading, examples))
    return [(name, [one for one in examples if one]) for name, examples in found if any(examples)]


def steady(text):
    for pattern, name in VARIES:
        text = re.sub(pattern, name, text)
    return [re.sub(r" +", " ", line).rstrip() for line in text.splitlines()]


class Place:
    """A folder in which the examples of a section are run."""

    def __init__(self, internet):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "srv/pictures")
        self.internet = internet
        self.background = []
        for name in ("srv/pictures/scripts", "bin", "etc/cron.d", "var/lib/prometheus/node-exporter", "home"):
            os.makedirs(os.path.join(self.folder.name, name))
        self._make_programs()
        self.environment = {
            "PATH": self.at("bin") + ":/usr/bin:/bin", "HOME": self.at("home"), "LC_ALL": "C.UTF-8", "PLACE": self.folder.name,
            "http_proxy": internet.proxy, "https_proxy": internet.proxy, "no_proxy": "127.0.0.1",
            "SSL_CERT_FILE": internet.certificate,
            "UNIT": os.path.join(BUILD, "scripts/systemd/fanfetch@.service"),
            "TIMER": os.path.join(ROOT, "scripts/systemd/fanfetch@.timer")}

    def at(self, path):
        return os.path.join(self.folder.name, path)

    def _make_programs(self):
        os.symlink(os.path.join(BUILD, "coordinator/fanfetch"), self.at("bin/fanfetch"))
        for name, text in {"bin/systemctl": SYSTEMCTL, "bin/gallery-dl": GALLERY_DL,
                           "srv/pictures/scripts/build": "#!/bin/sh\n"}.items():
            with open(self.at(name), "w") as program:
                program.write(text)
            os.chmod(self.at(name), 0o755)
        shutil.copy(os.path.join(ROOT, "scripts/run"), self.at("srv/pictures/scripts/run"))
        os.makedirs(self.at("srv/pictures/build"))
        os.symlink(BUILD, self.at("srv/pictures/build/release"))
        shutil.copy(self.internet.certificate, self.at("srv/pictures/company.pem"))

    def placed(self, text):
        """With this folder's paths in place of the machine's, and the real proxy."""
        text = text.replace("http://proxy.example.org:3128", self.internet.proxy)
        return re.sub(r"(?<![\w.])(/etc/|/var/lib/|/srv/)", self.folder.name + r"\1", text)

    def run(self, example):
        command = self.placed(example.command)
        if command.startswith("export "):
            name, value = command[len("export "):].split("=", 1)
            self.environment[name] = value
            return ""
        if command.startswith("cat ") and self._make_file(command[len("cat "):], example.lines):
            return "\n".join(example.lines)
        if command.endswith(" &"):
            self._start(command[:-2])
            return ""
        process = subprocess.Popen(["bash", "-c", command], cwd=self.path, env=self.environment, text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   start_new_session=True)
        try:
            output, _ = process.communicate(timeout=MOST)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            raise AssertionError(f"`{command}` goes on and on: {output}") from None
        return output.replace(self.folder.name, "").replace(self.internet.proxy, "http://proxy.example.org:3128")

    def _make_file(self, path, lines):
        """Whether the example shows a file that is to be there. One of cron is obeyed at once."""
        path = os.path.join(self.path, path)
        text = "".join(line + "\n" for line in lines)
        if os.path.exists(path):
            with open(path) as file:
                if file.read() == text:
                    return False
        with open(path, "w") as file:
            file.write(text)
        if "/cron.d/" in path:
            for line in lines:
                job = Example(line.split(maxsplit=6)[6])
                output = self.run(job)
                assert output == "", f"cron would send a mail: {output}"
        return True

    def _start(self, command):
        self.background.append(subprocess.Popen(["bash", "-c", "exec " + command], cwd=self.path, env=self.environment,
                                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                                stderr=subprocess.DEVNULL))
        until = time.monotonic() + MOST
        while not os.path.exists(os.path.join(self.path, "downloads/.fanfetch/control")):
            assert time.monotonic() < until, f"`{command}` does not listen"
            time.sleep(0.01)

    def close(self):
        """Ends what is left of the background. Returns whether anything was."""
        left = [process for process in self.background if process.poll() is None]
        for process in left:
            process.kill()
            process.wait()
        self.folder.cleanup()
        return bool(left)


class DocumentsTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.internet = example_internet.Internet(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.internet.close()
        cls.folder.cleanup()

    def test_examples_print_what_is_shown(self):
        for document in DOCUMENTS:
            found = sections(document)
            self.assertTrue(found, document)
            for heading, examples in found:
                with self.subTest(document=os.path.basename(document), section=heading):
                    self.check(examples)

    def test_the_picture_of_the_bar_is_what_a_terminal_gets(self):
        lines = bar_picture.screen(bar_picture.capture(BUILD, self.internet))
        self.assertEqual(bar_picture.shape(bar_picture.shown()), bar_picture.shape(lines))

    def check(self, examples):
        place = Place(self.internet)
        try:
            for example in examples:
                command = example.command.split("  #")[0].rstrip()
                if command in NOT_RUN:
                    continue
                example.command = command
                output = place.run(example)
                if os.environ.get("SHOW"):
                    print(f"$ {command}\n{output}", end="")
                shown = steady("\n".join(example.lines))
                self.assertEqual(steady(output)[-len(shown):] if shown else [], shown, f"$ {command}\n{output}")
                if not shown:
                    self.assertEqual(output if command.startswith("fanfetch") else "", "", f"$ {command}")
        finally:
            place.close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
