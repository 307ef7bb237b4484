"""What all workloads share."""

import contextlib
import dataclasses
import os
import random
import shutil
import sys
import tempfile


class NotMeasured(Exception):
    """Why a workload cannot be measured here. The others can."""


@dataclasses.dataclass
class Bench:
    """Folders, programs, how often, how long, and how to tell of it."""

    work: str  # for lists and logs
    memory: str  # on tmpfs, for files
    disk: str  # on a real disk
    programs: object
    rounds: int
    limit: float  # seconds that one run may take
    environment: dict
    random: random.Random
    files: int | None = None  # in place of a workload's own number
    bytes: int | None = None  # in place of its size of a file
    against: str | None = None  # another build's fanfetch, in the rivals' place
    authority: object = None  # trust.Authority, from the first workload on that needs it

    def say(self, text, passing=False):
        """Tells on stderr how far it is; a passing line is only for a terminal, which loses it again."""
        if not passing or sys.stderr.isatty():
            print(f"\r\x1b[K{text}" if sys.stderr.isatty() else text, end="" if passing else "\n",
                  file=sys.stderr, flush=True)


@contextlib.contextmanager
def folders():
    """Three that are gone afterwards: for lists and logs, on tmpfs for files, and on a disk."""
    made = [tempfile.mkdtemp(prefix="fanfetch-bench-", dir=place) for place in (None, "/dev/shm", "/var/tmp")]
    try:
        yield made
    finally:
        for folder in made:
            shutil.rmtree(folder, ignore_errors=True)


def plain_environment(home):
    """What tools see: no proxy, no configuration of whoever runs this."""
    os.makedirs(home)
    return {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C", "IMGUR_CLIENT_ID": "sample"}
