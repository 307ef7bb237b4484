"""The files that are served, and whether a tool saved each of them whole."""

import dataclasses
import gzip
import os
import random

LIST = "urls.txt"
PIECE = 256 * 1024
JPEG_START, JPEG_END = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", b"\xff\xd9"


def noise(size):
    """Bytes that nothing can compress, the same ones each time."""
    return random.Random(1).randbytes(size)


def text(size):
    """Text that compresses about as well as a web page, the same one each time."""
    words = [w for w in noise(64 * 1024).hex(" ", 3).split(" ")]
    choose = random.Random(2)
    parts, length = [], 0
    while length < size:
        parts.append(choose.choice(words[:400]))
        length += len(parts[-1]) + 1
    return " ".join(parts).encode()[:size]


@dataclasses.dataclass
class Bodies:
    """`count` files of `size` bytes: file N is a long text's bytes from N on, so that no two of them
    have the same byte in the same place for long, and a byte of one file in another is noticed."""

    count: int
    size: int
    compressed: bool = False

    def __post_init__(self):
        self.source = (text if self.compressed else noise)(self.size + self.count)

    def name(self, index):
        return f"f{index}.bin"

    def body(self, index):
        return memoryview(self.source)[index:index + self.size]  # no copy of what may be 100 MB

    def write(self, folder):
        """Makes them in `folder`, for the server."""
        os.makedirs(folder)
        for index in range(self.count):
            with open(f"{folder}/{self.name(index)}", "wb") as file:
                body = self.body(index)
                file.write(gzip.compress(body, 1, mtime=0) if self.compressed else body)

    def complaint(self, folder):
        """Reads all that was saved in `folder`: None, or what is wrong with it."""
        for index in range(self.count):
            name = self.name(index)
            try:
                descriptor = os.open(f"{folder}/{name}", os.O_RDONLY)
            except OSError as error:
                return f"{name}: {error.strerror}; {files_in(folder)} of {self.count} files are there"
            try:
                same = holds(descriptor, self.body(index))
            finally:
                os.close(descriptor)
            if not same:
                size = os.path.getsize(f"{folder}/{name}")
                return f"{name} has {size} bytes of {len(self.body(index))}, or other ones"
        saved = files_in(folder)
        return None if saved == self.count else f"{saved} files in place of {self.count}"


class Pictures(Bodies):
    """The same as JPEGs, as far as their first and last bytes tell."""

    def name(self, index):
        return f"p{index}.jpg"

    def body(self, index):
        return JPEG_START + self.source[index:index + self.size - len(JPEG_START) - len(JPEG_END)] + JPEG_END


class Paths(Bodies):
    """Files that hold their own path, so that a server needs no file for them: nginx with DIRECTIVES."""

    DIRECTIVES = 'location / { return 200 "$uri\\n"; }'

    def __init__(self, count):
        super().__init__(count, 0)

    def body(self, index):
        return f"/{self.name(index)}\n".encode()


def holds(descriptor, body):
    """Whether a file has these bytes and no others; compared in pieces that fit into the CPU's cache."""
    for offset in range(0, len(body), PIECE):
        piece = bytes(body[offset:offset + PIECE])
        if os.read(descriptor, len(piece)) != piece:
            return False
    return not os.read(descriptor, 1)


def files_in(folder):
    """How many files were saved in `folder`, without fanfetch's own."""
    return sum(1 for entry in os.scandir(folder) if entry.name != ".fanfetch" and entry.is_file())


def write_lists(folder, urls):
    """Writes `urls` into `folder` as a plain list, and as a configuration of curl that names each file."""
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{LIST}", "w", encoding="ascii") as plain, \
            open(f"{folder}/curl.cfg", "w", encoding="ascii") as curl:
        for url in urls:
            plain.write(url + "\n")
            curl.write(f"url={url}\noutput={url.rpartition('/')[2]}\n")
