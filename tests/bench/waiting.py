"""Workloads in which a server takes its time, and what matters is how much is under way at once."""

import dataclasses
import datetime
import json

import bodies
import rounds
import servers
import tools
import transfers

DELAY = 0.2  # seconds that a response takes
PICTURES = 91  # as many as late_server.py lists
BYTES = 20_000


def latency(bench):
    """896 links of one host that answer after 0.2 s: 14 x 0.2 s with 64 at once"""
    files = bodies.Bodies(bench.files or 896, bench.bytes or BYTES)
    with servers.Late(f"{bench.work}/late", DELAY, files.size) as server:
        lists = f"{bench.work}/lists"
        bodies.write_lists(lists, (server.url(files.name(index)) for index in range(files.count)))
        compared = [tools.fanfetch(bench.programs.fanfetch, lists, *transfers.FOR_ONE_HOST),
                    tools.fanfetch(bench.programs.fanfetch, lists, name="fanfetch, defaults"),
                    *tools.rivals(lists, waits=True)]
        result = rounds.compare(bench, "latency", f"{files.count:,} links that answer after {DELAY} s", compared,
                                files.complaint, files.count, warm_up=False)
    least = -(-files.count // tools.JOBS) * DELAY
    for row in result.of_role("ours"):
        result.notes.append(f"{row.name}: {row.median('wall') / least:.3f} of {least:.1f} s")
    return [result]


def tutorial(bench):
    """The tutorial's 91 pictures at 0.2 s: fanfetch by default, and Python's three ways"""
    pictures = bodies.Pictures(PICTURES, bench.bytes or BYTES)
    with servers.Late(f"{bench.work}/late", DELAY, pictures.size) as server:
        base = server.url("")[:-1]
        compared = [tools.fanfetch_gallery(bench.programs.fanfetch, base)]
        compared += [tools.python(way, base) for way in ("serial", "threads", "processes")]
        result = rounds.compare(bench, "tutorial", f"{PICTURES} pictures of a gallery at {DELAY} s", compared,
                                pictures.complaint, PICTURES, warm_up=False)
    ours, one_by_one, *others = result.rows
    if one_by_one.wall:
        result.notes += [f"{row.name}: {result.ratio(one_by_one, row, 'wall'):.1f} times as fast as one by one"
                         for row in (ours, *others) if row.wall]
    return [result]


def seconds_until_fast(results, launched, slow):
    """Seconds from `launched` until the last link that is not of the host `slow` was saved."""
    last = launched
    with open(results, encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if f"//{slow}:" not in record["url"]:
                begun = datetime.datetime.fromisoformat(record["started_at"]).timestamp()
                last = max(last, begun + record["duration_ms"] / 1000)
    return last - launched


def slow(bench):
    """48 links of a host that takes 2 s, first in a list of 5,000 of 50 fast hosts"""
    files, slow_files, slow_host = bodies.Bodies(5000, 10_240), 48, "127.200.0.1"
    with transfers.served(bench, files, hosts=50) as (server, fast), \
            servers.Late(f"{bench.work}/late", 2, 10_240, many_hosts=True) as late:
        with open(f"{fast}/{bodies.LIST}", encoding="ascii") as file:
            links = file.read().splitlines()
        late_links = [late.url(f"f{files.count + index}.bin", slow_host) for index in range(slow_files)]
        sorted_list, shuffled = f"{bench.work}/sorted", f"{bench.work}/shuffled"
        bodies.write_lists(sorted_list, late_links + links)
        mixed = late_links + links
        bench.random.shuffle(mixed)
        bodies.write_lists(shuffled, mixed)
        every = bodies.Bodies(files.count + slow_files, files.size)
        program, results = bench.programs.fanfetch, f"{bench.work}/results"
        compared = [dataclasses.replace(tools.fanfetch(program, lists, "--results", results, name=name), check=check)
                    for name, lists, check in (("without the slow host", fast, files.complaint),
                                               ("sorted by host", sorted_list, every.complaint),
                                               ("shuffled", shuffled, every.complaint))]
        return [rounds.compare(bench, "slow", "Until 5,000 files of 50 fast hosts are there, beside a slow one",
                               compared, every.complaint, files.count, server=server,
                               wall_of=lambda run: seconds_until_fast(results, run.launched, slow_host))]
