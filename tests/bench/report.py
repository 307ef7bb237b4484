"""What was measured, as tables for people and as JSON for programs."""

import datetime
import json
import os
import platform
import shutil
import subprocess

import rounds


def spread(values, scale=1.0, digits=2):
    """Median (lowest–highest)."""
    if not values:
        return ""
    low, high = min(values) * scale, max(values) * scale
    middle = rounds.median(values) * scale
    return f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def ratios(comparison):
    """Sentences that set fanfetch against the best rival, and against the limit."""
    sentences = []
    for row in comparison.of_role("ours"):
        parts = []
        for what, word in (("cpu", "CPU"), ("wall", "wall")):
            rivals = comparison.of_role("rival", what)
            if rivals and getattr(row, what):
                best = min(rivals, key=lambda rival, what=what: rival.median(what))
                parts.append(f"{word} {comparison.ratio(row, best, what):.2f} of the best rival ({best.name})")
        for other in comparison.of_role("build"):
            parts += [f"{word} {spread(comparison.ratios(row, other, what), digits=3)} of {other.name}"
                      for what, word in (("cpu", "CPU"), ("wall", "wall"))]
        for least in comparison.of_role("limit", "cpu"):
            parts.append(f"CPU {comparison.ratio(row, least, 'cpu'):.2f} of the limit")
        if row.own_cpu:
            parts.append(f"coordinator {row.median('own_cpu') / row.median('cpu'):.0%} of the CPU")
        if parts:
            sentences.append(f"{row.name}: {', '.join(parts)}")
    return sentences


def table(comparison):
    """One comparison as text."""
    extra = list(dict.fromkeys(name for row in comparison.rows for name in row.extra))
    lines = [("", "wall s (min–max)", "CPU µs a file (min–max)", "PSS MiB", "connections", *extra)]
    for row in comparison.rows:
        if row.failed:
            lines.append((row.name, row.failed, *[""] * (len(lines[0]) - 2)))
            continue
        lines.append((row.name, spread(row.wall, digits=3),
                      spread(row.cpu, 1e6 / (row.files or comparison.files), 1),
                      f"{row.pss / 2**20:.1f}" if row.pss else "",
                      f"{rounds.median(row.connections):.0f}" if row.connections else "",
                      *(number(row.extra[name]) if name in row.extra else "" for name in extra)))
    rows = columns(without_empty(lines)) if comparison.rows else []
    return "\n".join([f"{comparison.title}:", *rows, *ratios(comparison), *comparison.notes])


def without_empty(lines):
    """Leaves columns out that say nothing below their heading."""
    kept = [column for column in range(len(lines[0])) if column == 0 or any(line[column] for line in lines[1:])]
    return [[line[column] for column in kept] for line in lines]


def columns(lines):
    """Rows of words under each other: the first column to the left, the others to the right."""
    widths = [max(len(line[column]) for line in lines if len(line[column]) < 40) for column in range(len(lines[0]))]
    return ["  ".join(word.ljust(width) if column == 0 else word.rjust(width)
                      for column, (word, width) in enumerate(zip(line, widths))).rstrip() for line in lines]


def first_line(command):
    try:
        output = subprocess.run(command, capture_output=True, text=True, check=False)
        return ((output.stdout or output.stderr).splitlines() or [""])[0]
    except OSError:
        return None


def machine(bench):
    """Where and with what it was measured."""
    model = "unknown"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    versions = {"fanfetch": first_line([bench.programs.fanfetch, "--version"])}
    for program, option in (("curl", "-V"), ("wget2", "-V"), ("aria2c", "-v"), ("nginx", "-v")):
        versions[program] = first_line([program, option]) if shutil.which(program) else None
    return {"cpu": model, "cpus": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            "load_at_start": os.getloadavg()[0], "python": platform.python_version(), "versions": versions}


def as_json(comparison):
    """Seconds, CPU seconds of a whole run, bytes: each round's figures, so that anything can be worked out."""
    return {"workload": comparison.name, "title": comparison.title, "files": comparison.files,
            "ratios": ratios(comparison), "notes": comparison.notes,
            "rows": [{"name": row.name, "role": row.role, "command": row.command, "failed": row.failed,
                      "files": row.files or comparison.files, "wall_s": row.wall, "cpu_s": row.cpu,
                      "first_process_cpu_s": row.own_cpu,
                      "pss_bytes": row.pss, "connections": row.connections, "extra": row.extra}
                     for row in comparison.rows]}


def write_json(path, where, comparisons):
    document = {"schema": 1, "measured_at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
                "machine": where, "workloads": [as_json(comparison) for comparison in comparisons]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=1, ensure_ascii=False)
        file.write("\n")
