"""A real Redis on a port of its own, for the tests of a fleet in a browser."""

import socket
import subprocess
import tempfile
import time

from webdriver import PATIENCE, end


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
                                         "--dir", self.folder.name, "--loglevel", "warning"], stdout=subprocess.PIPE)
        try:
            self.wait_for_answer()
        except BaseException:
            self.close()
            raise

    def wait_for_answer(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as line:
                    line.sendall(b"PING\r\n")
                    if line.recv(100) == b"+PONG\r\n":
                        return
            except ConnectionRefusedError:
                pass
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError("redis-server does not answer")
            time.sleep(0.02)

    def close(self):
        end(self.process)
        self.folder.cleanup()
