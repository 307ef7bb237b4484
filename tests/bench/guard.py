"""Instructions a file of each stage, counted by callgrind and held against those that were recorded.

A driver (stages/) takes the same files through a stage of a run each time, so that its figure is the
same each time, on a busy machine too: a stage that gets dearer shows before any stopwatch shows it.
"""

import concurrent.futures
import dataclasses
import json
import os
import re
import shutil
import subprocess
import tempfile

TOLERANCE = 5  # per cent
HERE = os.path.dirname(os.path.abspath(__file__))
FIGURES = f"{HERE}/guard.json"
RECORD = "scripts/bench --guard --record"
ABOUT = ("Instructions a file, as scripts/bench --guard --record writes them: for each compiler, and what valgrind's "
         "CPU has. That CPU is no real one: at most AVX2, neither AVX-512 nor SHA-NI, so that the hash takes far "
         "more instructions than in a run.")
# What else the figures depend on: another version may move a figure though nothing here has changed.
LIBRARIES = ("libc6", "libstdc++6", "libcurl4", "libssl3", "libsqlite3-0", "libre2-9", "libfmt9", "valgrind")
SECONDS = 300  # for one stage; they take 1 to 10
MEMORY = "/dev/shm"  # where the drivers work: no disk has a part in their figures


@dataclasses.dataclass(frozen=True)
class Stage:
    """One figure: a driver of stages/, what it is told, and how many files show a steady figure."""

    name: str
    driver: str
    variant: str
    files: int


STAGES = (
    Stage("list, lines in normal form", "list", "text", 2000),
    Stage("list, lines spelled otherwise", "list", "spelled", 2000),
    Stage("scheduler, one host", "schedule", "1", 20_000),
    Stage("scheduler, 10,000 hosts", "schedule", "10000", 20_000),
    Stage("dispatch", "dispatch", "", 5000),
    Stage("channel", "channel", "", 2048),
    Stage("worker, 10 KB", "worker", "", 1000),
    Stage("exchange, 10 KB", "transport", "exchange 10240", 500),
    Stage("exchange, 100 KB", "transport", "exchange 102400", 200),
    Stage("transfer, 10 KB", "transport", "transfer 10240", 500),
    Stage("head, short", "head", "short", 2000),
    Stage("head, long", "head", "long", 1000),
    Stage("part, 10 KB", "part", "plain 10240", 1000),
    Stage("part, 10 KB hashed", "part", "hash 10240", 200),
    Stage("part, 100 KB", "part", "plain 102400", 500),
    Stage("part, 100 KB hashed", "part", "hash 102400", 50),
    Stage("settle", "settle", "", 2048),
)


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a figure means: fine if there is nothing to tell."""

    text: str = ""
    failed: bool = False


def judge(name, recorded, measured, same_libraries=True):
    """Of one stage. `recorded`, `measured`: instructions a file; None: there is no such figure.
    `same_libraries`: all have the versions that were recorded with it."""
    if measured is None:
        return Verdict(f"{name} has a recorded figure, and no driver measures it any more: if that is meant, "
                       f"{RECORD} forgets it", failed=True)
    if recorded is None:
        return Verdict(f"{name} has no recorded figure: {RECORD} records it", failed=True)
    more = 100 * (measured - recorded) / recorded
    sentence = f"{name} takes {measured:,} instructions a file where {recorded:,} are recorded, {abs(more):.1f} %"
    if more > TOLERANCE and not same_libraries:
        return Verdict(f"{sentence} more, which other versions of libraries may be the cause of, so that it is "
                       f"no failure: {RECORD} writes the figure with these")
    if more > TOLERANCE:
        return Verdict(f"{sentence} more, and {TOLERANCE} % are allowed: make it cheaper or, if that is worth it, "
                       f"{RECORD} writes the new figure", failed=True)
    if more < -TOLERANCE:
        return Verdict(f"{sentence} less: {RECORD} keeps it so")
    return Verdict()


def judge_all(key, recorded, measured, same_libraries=True):
    """A list of what is to be told. `recorded`: by stage, of this compiler; None: it has none."""
    if recorded is None:
        return [Verdict(f"Nothing is recorded for {key}, so nothing is compared: {RECORD} records it")]
    names = list(dict.fromkeys([*measured, *recorded]))
    verdicts = [judge(name, recorded.get(name), measured.get(name), same_libraries) for name in names]
    return [verdict for verdict in verdicts if verdict.text]


def other_libraries(recorded, here):
    """Sentences that tell which libraries have another version than those recorded with."""
    return [f"{name} was {recorded[name]} when it was recorded, and is {here.get(name, 'missing')} here"
            for name in recorded if recorded[name] != here.get(name)]


def total_of(profile):
    """Instructions in what callgrind has written; None: it has written nothing whole."""
    found = re.search(r"^totals: (\d+)$", profile, re.MULTILINE)
    return int(found[1]) if found and int(found[1]) > 0 else None


def profile_path(drivers, stage):
    return f"{drivers}/{re.sub('[^a-z0-9]+', '-', stage.name.lower())}.callgrind"


class Unmeasured(Exception):
    """Why a stage has no figure: its driver does not run."""


def measure(stage, drivers):
    """Instructions a file, and the key: what compiled the driver, and the CPU that it saw."""
    profile = profile_path(drivers, stage)
    try:
        made = tempfile.TemporaryDirectory(prefix="fanfetch-guard-", dir=MEMORY)
    except OSError as error:
        raise Unmeasured(f"{stage.name}: its driver works in {MEMORY}, where no folder can be made: "
                         f"{error.strerror}") from error
    with made as folder:
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=counted_by_callgrind",
                   f"--callgrind-out-file={profile}", f"{drivers}/{stage.driver}_stage", stage.variant,
                   str(stage.files)]
        try:
            # An environment of other size would move the stack, and with it what is aligned.
            done = subprocess.run(command, cwd=folder, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, timeout=SECONDS,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
                                  check=False)
        except subprocess.TimeoutExpired as expired:
            raise Unmeasured(f"{stage.name}: the driver ran for over {SECONDS} s") from expired
        except FileNotFoundError as missing:
            raise Unmeasured(f"{stage.name}: valgrind is missing; it is a Debian package") from missing
    if done.returncode != 0:
        raise Unmeasured(f"{stage.name}: exit status {done.returncode} of {' '.join(command)}: {done.stderr[-1000:]}")
    with open(profile, encoding="utf-8", errors="replace") as file:
        total = total_of(file.read())
    if total is None:
        raise Unmeasured(f"{stage.name}: callgrind counted nothing; see {profile}")
    return round(total / stage.files), done.stdout.strip()


def measure_all(drivers, stages=STAGES):
    """Figures by stage, and the key of all. Busy or not, the machine makes no difference to them."""
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        results = list(pool.map(lambda stage: measure(stage, drivers), stages))
    keys = {key for _, key in results}
    if len(keys) != 1:
        raise Unmeasured(f"the drivers are not of one build: {', '.join(sorted(keys))}")
    return {stage.name: figure for stage, (figure, _) in zip(stages, results)}, keys.pop()


def libraries():
    """Versions of Debian's packages; empty elsewhere."""
    if shutil.which("dpkg-query") is None:
        return {}
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *LIBRARIES], capture_output=True,
                          text=True, check=False)
    return dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)


def read_figures(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)["figures"]
    except FileNotFoundError:
        return {}


def write_figures(path, figures):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"about": ABOUT, "figures": figures}, file, indent=2)
        file.write("\n")


def table(recorded, measured):
    width = max(map(len, measured))
    lines = [f"{'':<{width}}  instructions a file   recorded"]
    for name, figure in measured.items():
        before = recorded.get(name)
        lines.append(f"{name:<{width}}  {figure:>19,}" + (f"  {before:>9,}  {figure / before:>7.3f}" if before else ""))
    return "\n".join(lines)


def guard(drivers, record=False, path=FIGURES):
    """What `scripts/bench --guard` does. Returns the exit status."""
    try:
        measured, key = measure_all(drivers)
    except Unmeasured as why:
        print(why)
        return 1
    figures, here = read_figures(path), libraries()
    known = figures.get(key)
    recorded = known and known["instructions a file"]
    print(f"{key}\n{table(recorded or {}, measured)}")
    if record:
        write_figures(path, figures | {key: {"with": here, "instructions a file": measured}})
        print(f"\nRecorded in {os.path.relpath(path)}")
        return 0
    others = other_libraries(known["with"], here) if known else []
    verdicts = judge_all(key, recorded, measured, same_libraries=not others)
    told = [verdict.text for verdict in verdicts]
    if verdicts and known:
        told += others
        told.append(f"Where the instructions are: callgrind_annotate {drivers}/STAGE.callgrind")
    for line in told:
        print(f"\n{line}")
    return 1 if any(verdict.failed for verdict in verdicts) else 0
