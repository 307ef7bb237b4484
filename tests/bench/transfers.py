"""Workloads that compare tools over files of nginx: one host, many hosts, TLS, a real disk."""

import contextlib
import dataclasses
import os
import shutil

import bodies
import context
import rounds
import servers
import tools
import trust

FOR_ONE_HOST = ("--per-host", str(tools.JOBS))  # as the rivals do: they know no limit for each host


def need_room(folder, files):
    """Files on tmpfs are there twice: where nginx has them, and where a tool saves them."""
    need, free = 2 * files.count * (files.size + 4096), shutil.disk_usage(folder).free
    if free < need:
        raise context.NotMeasured(f"{os.path.dirname(folder)} has {free / 1e9:.2f} GB free of {need / 1e9:.2f} GB; "
                                  "choose fewer --files")


@contextlib.contextmanager
def served(bench, files, *, hosts=1, tls=False, directives=""):
    """nginx with `files` over so many hosts, in long runs of one host, and the lists of their links."""
    lists, www = f"{bench.work}/lists", f"{bench.memory}/www"
    need_room(bench.memory, files)
    addresses = [servers.host(index) for index in range(hosts)] if hosts > 1 else ["127.0.0.1"]
    if tls and bench.authority is None:
        bench.authority = trust.Authority(f"{bench.work}/authority")
    try:
        files.write(www)
        with servers.Nginx(f"{bench.work}/nginx", www, addresses, authority=bench.authority if tls else None,
                           directives=directives) as server:
            bodies.write_lists(lists, (server.url(files.name(index), addresses[index * hosts // files.count])
                                       for index in range(files.count)))
            yield server, lists
    finally:
        shutil.rmtree(www)


def size_words(size):
    for unit, bytes_ in (("MB", 1_000_000), ("KB", 1024), ("KB", 1000)):
        if size >= bytes_ and size % bytes_ == 0:
            return f"{size // bytes_} {unit}"
    return f"{size} bytes"


def beside(bench, lists, others, *options):
    """fanfetch, and either the others or another build of it."""
    ours = tools.fanfetch(bench.programs.fanfetch, lists, *options)
    if bench.against is None:
        return [ours, *others]
    return [ours, dataclasses.replace(tools.fanfetch(bench.against, lists, *options, name="the other build"),
                                      role="build")]


def one_host(bench, name, count, size, *, without_hash=False, out=None):
    files = bodies.Bodies(count, size)
    with served(bench, files) as (server, lists):
        others = tools.rivals(lists) + tools.limit(bench.programs.limit_client, lists)
        if without_hash:
            others.insert(0, tools.fanfetch(bench.programs.fanfetch, lists, *FOR_ONE_HOST, "--hash", "none",
                                            name="fanfetch, no hash"))
        title = f"{count:,} files of {size_words(size)} from one host" + (", to a disk" if out else "")
        return [rounds.compare(bench, name, title, beside(bench, lists, others, *FOR_ONE_HOST), files.complaint, count,
                               server=server, out=out)]


def small(bench):
    """10,000 files of 10 KB from one host"""
    return one_host(bench, "small", bench.files or 10_000, bench.bytes or 10_240)


def medium(bench):
    """3,000 files of 100 KB, with and without the hash"""
    return one_host(bench, "medium", bench.files or 3000, bench.bytes or 102_400, without_hash=True)


def big(bench):
    """20 files of 100 MB"""
    return one_host(bench, "big", bench.files or 20, bench.bytes or 100_000_000, without_hash=True)


def tiny(bench):
    """200,000 files of 1 KB"""
    return one_host(bench, "tiny", bench.files or 200_000, bench.bytes or 1024)


def many_hosts(bench, name, count, hosts, *, tls=False):
    files = bodies.Bodies(bench.files or count, bench.bytes or 10_240)
    hosts = min(hosts, files.count)
    with served(bench, files, hosts=hosts, tls=tls) as (server, lists):
        others = tools.rivals(lists, authority=bench.authority.file if tls else None, hosts_return=hosts < files.count)
        others += [] if tls else tools.limit(bench.programs.limit_client, lists)
        title = f"{files.count:,} files on {hosts:,} hosts" + (" over TLS" if tls else "")
        return [rounds.compare(bench, name, title, beside(bench, lists, others), files.complaint, files.count,
                               server=server)]


def tls(bench):
    """1,000 files on 200 hosts over TLS, certificates verified"""
    return many_hosts(bench, "tls", 1000, 200, tls=True)


def hosts(bench):
    """20,000 files on as many hosts"""
    return many_hosts(bench, "hosts", 20_000, bench.files or 20_000)


def disk(bench):
    """The first workload on a real disk: fanfetch syncs what it calls saved, the others do not"""
    return one_host(bench, "disk", bench.files or 10_000, bench.bytes or 10_240, out=f"{bench.disk}/out")


def scaling(bench):
    """One worker and two, on compressed bodies to decode and hash"""
    files = bodies.Bodies(bench.files or 48, bench.bytes or 8_000_000, compressed=True)
    with served(bench, files, directives="add_header Content-Encoding gzip;") as (server, lists):
        compared = [tools.fanfetch(bench.programs.fanfetch, lists, *FOR_ONE_HOST, "-w", workers,
                                   name=f"fanfetch -w {workers}") for workers in ("2", "1")]
        result = rounds.compare(bench, "scaling", f"{files.count:,} files, {size_words(files.size)} when decoded",
                                 compared, files.complaint, files.count, server=server)
    if len(result.of_role("ours")) == 2:
        two, one = result.rows
        result.notes.append(f"two workers do {result.ratio(one, two, 'wall'):.2f} times the work of one")
    return [result]
