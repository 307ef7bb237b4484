"""What a file costs as lists grow, and as their hosts do."""

import os
import shutil

import bodies
import processes
import rounds
import servers
import tools

LINKS = (10_000, 100_000, 1_000_000, 10_000_000)
MOST_FILES = 1_000_000  # tmpfs has no room for more, by the default number of its inodes
HOSTS = (1, 100, 10_000, 100_000)
HOURS = 2  # for one run


def ledger_bytes(out):
    folder = f"{out}/.fanfetch"
    return sum(os.path.getsize(f"{folder}/{name}") for name in os.listdir(folder) if name.startswith("ledger.sqlite"))


def one(bench, name, files, addresses, directives, *, missing):
    """One run's row. Figures of one run are enough: what is looked for is growth, not a per cent."""
    lists, out = f"{bench.memory}/lists", f"{bench.memory}/out"
    bench.say(f"growth: {name}", passing=True)
    rounds.fresh_folder(out)
    os.makedirs(lists, exist_ok=True)
    with servers.Nginx(f"{bench.work}/nginx", bench.work, addresses, directives=directives) as server:
        with open(f"{lists}/{bodies.LIST}", "w", encoding="ascii") as file:
            file.writelines(server.url(files.name(index), addresses[index * len(addresses) // files.count]) + "\n"
                            for index in range(files.count))
        tool = tools.fanfetch(bench.programs.fanfetch, lists, "--per-host", str(tools.JOBS))
        done = processes.run(list(tool.command), out, f"{bench.work}/stderr", environment=bench.environment,
                             limit=HOURS * 3600, look_at_memory=True)
    failed = None if missing else files.complaint(out)
    if done.status != (1 if missing else 0):
        failed = f"exit status {done.status}: {done.errors}"
    row = rounds.Figures(name, "part", list(tool.command), wall=[done.wall], cpu=[done.cpu], pss=done.pss,
                         failed=failed, files=files.count,
                         extra={"ledger bytes a file": ledger_bytes(out) / files.count})
    shutil.rmtree(out)
    return row


def growth(bench):
    """CPU, memory and ledger bytes a file from 10,000 to 10 million links, from 1 to 100,000 hosts"""
    most = bench.files or LINKS[-1]
    one_host = ["127.0.0.1"]
    rows = [one(bench, f"{count:,} files", bodies.Paths(count), one_host, bodies.Paths.DIRECTIVES, missing=False)
            for count in LINKS if count <= min(most, MOST_FILES)]
    rows += [one(bench, f"{count:,} links, status 404", bodies.Paths(count), one_host, "return 404;", missing=True)
             for count in LINKS if count <= most]
    count = min(most, HOSTS[-1])
    rows += [one(bench, f"{count:,} files of {hosts:,} hosts", bodies.Paths(count),
                 [servers.host(index) for index in range(hosts)] if hosts > 1 else one_host, bodies.Paths.DIRECTIVES,
                 missing=False) for hosts in HOSTS if hosts <= count]
    return [rounds.Comparison("growth", "What a file costs as lists and hosts grow", most, rows)]
