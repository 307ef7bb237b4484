"""Runs tools against each other: in shuffled rounds, every file checked, with medians and spreads."""

import contextlib
import dataclasses
import os
import shutil
from statistics import median

import processes


@dataclasses.dataclass
class Figures:
    """What one tool took in each timed round, and what it took of memory in the round before them."""

    name: str
    role: str
    command: list
    wall: list = dataclasses.field(default_factory=list)
    cpu: list = dataclasses.field(default_factory=list)
    own_cpu: list = dataclasses.field(default_factory=list)  # of the first process alone
    connections: list = dataclasses.field(default_factory=list)
    pss: int = 0
    failed: str | None = None  # why there are no figures
    files: int | None = None  # in place of the comparison's
    extra: dict = dataclasses.field(default_factory=dict)  # other figures: what they are → number

    def median(self, what):
        return median(getattr(self, what))


@dataclasses.dataclass
class Comparison:
    """A workload's rows. Costs are shown for each of its `files`."""

    name: str
    title: str
    files: int
    rows: list
    notes: list = dataclasses.field(default_factory=list)

    def of_role(self, role, what="wall"):
        """Its rows that have such a figure."""
        return [row for row in self.rows if row.role == role and row.failed is None and getattr(row, what)]

    def failures(self):
        """Its rows of fanfetch that have no figures."""
        return [row for row in self.rows if row.role in ("ours", "part") and row.failed is not None]

    def ratio(self, row, other, what):
        """The median of `row` to `other`, round by round: they were neighbours, whatever else the
        machine did in that round."""
        return median(self.ratios(row, other, what))

    def ratios(self, row, other, what):
        return [a / b for a, b in zip(getattr(row, what), getattr(other, what))]


def fresh_folder(path):
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)


def one_run(bench, tool, row, out, check, server, prepare, **watch):
    """Runs `tool` once in the folder `out`. Its Run, or None after saying in `row` why there is none."""
    prepare(out)
    fresh_folder(bench.environment["HOME"])  # where wget2 keeps TLS sessions, for one
    before = server.connections() if server else 0
    with tool.company(out) if tool.company else contextlib.nullcontext():
        run = processes.run(list(tool.command), out, f"{bench.work}/stderr", environment=bench.environment,
                            limit=bench.limit, **watch)
    if server:
        row.connections.append(server.connections() - before - 1)  # without the question
    if run.status is None:
        row.failed = f"not done in {bench.limit:.0f} s"
    elif run.status != 0:
        row.failed = f"exit status {run.status}: {(run.errors.splitlines() or [''])[-1]}"
    else:
        row.failed = (tool.check or check)(out)
    if row.failed:
        bench.say(f"{tool.name}: {row.failed}")
        return None
    return run


def compare(bench, name, title, tools, check, files, *, server=None, prepare=fresh_folder, out=None, warm_up=True,
            wall_of=lambda run: run.wall):
    """Each tool once a round, in another order each time; bench.rounds of them are timed.

    `check(folder)` says what is wrong with what a tool saved, or None. A round before the timed ones
    looks at memory; where `warm_up` is False, because waiting is all that a workload does, the timed
    ones look. A tool that fails or does not end in time is not run again. `prepare(folder)` makes it
    ready for a run; `server` counts connections; `wall_of` says what of a run counts as its time.
    """
    rows = [Figures(tool.name, tool.role, list(tool.command)) for tool in tools]
    pairs = list(zip(tools, rows))
    out = out or f"{bench.memory}/out"
    for number in range(0 if warm_up else 1, bench.rounds + 1):
        order = [pair for pair in pairs if pair[1].failed is None]
        bench.random.shuffle(order)
        for tool, row in order:
            bench.say(f"{name}, round {number} of {bench.rounds}: {tool.name}", passing=True)
            looks = number == 0 or not warm_up
            run = one_run(bench, tool, row, out, check, server, prepare, look_at_memory=looks)
            if run and looks:
                row.pss = max(row.pss, run.pss)
            if run and number > 0:
                row.wall.append(wall_of(run))
                row.cpu.append(run.cpu)
                row.own_cpu.append(run.own_cpu)
    shutil.rmtree(out, ignore_errors=True)
    return Comparison(name, title, files, rows)
