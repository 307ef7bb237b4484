"""Completion scripts, asked in the shells that they are for.
Usage: completions_test.py FANFETCH BASH ZSH FISH   shells that are not installed are left out"""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

FANFETCH, BASH, ZSH, FISH = map(os.path.abspath, sys.argv[1:5])
MOST = 30  # seconds


class Terminal:
    """A shell on a pseudo terminal."""

    def __init__(self, command, folder, environment):
        self.pid, self.descriptor = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, environment)
        self.output = ""

    def send(self, text):
        os.write(self.descriptor, text.encode())

    def wait_for(self, pattern):
        """What it printed up to the pattern; its match."""
        until = time.monotonic() + MOST
        while True:
            found = re.search(pattern, self.output, re.DOTALL)
            if found:
                self.output = self.output[found.end():]
                return found
            left = until - time.monotonic()
            if left < 0 or not select.select([self.descriptor], [], [], left)[0]:
                raise AssertionError(f"no {pattern!r} in {self.output!r}")
            self.output += os.read(self.descriptor, 4096).decode(errors="replace")

    def close(self):
        os.close(self.descriptor)
        os.waitpid(self.pid, 0)


class CompletionsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        os.makedirs(cls.folder + "/bin")
        os.symlink(FANFETCH, cls.folder + "/bin/fanfetch")
        cls.environment = {"PATH": cls.folder + "/bin:/usr/bin:/bin", "HOME": cls.folder, "TERM": "dumb", "LC_ALL": "C.UTF-8",
                           "XDG_CONFIG_HOME": cls.folder}
        # A run over two hosts; what it asks for is not there.
        with open(cls.folder + "/list.txt", "w") as links:
            links.write("http://127.0.0.1:1/a.jpg\nhttp://127.0.0.2:1/b.jpg\n")
        subprocess.run([FANFETCH, "-q", "--allow-private", "--retries", "0", "list.txt"], cwd=cls.folder,
                       env=cls.environment, capture_output=True, check=False)

    def hosts(self):
        return {"127.0.0.1", "127.0.0.2"}

    def check(self, complete):
        """complete(line) → the words that the shell offers for its end."""
        self.assertTrue({"status", "verify", "export", "set", "help"} <= complete("fanfetch "))
        self.assertEqual(complete("fanfetch ver"), {"verify", "version"})
        self.assertTrue({"--per-host", "--pages", "--proxy", "--progress"} <= complete("fanfetch --p"))
        self.assertEqual(complete("fanfetch --progress "), {"auto", "bar", "plain", "none"})
        self.assertTrue({"http_4xx", "dns", "crashed_worker", "all"} <= complete("fanfetch --retry-failed "))
        self.assertTrue({"--by-host", "--json", "--ledger"} <= complete("fanfetch status downloads --"))
        self.assertNotIn("--jobs", complete("fanfetch status downloads --"))
        self.assertIn("downloads", {word.rstrip("/") for word in complete("fanfetch status d")})
        self.assertEqual({word.split(",")[-1] for word in complete("fanfetch export downloads --host ")}, self.hosts())

    def test_bash_says_the_same_without_a_terminal(self):
        def complete(line):
            words = line.split(" ")
            script = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; ' \
                     '_fanfetch fanfetch "${COMP_WORDS[COMP_CWORD]}"; printf "%s\\n" "${COMPREPLY[@]}"'
            end = subprocess.run(["bash", "--norc", "-c", script, "bash", BASH, *words], cwd=self.folder, text=True,
                                 env=self.environment, capture_output=True, timeout=MOST)
            self.assertEqual(end.stderr, "")
            return set(end.stdout.split())
        self.check(complete)
        self.assertEqual(complete("fanfetch --sandbox = re"), {"require"})
        self.assertEqual(complete("fanfetch export downloads --class dns,http_4"), {"dns,http_4xx"})
        self.assertEqual(complete("fanfetch set downloads j"), {"jobs="})
        self.assertEqual(complete("fanfetch set downloads host."), {f"host.{host}=" for host in self.hosts()} | {"host."})
        self.assertIn("list.txt", complete("fanfetch -i "))
        self.assertEqual(complete("fanfetch help st"), {"status", "stop"})

    def test_bash_on_a_terminal(self):
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], self.folder, self.environment)
        try:
            shell.send(f"source {BASH}; bind 'set enable-bracketed-paste off'; shown() {{ printf '<%s>' \"$@\"; echo; }}; PS1='ready$ '\n")
            shell.wait_for(r"\nready\$ |\rready\$ ")
            for typed, word in (("fanfetch exp\t", "export"), ("fanfetch --sandbox=req\t", "--sandbox=require"),
                                ("fanfetch export downloads --class=http_4\t", "--class=http_4xx"),
                                ("fanfetch -i li\t", "list.txt")):
                # The line is not run but shown: its first word becomes another one.
                shell.send(typed + "\x01shown \n")
                self.assertIn(f"<{word}>", shell.wait_for(r"(<fanfetch>[^\r\n]*)").group(1))
        finally:
            shell.send("\x15exit\n")
            shell.close()

    @unittest.skipUnless(shutil.which("fish"), "there is no fish")
    def test_fish(self):
        def complete(line):
            end = subprocess.run(["fish", "--no-config", "-c", f"source {FISH}; complete -C '{line}'"], text=True,
                                 cwd=self.folder, env=self.environment, capture_output=True, timeout=MOST)
            self.assertEqual(end.stderr, "")
            return {row.split("\t")[0] for row in end.stdout.splitlines()}
        self.check(complete)
        self.assertIn("dns,http_4xx", complete("fanfetch export downloads --class dns,"))
        self.assertIn("jobs=", complete("fanfetch set downloads "))
        self.assertIn("host.127.0.0.1=", complete("fanfetch set downloads host."))

    @unittest.skipUnless(shutil.which("zsh"), "there is no zsh")
    def test_zsh(self):
        setup = f"""
            PS1='ready$ '; fpath=({os.path.dirname(ZSH)} $fpath); autoload -Uz compinit; compinit -u -d {self.folder}/dump
            zstyle ':completion:*' list-grouped no; zstyle ':completion:*' verbose no; zstyle ':completion:*:default' list-prompt ''
            LISTMAX=10000; COLUMNS=400; setopt no_list_ambiguous no_auto_menu; zle_highlight=(none)
            list() {{ compadd() {{
              local -a found; builtin compadd -O found "$@"; print -r -- "<${{(j:> <:)found}}>" >> {self.folder}/found
              builtin compadd "$@" }}; zle list-choices; unfunction compadd; print done >> {self.folder}/found }}
            zle -N list; bindkey '^T' list; unset zle_bracketed_paste
        """
        with open(self.folder + "/.zshrc", "w") as file:
            file.write(setup)
        shell = Terminal(["zsh", "-i"], self.folder, {**self.environment, "ZDOTDIR": self.folder})

        def complete(line):
            path = self.folder + "/found"
            open(path, "w").close()
            shell.send("\x15" + line + "\x14")
            until = time.monotonic() + MOST
            while True:
                with open(path) as file:
                    text = file.read()
                if text.endswith("done\n"):
                    return {word for word in re.findall(r"<([^<>]+)>", text)}
                self.assertLess(time.monotonic(), until, text)
                select.select([shell.descriptor], [], [], 0.05)[0] and os.read(shell.descriptor, 4096)
        try:
            shell.wait_for(r"ready\$ ")
            self.check(lambda line: {word.split(":")[0].rstrip("=") for word in complete(line)})
            self.assertIn("jobs=", complete("fanfetch set downloads "))
        finally:
            shell.send("\x15exit\n")
            shell.close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
