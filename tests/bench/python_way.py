"""Loads a gallery's JPEGs with Python's standard library. Usage: python_way.py WAY BASE

The usual three ways of a tutorial: `serial`, one picture after the other; `threads`, a pool of eight;
`processes`, eight of them. Pictures go to the current folder.
"""

import functools
import json
import multiprocessing
import multiprocessing.pool
import os
import sys
import urllib.request

AT_ONCE = 8


def links(base):
    request = urllib.request.Request(f"{base}/3/gallery/hot/viral/0", headers={"Authorization": "Client-ID sample"})
    with urllib.request.urlopen(request) as response:
        items = json.load(response)["data"]
    return [item["link"] for item in items if item.get("type") == "image/jpeg"]


def load(folder, link):
    with urllib.request.urlopen(link) as picture, open(os.path.join(folder, os.path.basename(link)), "wb") as file:
        file.write(picture.read())


def main(way, base):
    load_here = functools.partial(load, os.getcwd())
    if way == "serial":
        for link in links(base):
            load_here(link)
    elif way == "threads":
        with multiprocessing.pool.ThreadPool(AT_ONCE) as pool:
            pool.map(load_here, links(base), chunksize=1)
    elif way == "processes":
        with multiprocessing.Pool(AT_ONCE) as pool:
            pool.map(load_here, links(base), chunksize=1)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
