"""Measures fanfetch and its rivals; scripts/bench starts it and says how it is used."""

import argparse
import dataclasses
import os
import random
import shutil
import signal
import sys

import context
import defaults
import fleet
import growth
import guard
import ledgers
import lists
import live
import names
import plot
import processes
import programs
import report
import transfers
import waiting

HEADLINE = ("small", "medium", "tls", "tutorial")
AGAINST = ("small", "medium", "tls", "big", "tiny", "hosts", "disk", "fleet")
WORKLOADS = {function.__name__: function for function in (
    transfers.small, transfers.medium, transfers.tls, waiting.tutorial, waiting.latency, transfers.big,
    transfers.hosts, transfers.tiny, transfers.scaling, transfers.disk, lists.long, ledgers.saved, lists.refused,
    live.live, fleet.fleet, ledgers.full, growth.growth, defaults.defaults, ledgers.ledger, ledgers.scheduler,
    names.dns, waiting.slow)}


def usage():
    lines = [f"  {name:<10} {function.__doc__}" for name, function in WORKLOADS.items()]
    return "\n".join(["workloads:", *lines, "", f"none: {' '.join(HEADLINE)}; all: all of them"])


def arguments():
    parser = argparse.ArgumentParser(prog="scripts/bench", epilog=usage(),
                                     formatter_class=argparse.RawDescriptionHelpFormatter,
                                     description="Measures fanfetch beside curl, wget2 and aria2. Seconds mean little "
                                                 "on a busy machine: read the ratios of one run.")
    parser.add_argument("workload", nargs="*", metavar="WORKLOAD", choices=[*WORKLOADS, "all", []])
    parser.add_argument("--files", type=int, metavar="N", help="in place of a workload's own number")
    parser.add_argument("--bytes", type=int, metavar="N", help="of a file, in place of a workload's own")
    parser.add_argument("--rounds", type=int, default=7, metavar="N", help="timed rounds (7)")
    parser.add_argument("--limit", type=float, default=120, metavar="SECONDS", help="for one run of a tool (120)")
    parser.add_argument("--seed", type=int, default=None, metavar="N", help="of the order in each round")
    parser.add_argument("--json", metavar="FILE", help="writes all figures, too")
    parser.add_argument("--plot", metavar="FILE.svg", help="draws them, too")
    parser.add_argument("--fanfetch", metavar="PROGRAM", help="measures this one, in place of build/release's")
    parser.add_argument("--limit-client", metavar="PROGRAM", help="likewise")
    parser.add_argument("--fleet-node", metavar="PROGRAM", help="likewise: fleet_bench, which fetches nothing")
    parser.add_argument("--against", metavar="PROGRAM", help="another build's fanfetch, in place of the rivals; "
                        f"workloads: {' '.join(AGAINST)} (the default is {AGAINST[0]})")
    parser.add_argument("--guard", action="store_true",
                        help="counts the instructions of each stage a file (guard.py) in place of all else, and fails "
                        f"where they are over {guard.TOLERANCE} %% more than recorded with the same libraries")
    parser.add_argument("--record", action="store_true", help="with --guard: records them")
    parser.add_argument("--stages", metavar="FOLDER", default=f"{programs.ROOT}/build/release/tests/bench/stages",
                        help="with --guard: of other drivers than build/release's")
    given = parser.parse_args()
    if given.record and not given.guard:
        parser.error("--record goes with --guard")
    if given.guard and given.workload:
        parser.error("--guard has stages in place of workloads, and measures all of them")
    if given.against and not set(given.workload) <= set(AGAINST):
        parser.error(f"--against goes with {', '.join(AGAINST)}")
    if min(given.rounds, given.files or 1, given.bytes or 1) < 1:
        parser.error("numbers are at least 1")
    return given


def chosen(given):
    if "all" in given.workload:
        return list(WORKLOADS)
    return given.workload or (AGAINST[:1] if given.against else HEADLINE)


def main():
    given = arguments()
    if given.guard:
        return guard.guard(os.path.realpath(given.stages), given.record)
    processes.adopt_orphans()
    seed = random.randrange(2**32) if given.seed is None else given.seed
    comparisons = []
    with context.folders() as (work, memory, disk):
        bench = context.Bench(work=work, memory=memory, disk=disk,
                              programs=programs.Programs(given.fanfetch, given.limit_client, given.fleet_node),
                              rounds=given.rounds, limit=given.limit, environment=context.plain_environment(f"{work}/home"),
                              random=random.Random(seed), files=given.files, bytes=given.bytes,
                              against=given.against and os.path.realpath(given.against))
        where = report.machine(bench)
        how = f"{where['cpus']} CPUs ({where['cpu']}), medians of {given.rounds} shuffled rounds"
        print(f"{how}, seed {seed}, kernel {where['kernel']}, load {where['load_at_start']:.1f} at the start")
        for name in chosen(given):
            own = dataclasses.replace(bench, work=f"{work}/{name}", memory=f"{memory}/{name}")
            for folder in (own.work, own.memory):
                os.makedirs(folder)
            try:
                measured = WORKLOADS[name](own)
            except context.NotMeasured as why:
                print(f"\n{name} is not measured: {why}", flush=True)
                continue
            finally:
                for folder in (own.work, own.memory):
                    shutil.rmtree(folder)
            comparisons += measured
            bench.say("", passing=True)
            for comparison in measured:
                print(f"\n{report.table(comparison)}", flush=True)
    if given.json:
        report.write_json(given.json, where | {"seed": seed}, comparisons)
    if given.plot:
        with open(given.plot, "w", encoding="utf-8") as file:
            file.write(plot.draw(comparisons, f"{how}; lines show the lowest and highest; nginx on the same machine"))
    return 1 if any(comparison.failures() for comparison in comparisons) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that it cleans up, too
    # A shell has what it starts in the background ignore SIGINT, and the tools, which are interrupted by it, inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
