"""The servers that tools load from, all on loopback and each with a port of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def host(index):
    """One of 16 million addresses that loopback has without being told: each is a host of its own."""
    return f"127.{1 + index // 62500}.{index // 250 % 250}.{index % 250 + 1}"


def wait_until(ready, process, log):
    """Waits until `ready()`; if the process ends first, shows its log."""
    while not ready():
        if process.poll() is not None:
            with open(log, encoding="utf-8", errors="replace") as text:
                raise RuntimeError(f"{process.args[0]} did not start: {text.read()}")
        time.sleep(0.02)


class Server:
    """A server's process, which ends with the `with` that it is used in."""

    def __init__(self, command, log):
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


# One worker process: with two CPUs the tools get what it leaves. It logs nothing: stub_status counts
# connections for free.
NGINX = """
worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/nginx.log; {user}
worker_rlimit_nofile 65536;
events {{ worker_connections 32768; }}
http {{
  access_log off; sendfile on; keepalive_requests 10000000; keepalive_timeout 300;
  client_body_temp_path {work}; proxy_temp_path {work}; fastcgi_temp_path {work}; uwsgi_temp_path {work};
  scgi_temp_path {work};
  root {root};
  server {{ listen 127.0.0.1:{status}; location = /status {{ stub_status; }} }}
  {servers}
}}
"""


def nginx_servers(addresses, port, authority, directives):
    """Its blocks: one that listens to one address; one that listens to all and lets loopback in alone,
    for many hosts; or one for each address, with its certificate."""
    if authority:
        return "\n".join(f"server {{ listen {address}:{port} ssl; ssl_certificate {authority.certificate(address)}; "
                         f"ssl_certificate_key {authority.key}; {directives} }}" for address in addresses)
    if len(addresses) == 1:
        return f"server {{ listen {addresses[0]}:{port} backlog=4096; {directives} }}"
    return f"server {{ listen {port} backlog=4096; allow 127.0.0.0/8; deny all; {directives} }}"


class Nginx(Server):
    """nginx serves the folder `root` at all `addresses`; over TLS with an `authority`."""

    def __init__(self, work, root, addresses, *, authority=None, directives=""):
        self.port = free_port()
        self.scheme = "https" if authority else "http"
        status = free_port()
        self.status_url = f"http://127.0.0.1:{status}/status"
        os.makedirs(work, exist_ok=True)
        with open(f"{work}/nginx.conf", "w", encoding="ascii") as file:
            file.write(NGINX.format(work=work, root=root, status=status,
                                    servers=nginx_servers(addresses, self.port, authority, directives),
                                    user="user root;" if os.geteuid() == 0 else ""))
        log = f"{work}/nginx.out"
        super().__init__(["nginx", "-e", f"{work}/nginx.log", "-c", f"{work}/nginx.conf"], log)
        wait_until(self._answers, self.process, log)

    def _answers(self):
        try:
            self.connections()
            return True
        except OSError:
            return False

    def connections(self):
        """How many connections were opened so far, this question's own among them."""
        with urllib.request.urlopen(self.status_url, timeout=5) as response:
            return int(response.read().split(b"requests")[1].split()[0])

    def url(self, path, address="127.0.0.1"):
        return f"{self.scheme}://{address}:{self.port}/{path}"


class Late(Server):
    """late_server.py: each response comes `delay` seconds after its request."""

    def __init__(self, work, delay, size, *, many_hosts=False):
        self.port = free_port()
        os.makedirs(work, exist_ok=True)
        log = f"{work}/late.out"
        super().__init__([sys.executable, "-B", f"{HERE}/late_server.py", "0.0.0.0" if many_hosts else "127.0.0.1",
                          str(self.port), str(delay), str(size)], log)
        wait_until(lambda: b"ready" in open(log, "rb").read(), self.process, log)

    def url(self, path, address="127.0.0.1"):
        return f"http://{address}:{self.port}/{path}"


class Redis(Server):
    """redis-server for a fleet, which keeps nothing on a disk unless `options` say so."""

    def __init__(self, work, *options):
        self.port = free_port()
        os.makedirs(work)
        log = f"{work}/redis.out"
        super().__init__(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--dir", work, "--save", "",
                          *options], log)
        wait_until(lambda: self.ask("PING") == "PONG", self.process, log)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"

    def ask(self, *words):
        """What it answers to a command."""
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], capture_output=True, text=True,
                              check=False).stdout.strip()

    def info(self, what):
        """A number that INFO has."""
        return next(float(line.partition(":")[2]) for line in self.ask("INFO").splitlines()
                    if line.startswith(f"{what}:"))

    def cpu(self):
        """CPU seconds so far."""
        return self.info("used_cpu_user") + self.info("used_cpu_sys")
