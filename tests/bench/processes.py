"""Runs one program and measures all processes that come of it."""

import ctypes
import dataclasses
import os
import select
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
SAMPLE_SECONDS = 0.1


@dataclasses.dataclass
class Run:
    """What a run took: seconds of the clock, CPU seconds of its whole tree, and the most memory seen."""

    wall: float
    cpu: float
    own_cpu: float  # of the first process alone, in steps of the kernel's clock tick
    pss: int  # bytes, the proportional set size of the whole tree at its highest; 0 where nobody looked
    status: int | None  # the exit status, -N for signal N; None where the time limit ended it
    errors: str  # the end of what it wrote to stderr
    launched: float  # when it began, in seconds since 1970


def adopt_orphans():
    """Makes this process the parent of orphans below it, so that their CPU time can be had, too."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def fields(stat):
    """The fields of /proc/PID/stat from the third one on: state, parent, group, session…"""
    return stat.rpartition(")")[2].split()  # the name, in brackets, may hold anything


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        user, system = fields(stat.read())[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def processes_of(session):
    """The processes of a session. A tool starts in one of its own and none of those measured here leaves it."""
    found = []
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                if int(fields(stat.read())[3]) == session:
                    found.append(int(entry))
        except OSError:
            pass  # it ended
    return found


def memory_of(session):
    """Bytes that a session's processes take together: pages that several of them map count once."""
    total = 0
    for pid in processes_of(session):
        try:
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
                total += next((int(line.split()[1]) for line in rollup if line.startswith("Pss:")), 0)
        except PermissionError as hidden:
            raise SystemExit(f"{hidden}: workers hide their memory from all but root, who can measure it") from hidden
        except OSError:
            pass  # it ended, or is about to
    return total * 1024


def end_session(session):
    """Kills what is left of a session and returns the CPU seconds of the orphans among it."""
    cpu = 0.0
    for pid in processes_of(session):
        try:
            os.kill(pid, signal.SIGKILL)
            usage = os.wait4(pid, 0)[2]
            cpu += usage.ru_utime + usage.ru_stime
        except (ChildProcessError, ProcessLookupError):
            pass
    return cpu


def ended(pidfd, seconds):
    """Whether a process has ended, waiting for it for so long; None: until it has."""
    return bool(select.select([pidfd], [], [], seconds)[0])


def run(command, folder, scratch, *, environment, limit, look_at_memory=False, interrupt_after=None):
    """Runs `command` in `folder` to its end, or to `limit` seconds.

    Looking at memory costs the tool time (the kernel locks what it counts), so a round that looks is
    not one that is timed. `interrupt_after` sends SIGINT after so many seconds. `scratch` is a file
    for its stderr. A run's time ends with its first process; CPU of the others counts all the same.
    """
    most = 0
    interrupted = False
    with open(scratch, "wb") as errors:
        launched, start = time.time(), time.monotonic()
        child = subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
    pidfd = os.pidfd_open(child.pid)
    try:
        while not ended(pidfd, 0) and (now := time.monotonic() - start) < limit:
            if look_at_memory:
                most = max(most, memory_of(child.pid))
            if interrupt_after is not None and not interrupted and now >= interrupt_after:
                child.send_signal(signal.SIGINT)
                interrupted = True
            next_look = now + SAMPLE_SECONDS if look_at_memory else limit
            next_signal = limit if interrupt_after is None or interrupted else interrupt_after
            ended(pidfd, max(min(next_look, next_signal, limit) - now, 0))
        in_time = ended(pidfd, 0)
    finally:
        if not ended(pidfd, 0):  # too late, or whoever runs this interrupts it
            child.kill()
        ended(pidfd, None)
        wall = time.monotonic() - start
        own_cpu = cpu_of(child.pid)  # a process that nobody has waited for yet still has its times
        _, status, usage = os.wait4(child.pid, 0)
        cpu = usage.ru_utime + usage.ru_stime + end_session(child.pid)
        os.close(pidfd)
    child.returncode = os.waitstatus_to_exitcode(status)
    with open(scratch, "rb") as errors:
        text = errors.read()[-2000:].decode(errors="replace").strip()
    return Run(wall, cpu, own_cpu, most, child.returncode if in_time else None, text, launched)
