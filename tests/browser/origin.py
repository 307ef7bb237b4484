"""What a run downloads in a test of the dashboard: pictures that can be looked at, and what is none."""

import colorsys
import http.server
import struct
import threading
import time
import zlib


def png(number, width=240, height=180):
    """A picture of its own for each number."""
    def part(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    hue = number * 0.381966 % 1
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(0, width, 8):
            bright = 0.45 + 0.5 * ((x * (number % 3 + 1) + y * (number % 2 + 1)) % width) / width
            color = bytes(int(255 * c) for c in colorsys.hsv_to_rgb((hue + y / height / 5) % 1, 0.55, bright))
            rows += color * 8
    return (b"\x89PNG\r\n\x1a\n" + part(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
            part(b"IDAT", zlib.compress(bytes(rows))) + part(b"IEND", b""))


class Origin:
    """Counts what it is asked for. /N.png is a picture, /gone… a 404, /broken… a 500, all else a page."""

    def __init__(self, delay, address="127.0.0.1"):
        self.delay = delay
        self.lock = threading.Lock()
        self.asked, self.at_once = [], 0
        pictures = [png(number) for number in range(24)]
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                with origin.lock:
                    origin.asked.append(self.path)
                    origin.at_once += 1
                time.sleep(origin.delay)
                status, kind, body = 200, "text/html", b"<html><script>window.pwned = 1</script></html>"
                name = self.path[1:].split(".")[0]
                if self.path.startswith("/gone"):
                    status = 404
                elif self.path.startswith("/broken"):
                    status = 500
                elif name.isdigit():
                    kind, body = "image/png", pictures[int(name) % len(pictures)]
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with origin.lock:
                    origin.at_once -= 1
                try:
                    self.wfile.write(body)
                except ConnectionError:  # the run was killed
                    self.close_connection = True

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://{address}:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def count(self):
        with self.lock:
            return len(self.asked)

    def is_idle(self):
        with self.lock:
            return self.at_once == 0
