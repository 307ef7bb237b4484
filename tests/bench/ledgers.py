"""Workloads of the ledger: a second run, a ledger that is full already, and what its parts cost."""

import os
import shutil
import subprocess

import bodies
import context
import rounds
import tools
import transfers

NOBODY = "http://127.0.0.1:9/"  # nothing listens there: a link that is asked for fails


def output_of(bench, target, *arguments):
    """What a program of the release build prints."""
    program = bench.programs.built(target)
    if program is None:
        raise context.NotMeasured(f"scripts/build release {target} makes the program for it")
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{target}: {done.stderr}")
    return done.stdout.splitlines()


def fill(bench, folder, rows, prefix, *more):
    """Makes a ledger of so many saved links `prefix` + `N.jpg` in `folder`, and their empty files unless told."""
    return output_of(bench, "tests/bench/ledger_bench", "rows", folder, rows, prefix, *more)


def saved(bench):
    """A second run over a million links that are saved already"""
    rows = bench.files or 1_000_000
    out, lists = f"{bench.memory}/out", f"{bench.work}/lists"
    fill(bench, out, rows, NOBODY)
    os.makedirs(lists)
    with open(f"{lists}/{bodies.LIST}", "w", encoding="ascii") as file:
        file.writelines(f"{NOBODY}{number}.jpg\n" for number in range(1, rows + 1))
    program = bench.programs.fanfetch
    compared = [tools.fanfetch(program, lists),
                tools.fanfetch(program, lists, "--trust-ledger", name="fanfetch --trust-ledger")]
    return [rounds.compare(bench, "saved", f"{rows:,} links that are saved already", compared, lambda folder: None,
                           rows, prepare=lambda folder: None)]


def full(bench):
    """The first workload with an empty ledger, and with one of 10 million rows"""
    rows = bench.files or 10_000_000
    files = bodies.Bodies(min(rows, 10_000), bench.bytes or 10_240)
    kept = f"{bench.memory}/full"
    fill(bench, kept, rows, NOBODY, "no-files")

    def with_ledger(folder):
        rounds.fresh_folder(folder)
        shutil.copytree(f"{kept}/.fanfetch", f"{folder}/.fanfetch")

    with transfers.served(bench, files) as (server, lists):
        fanfetch = tools.fanfetch(bench.programs.fanfetch, lists, *transfers.FOR_ONE_HOST)
        results = [rounds.compare(bench, f"full, {name}", f"{files.count:,} files of 10 KB, ledger of {count:,} rows",
                                  [fanfetch], files.complaint, files.count, server=server, prepare=prepare)
                   for name, count, prepare in (("empty", 0, rounds.fresh_folder), ("all", rows, with_ledger))]
    shutil.rmtree(kept)
    empty, filled = (result.rows[0] for result in results)
    if empty.wall and filled.wall:
        results[1].notes.append(f"CPU {results[1].ratio(filled, empty, 'cpu'):.2f} of that with an empty ledger")
    return results


def ledger(bench):
    """What the ledger costs a file, and a row, by its parts in one process"""
    files, rows, target = bench.files or 10_000, (bench.files or 100_000) * 10, "tests/bench/ledger_bench"
    lines = [f"{files:,} files of 10 KB in memory:",
             *output_of(bench, target, "settle", f"{bench.memory}/settle", files)]
    for words, *sync in (("on a disk, without its syncs:",), ("on a disk, with its syncs:", "sync")):
        lines += [words, *output_of(bench, target, "settle", f"{bench.disk}/{len(lines)}", files, *sync)]
    lines += [f"{rows:,} rows in memory:", *fill(bench, f"{bench.memory}/rows", rows, NOBODY)]
    shutil.rmtree(f"{bench.memory}/rows")
    return [rounds.Comparison("ledger", "What the ledger costs", files, [], lines)]


def scheduler(bench):
    """What a decision of the scheduler costs, over 100,000 hosts"""
    lines = output_of(bench, "tests/bench/scheduler_bench", *([bench.files] if bench.files else []))
    return [rounds.Comparison("scheduler", "What a decision of the scheduler costs", 1, [], lines)]
