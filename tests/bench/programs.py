"""Where the programs are that are measured, and how they get there."""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Programs:
    """Those of build/release, which scripts/build brings up to date; or those that the caller names."""

    def __init__(self, fanfetch, limit_client, fleet_node=None):
        self.build = os.environ.get("FANFETCH_BENCH_BUILD", "yes") != "no"
        self.fanfetch = self._given(fanfetch) or self.built("coordinator/fanfetch")
        if self.fanfetch is None:
            raise SystemExit("there is no build/release/coordinator/fanfetch: scripts/build makes it, "
                             "or name one with --fanfetch")
        self.limit_client = self._given(limit_client) or self._path("tests/bench/limit_client")
        self.fleet_node = self._given(fleet_node)

    @staticmethod
    def _given(path):
        if path is not None and not os.access(path, os.X_OK):
            raise SystemExit(f"{path} is no program")
        return path and os.path.realpath(path)

    def built(self, target):
        """A program of the release build, or None if it is not there and FANFETCH_BENCH_BUILD is no."""
        if self.build:
            needed = [target] + (["worker/fanfetch-worker"] if target == "coordinator/fanfetch" else [])
            subprocess.run([f"{ROOT}/scripts/build", "release", *needed], check=True, stdout=sys.stderr)
        return self._path(target)

    @staticmethod
    def _path(target):
        path = f"{ROOT}/build/release/{target}"
        return path if os.access(path, os.X_OK) else None
