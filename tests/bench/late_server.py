"""A server that takes its time. Usage: late_server.py ADDRESS PORT SECONDS SIZE

/fN.bin and /pN.jpg are those of bodies.py, of SIZE bytes, after SECONDS. /3/gallery/hot/viral/0 lists
pictures at once, as Imgur's API does: 91 JPEGs and three items that the tutorial leaves out.
"""

import asyncio
import json
import sys

import bodies

PICTURES = 91
FILES = 1_000_000
EMPTY_PAGE = b'{"data":[],"success":true,"status":200}'


def listing(base):
    def item(identity, kind, link, **more):
        return {"id": identity, "title": identity, "type": kind, "link": link, "animated": False, "is_album": False,
                "width": 480, "height": 360, "size": 1000, "nsfw": False, **more}

    items = [item(f"p{index}", "image/jpeg", f"{base}/p{index}.jpg") for index in range(PICTURES)]
    items.append(item("Anim001", "image/gif", f"{base}/Anim001.gif", animated=True))
    items.append(item("Anim002", "image/gif", f"{base}/Anim002.gif", animated=True))
    items.append({"id": "Album01", "title": "album", "link": f"{base}/a/Album01", "is_album": True,
                  "images_count": 0, "images": []})
    return json.dumps({"data": items, "success": True, "status": 200}).encode()


async def main(address, port, delay, size):
    files, pictures = bodies.Bodies(FILES, size), bodies.Pictures(PICTURES, size)

    def response(path):
        """Seconds to wait, Content-Type, body."""
        name = path.rpartition("/")[2]
        if path.startswith("/3/gallery/"):
            first = name in ("0", "0.json")
            return 0, "application/json", listing(f"http://127.0.0.1:{port}") if first else EMPTY_PAGE
        index = int(name.partition(".")[0][1:])
        if name.endswith(".jpg"):
            return delay, "image/jpeg", pictures.body(index)
        return delay, "application/octet-stream", bytes(files.body(index))

    async def serve(reader, writer):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                wait, kind, body = response(head.split(" ", 2)[1])
                await asyncio.sleep(wait)
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n"
                             f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    await asyncio.start_server(serve, address, port, backlog=1024)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])))
