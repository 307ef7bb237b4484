"""A stand-in for the hosts that README and the guide name, behind a proxy on loopback: what is sent there for
example.org, Imgur and others is answered here. For https it needs `openssl`, which makes it a certificate."""

import http.server
import json
import os
import random
import ssl
import subprocess
import threading
import time
import urllib.parse

NAMES = ["example.org", "*.example.org", "example.net", "*.example.net", "api.imgur.com", "i.imgur.com"]
GALLERY = 91  # pictures, beside one that moves
SLOWNESS = 0.2  # seconds, of slow.*


def picture(path):
    """30 KiB that begin like a JPEG, others for each path."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + random.Random(path).randbytes(30 * 1024 - 11)


def imgur(path):
    """A page of a gallery; those behind the first are empty."""
    def item(name, kind):
        return {"id": name, "title": name, "type": kind, "animated": kind == "image/gif", "width": 480, "height": 360,
                "size": 30720, "link": f"https://i.imgur.com/{name}.{kind[-3:].replace('peg', 'jpg')}", "nsfw": False,
                "is_album": False}
    items = [item(f"Sample{number}", "image/jpeg") for number in range(GALLERY)] + [item("Moving", "image/gif")]
    return {"data": items if path.endswith("/0") else [], "success": True, "status": 200}


def photos(query):
    """Three pages of an API, two photos each."""
    page = int(query.get("page", ["1"])[0])
    urls = [f"https://img.example.net/photo-{2 * page - step}.jpg" for step in (1, 0)]
    following = f"https://api.example.org/photos?page={page + 1}" if page < 3 else None
    return {"data": [{"url": url} for url in urls], "next": following}


def answer(host, target, headers):
    """(status, type, body) of a GET."""
    url = urllib.parse.urlsplit(target)
    if host.startswith("slow."):
        time.sleep(SLOWNESS)  # that is what it is like
    if host == "api.imgur.com":
        known = headers.get("Authorization", "").startswith("Client-ID ")
        return (200 if known else 401), "application/json", json.dumps(imgur(url.path)).encode()
    if host == "api.example.org" and url.path == "/photos":
        return 200, "application/json", json.dumps(photos(urllib.parse.parse_qs(url.query))).encode()
    if host == "api.example.org":
        known = headers.get("Authorization") == "Bearer s3cret"
        return (200 if known else 401), "application/json", json.dumps(photos({})).encode()
    if url.path.endswith("gone.jpg"):
        return 404, "text/html", b"<html>not here</html>"
    if url.path.endswith("page.jpg"):
        return 200, "image/jpeg", b"<!DOCTYPE html><html><title>Please sign in</title></html>"
    return 200, "image/jpeg", picture(host + url.path)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is one write
    host = None  # behind CONNECT

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.flush()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", -1)
        self.host = self.path.rsplit(":", 1)[0]
        self.close_connection = False

    def do_GET(self):
        host = self.host or urllib.parse.urlsplit(self.path).hostname
        status, kind, body = answer(host, self.path, self.headers)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def finish(self):
        super().finish()
        self.connection.close()  # the one with TLS, which the server does not know of

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        pass  # clients may leave


class Internet:
    """Serves as long as it is not closed."""

    def __init__(self, folder):
        """folder: where the certificate goes."""
        self.certificate = os.path.join(folder, "company.pem")
        key = os.path.join(folder, "key.pem")
        names = ",".join("DNS:" + name for name in NAMES)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=example.org", "-addext", "subjectAltName=" + names,
                        "-keyout", key, "-out", self.certificate], check=True, capture_output=True)
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.tls.load_cert_chain(self.certificate, key)
        self.proxy = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()
