"""Writes the files of the page as a C++ source. Usage: embed.py OUT.cc FILE...
index.html is asked for as /, all others by their names."""

import os
import sys

TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
LINE = 96  # bytes of the file


def literal(data):
    """C++ string literals, one a line. An octal escape has three digits, so that no digit behind it joins it."""
    plain = {byte: chr(byte) for byte in range(0x20, 0x7f)} | {0x22: '\\"', 0x5c: "\\\\", 0x3f: "\\?"}
    for start in range(0, len(data), LINE):
        yield '     "' + "".join(plain.get(byte, f"\\{byte:03o}") for byte in data[start:start + LINE]) + '"'


def main():
    out, files = sys.argv[1], sys.argv[2:]
    lines = ["// Made by embed.py.", '#include "coordinator/commands/web/assets.h"', "", "namespace fanfetch {", "",
             "std::span<const Asset> assets() {", "  static constexpr Asset kAssets[] = {"]
    for file in files:
        name = os.path.basename(file)
        with open(file, "rb") as opened:
            data = opened.read()
        path = "/" if name == "index.html" else "/" + name
        lines += [f'    {{"{path}", "{TYPES[os.path.splitext(name)[1]]}",', "     {", *literal(data),
                  f"     , {len(data)}}}}},"]
    lines += ["  };", "  return kAssets;", "}", "", "}  // namespace fanfetch", ""]
    with open(out, "w") as opened:
        opened.write("\n".join(lines))


if __name__ == "__main__":
    main()
