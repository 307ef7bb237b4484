"""Programs that watch a run, each a context manager that begins before the run and ends after it."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import threading
import time
import urllib.request

LOOKS_EACH = 0.02  # seconds, for the run's control socket


class Watcher:
    """Waits in a thread until the run in `out` can be asked, and watches it then."""

    def __init__(self, program, out, environment):
        self.program, self.out, self.environment = program, out, environment
        self.ends = threading.Event()
        self.seen = 0  # bytes that it was told
        self.thread = threading.Thread(target=self._watch_when_it_runs)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ends.set()
        self.thread.join()

    def _watch_when_it_runs(self):
        while not os.path.exists(f"{self.out}/.fanfetch/control"):
            if self.ends.wait(LOOKS_EACH):
                return
        self.watch()

    def watch(self):
        raise NotImplementedError


class Top(Watcher):
    """`fanfetch top` on a terminal of 80×24."""

    def watch(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(self.program, [self.program, "top", self.out],
                      self.environment | {"TERM": "xterm-256color", "LINES": "24", "COLUMNS": "80"})
        try:
            while not self.ends.is_set():
                if select.select([terminal], [], [], 0.1)[0]:
                    self.seen += len(os.read(terminal, 65536))
        except OSError:
            pass  # it has ended with the run
        finally:
            os.close(terminal)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


class Dashboard(Watcher):
    """`fanfetch web` with one page open: what that listens to for news, as long as there are any."""

    def watch(self):
        server = subprocess.Popen([self.program, "web", self.out, "--listen", "127.0.0.1:0"], env=self.environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True)
        try:
            self.listen(server.stdout.readline().split()[-1])
        finally:
            server.terminate()
            server.wait()
            server.stdout.close()

    def listen(self, address):
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        with browser.open(address, timeout=10) as page:
            self.seen += len(page.read())
        base = address.partition("?")[0]
        while not self.ends.is_set():
            with contextlib.suppress(OSError), browser.open(f"{base}api/live", timeout=2) as news:
                while not self.ends.is_set():
                    line = news.readline()
                    if not line:
                        break
                    self.seen += len(line)
            self.ends.wait(LOOKS_EACH)
