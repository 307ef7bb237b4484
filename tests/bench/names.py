"""How names are looked up."""

import collections
import os
import pwd
import re
import shutil

import bodies
import context
import rounds
import servers
import tools
import transfers


class Dnsmasq(servers.Server):
    """A name server that asks nobody, and knows one address for all that ends in bench.test."""

    def __init__(self, work):
        self.port = servers.free_port()
        self.queries_log = f"{work}/dnsmasq.log"
        output = f"{work}/dnsmasq.out"
        super().__init__(
            ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
             "--bind-interfaces", f"--port={self.port}", "--listen-address=127.0.0.1",
             "--address=/bench.test/127.0.0.1", "--local=/bench.test/", "--local-ttl=600",
             f"--user={pwd.getpwuid(os.geteuid()).pw_name}",
             f"--pid-file={work}/dnsmasq.pid", "--log-queries", f"--log-facility={self.queries_log}"], output)
        servers.wait_until(lambda: "started" in self._log(), self.process, output)

    def _log(self):
        if not os.path.exists(self.queries_log):
            return ""
        with open(self.queries_log, encoding="utf-8") as log:
            return log.read()

    def queries(self):
        """How many there were of each type."""
        return collections.Counter(re.findall(r"query\[([A-Z]+)\]", self._log()))


def dns(bench):
    """2 files from each of 1,000 names, and the number of DNS queries"""
    if shutil.which("dnsmasq") is None:
        raise context.NotMeasured("there is no dnsmasq")
    files, hosts = bodies.Bodies(bench.files or 2000, 10_240), 1000
    with transfers.served(bench, files) as (server, lists), Dnsmasq(bench.work) as dnsmasq:
        bodies.write_lists(lists, (server.url(files.name(index), f"h{index % hosts}.bench.test")
                                   for index in range(files.count)))
        fanfetch = tools.fanfetch(bench.programs.fanfetch, lists, "--dns", f"127.0.0.1:{dnsmasq.port}")
        title = f"{files.count:,} files from {min(hosts, files.count):,} names"
        result = rounds.compare(bench, "dns", title, [fanfetch], files.complaint, files.count, server=server)
        runs = bench.rounds + 1
        result.notes += [f"{count / runs:.0f} queries for {kind} a run" for kind, count in dnsmasq.queries().items()]
    return [result]
