"""What other numbers of transfers and of workers than the defaults bring."""

import os

import bodies
import rounds
import tools
import transfers

JOBS = (16, 32, 64, 128, 256)


def variants(bench, lists, *, one_host):
    """-j with as many connections to a single host; -w around the number of CPUs."""
    cpus = len(os.sched_getaffinity(0))
    program = bench.programs.fanfetch
    ours = [tools.fanfetch(program, lists, "-j", str(jobs), *(("--per-host", str(jobs)) if one_host else ()),
                           name=f"-j {jobs}") for jobs in JOBS]
    one_for_all = transfers.FOR_ONE_HOST if one_host else ()
    return ours + [tools.fanfetch(program, lists, "-w", str(workers), *one_for_all, name=f"-w {workers}")
                   for workers in sorted({1, cpus, 2 * cpus})]


def defaults(bench):
    """Other numbers of transfers (-j) and workers (-w) than fanfetch's defaults, on one host and over TLS"""
    results = []
    for name, count, hosts in (("one host", bench.files or 10_000, 1), ("TLS", min(bench.files or 1000, 1000), 200)):
        files = bodies.Bodies(count, bench.bytes or 10_240)
        with transfers.served(bench, files, hosts=min(hosts, count), tls=hosts > 1) as (server, lists):
            results.append(rounds.compare(bench, f"defaults, {name}", f"{count:,} files, {name}",
                                          variants(bench, lists, one_host=hosts == 1), files.complaint, count,
                                          server=server))
    return results
