"""Workers of a sweep: processes of this machine or a Dask cluster, behind one interface.

Both take a function and paths, and give each path back with what the function said of it, or with
the error that ended its process. The results themselves are files.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Protocol

from planner.errors import InputError, PlannerError, Problem
from planner.run_key import code_digest

MOST_DEATHS = 3
_MOST_LOSSES = 20
_FIRST_PATIENCE_S = 15.0
_DIED = f"its process died {MOST_DEATHS} times, perhaps for want of memory"
Said = tuple[str, str]
Function = Callable[[str], str]


class Workers(Protocol):
    """Where the runs of a sweep are computed."""

    def each(self, function: Function, items: Sequence[str], memory_bytes: int) -> Iterator[Said]:
        """Yield each item with what the function said, as they are done; ``error: ...`` if it died.

        ``memory_bytes``: what one run needs.
        """


class ThisProcess:
    """The process that asks: one run after the other."""

    def each(self, function: Function, items: Sequence[str], memory_bytes: int) -> Iterator[Said]:  # noqa: ARG002
        """As :meth:`Workers.each`; nothing else stands between a run and this process."""
        for item in items:
            yield item, function(item)


@dataclass(frozen=True)
class Processes:
    """Processes of this machine; ``count`` at most, fewer if the memory is not enough."""

    count: int

    def each(self, function: Function, items: Sequence[str], memory_bytes: int) -> Iterator[Said]:
        """As :meth:`Workers.each`; an item whose process was killed is tried again."""
        count = max(1, min(self.count, len(items), _memory() // max(memory_bytes, 1)))
        deaths = dict.fromkeys(items, 0)
        left = list(items)
        while left:
            # Those that may have killed a process are tried alone, so that they harm no other.
            suspects = [item for item in left if deaths[item]]
            batch = suspects[:1] or left
            for item, said in _round(function, batch, 1 if suspects else count):
                if said is None:
                    deaths[item] += 1
                    if deaths[item] < MOST_DEATHS:
                        continue
                left.remove(item)
                yield item, said or f"error: {_DIED}"


def _round(
    function: Function, items: Sequence[str], count: int
) -> Iterator[tuple[str, str | None]]:
    """Yield items with what the function said; None for those that ran as a process died."""
    threads = os.environ.get("NUMBA_NUM_THREADS")
    os.environ["NUMBA_NUM_THREADS"] = threads or str(max(1, (os.cpu_count() or 1) // count))
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    waiting = list(items)
    running: dict[Future[str], str] = {}
    try:
        while waiting or running:
            # No more than there are processes: a death ends those that ran, and no others.
            while waiting and len(running) < count:
                item = waiting.pop(0)
                running[pool.submit(function, item)] = item
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                said = future.result()
                yield running.pop(future), said
    except BrokenProcessPool:
        for future, item in running.items():
            alive = future.done() and future.exception() is None
            yield item, future.result() if alive else None
    finally:
        if threads is None:
            del os.environ["NUMBA_NUM_THREADS"]
        pool.shutdown(wait=True, cancel_futures=True)


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


@dataclass(frozen=True)
class Cluster:
    """A Dask cluster; ``patience_s``: how long a scheduler may be away before the sweep ends."""

    address: str
    patience_s: float = 300.0

    def each(self, function: Function, items: Sequence[str], memory_bytes: int) -> Iterator[Said]:
        """As :meth:`Workers.each`; runs that a lost worker or scheduler had go to another."""
        left, losses = list(items), 0
        # One that was never there is said at once; one that is lost may come back.
        patience_s = min(self.patience_s, _FIRST_PATIENCE_S)
        while left:
            try:
                with _client(self.address, patience_s) as client:
                    patience_s = self.patience_s
                    for item, said in _of_cluster(client, function, tuple(left), memory_bytes):
                        left.remove(item)
                        losses = 0
                        yield item, said
            except (_LostError, CancelledError, OSError) as error:
                losses += 1
                if losses > _MOST_LOSSES:
                    raise PlannerError(f"{self.address}: the scheduler is lost again and again: "
                                       f"{error}") from error  # fmt: skip


class _LostError(Exception):
    """The scheduler is gone; it may come back."""


def _quiet() -> None:
    """Keep the log of the cluster, with its tracebacks of lost connections, off the terminal."""
    for name in ("distributed", "distributed.client", "distributed.core", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _client(address: str, patience_s: float) -> Any:
    try:
        from distributed import Client

        _quiet()
    except ImportError as error:
        raise InputError(
            Problem("needs Dask", key="--scheduler", value=address,
                    expected="pip install basestation-planner[cluster]")
        ) from error  # fmt: skip
    ends = time.monotonic() + patience_s
    while True:
        try:
            client = Client(  # type: ignore[no-untyped-call]
                address, timeout=min(10.0, patience_s), set_as_default=False
            )
            break
        except (OSError, TimeoutError, ValueError) as error:
            if isinstance(error, ValueError) or time.monotonic() > ends:
                raise InputError(
                    Problem("no scheduler answers", key="--scheduler", value=address,
                            expected="the address of a running one, as tcp://host:8786")
                ) from error  # fmt: skip
            time.sleep(0.5)
    _check_code(client)
    return client


def _check_code(client: Any) -> None:
    """Refuse a scheduler or workers with another version of the code."""
    try:
        said = {"the scheduler": client.run_on_scheduler(code_digest)} | client.run(code_digest)
    except (CancelledError, OSError):
        raise
    except Exception as error:
        client.close()
        raise InputError(
            Problem("cannot run this program", key="--scheduler",
                    value=f"{type(error).__name__}: {error}",
                    expected="a scheduler and workers with the same version of it")
        ) from error  # fmt: skip
    others = [where for where, digest in said.items() if digest != code_digest()]
    if others:
        client.close()
        raise InputError(
            Problem("has another version of the code", key="--scheduler", value=others,
                    expected="the version of this process on the scheduler and every worker")
        )  # fmt: skip


def _of_cluster(
    client: Any, function: Function, items: Sequence[str], memory_bytes: int
) -> Iterator[Said]:
    from distributed import KilledWorker, as_completed

    declared = _declared(client, memory_bytes)
    futures = {
        client.submit(function, item, key=f"planner-{item}", pure=False, resources=declared): item
        for item in items
    }
    done = as_completed(list(futures), loop=client.loop)  # type: ignore[no-untyped-call]
    for future in done:
        item = futures[future]
        # Nothing is gathered: the result is a file, and the worker may be gone by now.
        if future.status == "finished":
            yield item, "done"
        elif future.status == "error":
            error = future.exception()
            if not isinstance(error, KilledWorker):
                raise PlannerError(f"{item}: {error}")
            yield item, f"error: {_DIED}"
        else:
            raise _LostError


def _declared(client: Any, memory_bytes: int) -> dict[str, int] | None:
    """Return what a run takes of the resource ``memory``, where workers declare that they have it.

    Raises
    ------
    InputError
        No worker has the memory of one run.
    """
    workers = client.scheduler_info(n_workers=-1)["workers"].values()
    limits = [one["memory_limit"] for one in workers]
    if limits and 0 < max(limits) < memory_bytes:
        raise InputError(
            Problem("no worker has the memory of one run", key="--scheduler", value=max(limits),
                    expected=f"workers with at least {memory_bytes:,} bytes")
        )  # fmt: skip
    if workers and all("memory" in one["resources"] for one in workers):
        return {"memory": memory_bytes}
    return None
