"""What it costs a run to be watched."""

import contextlib
import dataclasses

import bodies
import rounds
import servers
import tools
import transfers
import watchers

LINKS = 1_000_000


def watched_by(bench, watcher, told):
    """What accompanies each run of a tool, and adds to `told` what its watcher was told."""

    @contextlib.contextmanager
    def company(out):
        with watcher(bench.programs.fanfetch, out, bench.environment) as watching:
            yield
        told.append(watching.seen)

    return company


def live(bench):
    """A million links, alone, with --metrics and `fanfetch top`, and with the dashboard open"""
    files = bodies.Paths(bench.files or LINKS)
    lists, program = f"{bench.work}/lists", bench.programs.fanfetch
    told = {watchers.Top: [], watchers.Dashboard: []}
    with servers.Nginx(f"{bench.work}/nginx", bench.work, ["127.0.0.1"], directives=files.DIRECTIVES) as server:
        bodies.write_lists(lists, (server.url(files.name(index)) for index in range(files.count)))
        alone = tools.fanfetch(program, lists, *transfers.FOR_ONE_HOST)
        with_top = tools.fanfetch(program, lists, *transfers.FOR_ONE_HOST, "--metrics", f"{bench.work}/metrics.prom",
                                  name="with --metrics and top")
        with_page = tools.fanfetch(program, lists, *transfers.FOR_ONE_HOST, name="with the dashboard")
        compared = [alone] + [dataclasses.replace(tool, role="part", company=watched_by(bench, watcher, told[watcher]))
                              for tool, watcher in ((with_top, watchers.Top), (with_page, watchers.Dashboard))]
        result = rounds.compare(bench, "live", f"{files.count:,} links, while somebody looks", compared,
                                files.complaint, files.count, server=server)
    for row, watcher in zip(result.rows[1:], (watchers.Top, watchers.Dashboard)):
        if row.cpu and result.rows[0].cpu:
            ratios = result.ratios(row, result.rows[0], "cpu")
            result.notes.append(f"{row.name}: {rounds.median(ratios):.3f} ({min(ratios):.3f}–{max(ratios):.3f}) of the "
                                f"run's CPU alone; the watcher was told {min(told[watcher]):,} bytes or more a run")
    return [result]
