"""What is compared, each at its best settings: those that were quickest where several were tried.

What was seen is said beside each setting (Debian 12's versions, two CPUs, CPU of the tool itself). None of
them reads a configuration: HOME is an empty folder.
"""

import dataclasses
import os
import shutil
import sys

import bodies

HERE = os.path.dirname(os.path.abspath(__file__))
JOBS = 64  # transfers at once: fanfetch's default, and so what all get


@dataclasses.dataclass(frozen=True)
class Tool:
    name: str
    command: tuple
    role: str = "ours"  # or part, build, rival, limit, python: what it is compared as
    check: object = None  # of what it saved, in place of the workload's
    company: object = None  # takes the run's folder: a context manager around each run; its CPU does not count


def fanfetch(program, lists, *options, name="fanfetch"):
    """Every default is on but for progress: the ledger, hashes, syncs, checks, atomic names, 64 at once."""
    return Tool(name, (program, "--no-config", "--allow-private", "--progress", "none", "-o", ".", *options,
                       f"{lists}/{bodies.LIST}"))


def fanfetch_gallery(program, base):
    """The tutorial's job with every default."""
    return Tool("fanfetch", (program, "imgur", "--no-config", "--allow-private", "--progress", "none", "-o", ".",
                             "--api-base", base))


def curl(lists, authority=None):
    # --parallel-immediate: no gain. 32 at once: 0.9 to 1.1 of the CPU of 64; 16 and 8: more.
    # Debian's curl reads the bundle of all authorities for each connection, unless --cacert names
    # another file; it still looks into the system's folder, one file an authority. 0.07 of the CPU.
    trust = ("--cacert", authority) if authority else ()
    return Tool("curl -Z", ("curl", "-s", "-Z", "--parallel-max", str(JOBS), *trust, "-K", f"{lists}/curl.cfg"),
                "rival")


def wget2(lists, threads=JOBS):
    # Without HTTP/2, robots, HSTS, HPKP, OCSP, cookies, its databases; with --tls-resume, with
    # --chunk-size for big files: no gain.
    return Tool("wget2" if threads == JOBS else f"wget2, {threads} threads",
                ("wget2", "-q", f"--max-threads={threads}", "-i", f"{lists}/{bodies.LIST}"), "rival")


def aria2(lists, *options):
    # --deferred-input and no list of results make it 0.6 of the CPU of its defaults: it then does not
    # hold all links. -s 1, --file-allocation=none, --async-dns=false: no gain. -x 16: no gain with
    # small files, 1.2 of the CPU with big ones. Pipelining: opens a connection for each file.
    # --ca-certificate: the same as the system's.
    return Tool("aria2", ("aria2c", "-q", "-j", str(JOBS), "--deferred-input=true", "--max-download-result=0",
                          "--auto-save-interval=0", *options, "-i", f"{lists}/{bodies.LIST}"), "rival")


def rivals(lists, *, authority=None, waits=False, hosts_return=True):
    """Those that are installed.

    wget2's threads get in each other's way: where nothing waits, 8 of them take down to 0.5 of the CPU
    of 64, so both are measured. Where no host returns, aria2 would keep all connections until it has
    no descriptors left.
    """
    all_of_them = [curl(lists, authority), wget2(lists), *([] if waits else [wget2(lists, 8)]),
                   aria2(lists, *([] if hosts_return else ["--enable-http-keep-alive=false"]))]
    return [tool for tool in all_of_them if shutil.which(tool.command[0])]


def limit(program, lists):
    """limit_client.cc: what a client costs that does nothing but ask and write. None where it is not built."""
    if program is None:
        return []
    return [Tool("limit", (program, f"{lists}/{bodies.LIST}", ".", str(JOBS)), "limit")]


def python(way, base):
    """One of python_way.py's ways to load the gallery at `base`."""
    name = {"serial": "Python, one by one", "threads": "Python, 8 threads", "processes": "Python, 8 processes"}[way]
    return Tool(name, (sys.executable, "-B", f"{HERE}/python_way.py", way, base), "python")
