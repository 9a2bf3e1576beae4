"""A Dask cluster of processes on this machine, which can be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
_QUIET = {
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "20s",
    "NUMBA_NUM_THREADS": "1",
}


class DaskCluster:
    """A scheduler and two workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start the scheduler and the workers; the address stays the same."""
        self.scheduler = self._process(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(self.port),
            "--no-dashboard", "--no-show",
        )  # fmt: skip
        self.workers = [self.worker() for _ in range(2)]

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """Start one worker, without a nanny that would start it again."""
        return self._process(
            "distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "1",
            "--no-dashboard", "--local-directory", str(self.folder), *options,
        )  # fmt: skip

    def kill_worker(self) -> None:
        """Kill a worker at once, and start no other."""
        worker = self.workers.pop(0)
        worker.kill()
        worker.wait()

    def restart(self) -> None:
        """Kill everything at once, and start it again at the same address."""
        self.stop()
        self.start()

    def stop(self) -> None:
        """Kill everything."""
        for process in (*self.workers, self.scheduler):
            if process is not None:
                process.kill()
                process.wait()
        self.workers, self.scheduler = [], None

    def _process(self, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **_QUIET, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            cwd=self.folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip


def until(true: Callable[[], bool], seconds: float = 300.0) -> None:
    """Wait for something that other processes do."""
    ends = time.monotonic() + seconds
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError
        time.sleep(0.05)
