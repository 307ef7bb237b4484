"""What a fleet takes beside a run of one machine: time, CPU of driver, nodes and Redis, Redis' memory."""

import concurrent.futures
import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import time

import bodies
import context
import processes
import rounds
import servers
import tools
import transfers

HOSTS = 200  # of what is only carried: each has links in Redis, and a partition may have several
STEADY = 1.0  # seconds for which a number has to stay the same to be the last one
JOB = f"ff:{{{bodies.LIST}}}:"  # what the job's keys begin with: it is called by its list


class Fleet:
    """Nodes that start with a driver, and what they and Redis took in each of its runs, in turn."""

    def __init__(self, bench, redis, nodes):
        self.bench, self.redis = bench, redis
        self.nodes = nodes  # commands
        self.node_cpu, self.redis_cpu = [], []  # seconds
        self.problem = None  # of a node, in the last run

    @contextlib.contextmanager
    def company(self, out):
        """Around each run of the driver in the folder `out`."""
        self.redis.ask("FLUSHALL")
        before, self.problem = self.redis.cpu(), None
        with concurrent.futures.ThreadPoolExecutor(len(self.nodes)) as threads:
            runs = [threads.submit(processes.run, list(command), out, f"{self.bench.work}/node-{number}.err",
                                   environment=self.bench.environment, limit=self.bench.limit)
                    for number, command in enumerate(self.nodes, 1)]
            yield
            # Whatever has become of its driver, a node does not wait for the next one.
            self.redis.ask("HSET", f"{JOB}job", "state", "done")
            ended = [run.result() for run in runs]
        self.node_cpu.append(sum(run.cpu for run in ended))
        self.redis_cpu.append(self.redis.cpu() - before)
        for number, run in enumerate(ended, 1):
            if run.status != 0:
                self.problem = f"node {number} ended with {run.status}: {(run.errors.splitlines() or [''])[-1]}"
                self.bench.say(self.problem)

    def add_to(self, row):
        """Counts the others' CPU as the row's; a tool's first run is no timed one."""
        shares = list(zip(row.cpu, self.node_cpu[1:], self.redis_cpu[1:]))
        row.cpu = [sum(share) for share in shares]
        row.own_cpu = []
        return [rounds.median(one) for one in zip(*shares)]


def driver(bench, program, lists, redis, *options, **more):
    return dataclasses.replace(tools.fanfetch(program, lists, "--fleet", redis.url, *options), **more)


def node(program, redis, folder):
    return (program, "node", "--no-config", "--allow-private", "--progress", "none", "--wait", "1m", "-o", folder,
            "--fleet", redis.url)


def real_fleet(bench, program, lists, redis, files, name, *options, nodes=1, role="part"):
    """A driver and nodes that fetch, as a Tool, and its Fleet. The driver's folder holds the nodes'."""
    folders = [f"node-{number}" for number in range(1, nodes + 1)]
    fleet = Fleet(bench, redis, [node(program, redis, folder) for folder in folders])

    def check(out):
        merged = f"{out}/merged"
        os.makedirs(merged)
        for folder in folders:
            for entry in os.scandir(f"{out}/{folder}"):
                if entry.is_file():
                    os.rename(entry.path, f"{merged}/{entry.name}")
        return fleet.problem or files.complaint(merged)

    return driver(bench, program, lists, redis, *options, name=name, role=role, check=check,
                  company=fleet.company), fleet


def note_shares(result, fleets, base=None):
    """Says who took the CPU, and how a fleet compares with the row `base`."""
    for row, fleet in fleets:
        if row.failed or not row.cpu:
            continue
        for who, seconds in zip(("driver", "nodes", "Redis"), fleet.add_to(row)):
            row.extra[f"{who} µs"] = seconds * 1e6 / result.files
        if base is not None and not base.failed:
            result.notes.append(f"{row.name}: wall {result.ratio(row, base, 'wall'):.2f}, CPU "
                                f"{result.ratio(row, base, 'cpu'):.2f} of the {base.name}")


def against_local(bench, name, hosts, servers_and_nodes, *options):
    """Files of `hosts` by one machine, and by fleets: (name, Redis, number of nodes)."""
    files = bodies.Bodies(bench.files or 10_000, bench.bytes or 10_240)
    hosts = min(hosts, files.count)
    program = bench.programs.fanfetch
    with transfers.served(bench, files, hosts=hosts) as (server, lists):
        fleets = [real_fleet(bench, program, lists, redis, files, words, *options, nodes=nodes)
                  for words, redis, nodes in servers_and_nodes]
        if bench.against:
            fleets = [real_fleet(bench, one, lists, servers_and_nodes[0][1], files, words, *options, role=role)
                      for one, words, role in ((program, "a fleet of one", "ours"),
                                               (bench.against, "the other build", "build"))]
        local = [] if bench.against else [tools.fanfetch(program, lists, *options, name="local run")]
        compared = [*local, *(tool for tool, _ in fleets)]
        where = "one host" if hosts == 1 else f"{hosts} hosts"
        result = rounds.compare(bench, name, f"{files.count:,} files of {transfers.size_words(files.size)} of {where}, "
                                "by a fleet", compared, files.complaint, files.count, server=server)
    note_shares(result, list(zip(result.rows[len(local):], (fleet for _, fleet in fleets))),
                result.rows[0] if local else None)
    return result


def where_servers_wait(bench, redis):
    """The same where servers take their time, as they do beyond a test: CPUs are not what is short."""
    delay, files = 0.1, bodies.Bodies(bench.files or 2560, bench.bytes or 10_240)
    program, options = bench.programs.fanfetch, transfers.FOR_ONE_HOST
    with servers.Late(f"{bench.work}/late", delay, files.size) as server:
        lists = f"{bench.work}/lists-late"
        bodies.write_lists(lists, (server.url(files.name(index)) for index in range(files.count)))
        tool, fleet_of_one = real_fleet(bench, program, lists, redis, files, "a fleet of one", *options)
        result = rounds.compare(bench, "fleet, waiting", f"{files.count:,} links that answer after {delay} s, by a "
                                "fleet", [tools.fanfetch(program, lists, *options, name="local run"), tool],
                                files.complaint, files.count)
    note_shares(result, [(result.rows[1], fleet_of_one)], result.rows[0])
    return result


def write_list(folder, count, hosts):
    """Links that nobody fetches, of each host in turn."""
    bodies.write_lists(folder, (f"http://host-{index % hosts}.example/photos/2026/{index:08}.jpg"
                                for index in range(count)))


def carried(bench, redis):
    """Links that a node answers at once: what the driver, Redis and their conversations take."""
    program = bench.programs.fleet_node or bench.programs.built("tests/bench/fleet_bench")
    if program is None:
        raise context.NotMeasured("scripts/build release tests/bench/fleet_bench makes the node for it")
    count = bench.files or 100_000
    compared, fleets = [], []
    for hosts in (HOSTS, 1):
        lists = f"{bench.work}/lists-{hosts}"
        write_list(lists, count, hosts)
        fleets.append(Fleet(bench, redis, [(program, redis.url, bodies.LIST)]))
        compared.append(driver(bench, bench.programs.fanfetch, lists, redis, role="part",
                               name="one host" if hosts == 1 else f"{hosts} hosts", company=fleets[-1].company,
                               check=lambda out, fleet=fleets[-1]: fleet.problem))
    result = rounds.compare(bench, "fleet, carried", f"{count:,} links that a node answers at once, through one Redis",
                            compared, None, count)
    note_shares(result, list(zip(result.rows, fleets)))
    for row in result.rows:
        if row.wall:
            row.extra["links/s"] = count / row.median("wall")
    busiest = max((row.extra.get("Redis µs", 0) for row in result.rows), default=0)
    if busiest:
        result.notes.append(f"Redis has one thread for it: full with {1e6 / busiest:,.0f} links a second or more")
    return result


@contextlib.contextmanager
def driver_alone(bench, redis, lists):
    """A driver that no node helps: it fills its window, and waits."""
    out = f"{bench.memory}/driver"
    rounds.fresh_folder(out)
    tool = driver(bench, bench.programs.fanfetch, lists, redis)
    with open(f"{bench.work}/driver.err", "wb") as errors:
        process = subprocess.Popen(tool.command, cwd=out, env=bench.environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=errors)
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        shutil.rmtree(out)


# Both take the number of partitions: links that wait or are delivered; delivers all to one consumer.
LINKS = f"local n = 0; for p = 0, ARGV[1] - 1 do n = n + redis.call('XLEN', '{JOB}p:' .. p) end; return n"
DELIVER = (f"for p = 0, ARGV[1] - 1 do redis.pcall('XREADGROUP', 'GROUP', 'g', 'bench', 'COUNT', 1000000, 'STREAMS', "
           f"'{JOB}p:' .. p, '>') end")


def steady(number, limit):
    """What number() says once it stays the same and is not 0."""
    end = time.monotonic() + limit
    last, since = 0, time.monotonic()
    while (now := time.monotonic()) < end:
        if (this := number()) != last or not this:
            last, since = this, now
        elif now - since >= STEADY:
            return last
        time.sleep(0.05)
    raise RuntimeError(f"still at {last} after {limit:.0f} s")


def memory(bench, redis):
    """What a link takes of Redis' memory while it is outstanding: waiting, and delivered to a node."""
    count, lists = bench.files or 300_000, f"{bench.work}/lists-{HOSTS}"
    write_list(lists, count, HOSTS)
    redis.ask("FLUSHALL")
    rows, before = [], redis.info("used_memory")
    with driver_alone(bench, redis, lists):
        links = steady(lambda: int(redis.ask("EVAL", LINKS, "0", redis.ask("HGET", f"{JOB}job", "partitions") or "0")),
                       bench.limit)
        partitions = redis.ask("HGET", f"{JOB}job", "partitions")
        for name, *commands in (("waiting",), ("delivered to a node", "EVAL", DELIVER, "0", partitions)):
            if commands:
                redis.ask(*commands)
            rows.append(rounds.Figures(name, "part", [], extra={
                "links": links, "bytes a link": (redis.info("used_memory") - before) / links}))
    redis.ask("FLUSHALL")
    return rounds.Comparison("fleet, memory", f"Redis' memory for links that are outstanding, of {HOSTS} hosts", links,
                             rows)


def fleet(bench):
    """A list shared over Redis: a fleet of one and of three beside one machine, links a second, memory"""
    if not shutil.which("redis-server"):
        raise context.NotMeasured("there is no redis-server")
    with servers.Redis(f"{bench.work}/redis") as redis, \
            servers.Redis(f"{bench.work}/redis-aof", "--appendonly", "yes") as on_disk:
        of_one = ("a fleet of one", redis, 1)
        results = [against_local(bench, "fleet", 1, [of_one, ("the same, Redis with AOF", on_disk, 1)],
                                 *transfers.FOR_ONE_HOST)]
        if bench.against:
            return results
        results.append(against_local(bench, "fleet, hosts", 50, [of_one, ("a fleet of three", redis, 3)]))
        cpus = len(os.sched_getaffinity(0))
        if cpus < 8:
            results[-1].notes.append(f"three nodes share {cpus} CPUs with all else here: that they work, and not what "
                                     "they could do")
        return [*results, where_servers_wait(bench, redis), carried(bench, redis), memory(bench, redis)]
