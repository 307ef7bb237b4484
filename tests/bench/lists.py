"""Workloads of long lists: how soon it starts, how quickly it reads, what it holds in memory."""

import contextlib
import dataclasses
import shutil
import signal
import socket
import threading
import time

import bodies
import processes
import rounds
import servers
import tools

LONG = 10_000_000
WATCHED = 15  # seconds that a run over a long list is looked at


class Doorbell:
    """Tells when the first request of a run comes, and hangs up on all of them."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.socket.getsockname()[1]
        self.rang_at = None  # seconds since 1970; set to None before a run
        self.thread = threading.Thread(target=self._answer)
        self.thread.start()

    def _answer(self):
        with contextlib.suppress(OSError):  # which ends the thread, once the socket is shut down
            while True:
                visitor = self.socket.accept()[0]
                with visitor, contextlib.suppress(ConnectionError):
                    visitor.recv(1)
                    self.rang_at = self.rang_at or time.time()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.socket.close()


def write_list(folder, count, base):
    bodies.write_lists(folder, (f"{base}/f{index}.bin" for index in range(count)))


def run(bench, tool, **watch):
    """Runs a tool in an empty folder, which is empty again afterwards."""
    out = f"{bench.memory}/out"
    rounds.fresh_folder(out)
    done = processes.run(list(tool.command), out, f"{bench.work}/stderr", environment=bench.environment, **watch)
    rounds.fresh_folder(out)
    return done


def row_of(tool, done, role="part", **more):
    """A row of one run; a part of a workload is compared with nothing."""
    return rounds.Figures(tool.name, role, list(tool.command), cpu=[done.cpu], pss=done.pss, **more)


def first_requests(bench, lists, count):
    """Rows of the seconds from a launch to the first request: ours in each round, and the rivals' once,
    with the memory that a list takes them. They get 8 GB, lest the machine run out of it."""
    tool = tools.fanfetch(bench.programs.fanfetch, lists)
    ours = rounds.Figures("fanfetch, first request", "ours", list(tool.command))
    rows = [ours]
    with Doorbell() as bell:
        write_list(lists, count, f"http://127.0.0.1:{bell.port}")
        for _ in range(bench.rounds):
            bell.rang_at = None
            done = run(bench, tool, limit=bench.limit, interrupt_after=2)
            if bell.rang_at is None:
                ours.failed = f"no request within 2 s: {done.errors}"
                break
            ours.wall.append(bell.rang_at - done.launched)
        for rival in tools.rivals(lists, waits=True):
            bell.rang_at = None
            limited = dataclasses.replace(rival, name=f"{rival.name}, first request",
                                          command=("prlimit", f"--as={8 * 2**30}", *rival.command))
            done = run(bench, limited, limit=2 * WATCHED, look_at_memory=True, interrupt_after=WATCHED)
            rows.append(row_of(limited, done, "rival", failed=None if bell.rang_at else f"none within {WATCHED} s"))
            rows[-1].wall += [bell.rang_at - done.launched] if bell.rang_at else []
            rows[-1].cpu = []  # of how long it was watched
    return rows


def long(bench):
    """A list of 10 million lines: first request, lines a second, memory"""
    count, lists, program = bench.files or LONG, f"{bench.memory}/lists", bench.programs.fanfetch
    rows = first_requests(bench, lists, count)
    reading = tools.fanfetch(program, lists, "--reject-regex", ".", name="fanfetch, reading alone")
    done = run(bench, reading, limit=10 * bench.limit, look_at_memory=True)
    rows.append(row_of(reading, done, wall=[done.wall], extra={"lines/s": count / done.wall},
                       failed=None if done.status == 0 else f"exit status {done.status}: {done.errors}"))
    with servers.Nginx(f"{bench.work}/nginx", bench.work, ["127.0.0.1"], directives=bodies.Paths.DIRECTIVES) as server:
        write_list(lists, count, server.url("")[:-1])
        loading = tools.fanfetch(program, lists, name=f"fanfetch, {WATCHED} s of downloads")
        done = run(bench, loading, limit=10 * bench.limit, look_at_memory=True, interrupt_after=WATCHED)
    rows.append(row_of(loading, done, wall=[done.wall],
                       failed=None if done.status in (0, -signal.SIGINT) else f"exit status {done.status}"))
    shutil.rmtree(lists)
    return [rounds.Comparison("long", f"A list of {count:,} lines", count, rows)]


def refused(bench):
    """800,000 links to a server that refuses each: memory"""
    count, lists, rows = bench.files or 800_000, f"{bench.memory}/lists", []
    for status in (404, 403):
        with servers.Nginx(f"{bench.work}/nginx", bench.work, ["127.0.0.1"],
                           directives=f"location / {{ return {status}; }}") as server:
            write_list(lists, count, server.url("")[:-1])
            tool = tools.fanfetch(bench.programs.fanfetch, lists, name=f"status {status}")
            done = run(bench, tool, limit=10 * bench.limit, look_at_memory=True)
        rows.append(row_of(tool, done, wall=[done.wall],
                           failed=None if done.status == 1 else f"exit status {done.status}"))
    return [rounds.Comparison("refused", f"{count:,} links to a server that refuses each", count, rows)]
