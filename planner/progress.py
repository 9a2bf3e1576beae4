"""Stages of a run: their progress on stderr and their run times."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from threading import Event
from typing import Protocol, TypeVar

from tqdm import tqdm

from planner.freed_memory import trim_freed_memory

Made = TypeVar("Made")


class Store(Protocol):
    """Where results of stages are kept, as :class:`planner.stage_store.StageStore`."""

    def kept(self, stage: str, parts: object, make: Callable[[], Made]) -> Made:
        """Return the result of ``make`` for these parts, computed only if it is not stored."""


class Stages:
    """Times each stage of a run; draws a bar for each on stderr when ``shown``.

    ``store``: where results of stages are kept; None computes all of them. ``ended``: once it is
    set, a stage that is asked to go on raises :class:`concurrent.futures.CancelledError`.
    """

    def __init__(
        self,
        *,
        shown: bool | None = None,
        store: Store | None = None,
        ended: Event | None = None,
    ) -> None:
        self._store = store
        self._ended = ended or Event()
        self._shown = sys.stderr.isatty() if shown is None else shown
        self.runtime_s: dict[str, float] = {}

    def kept(self, stage: str, parts: object, make: Callable[[], Made]) -> Made:
        """Return the result of a stage, from the store where it is there."""
        return make() if self._store is None else self._store.kept(stage, parts, make)

    @contextmanager
    def stage(
        self, name: str, total: int | None = None, unit: str = "stations"
    ) -> Iterator[Callable[[int], object]]:
        """Run one stage; yields a function that takes the number of items newly done."""
        self._go_on()
        started = time.perf_counter()
        with tqdm(
            total=1 if total is None else total,
            desc=f"{name:<12}",
            unit="" if total is None else f" {unit}",
            disable=not self._shown,
            file=sys.stderr,
            bar_format=None if total else "{desc}|{bar}| {elapsed}",
        ) as bar:

            def update(done: int) -> None:
                self._go_on()
                bar.update(done)

            yield update
            bar.update(max(0, (bar.total or 0) - bar.n))
        trim_freed_memory()
        self.runtime_s[name] = self.runtime_s.get(name, 0.0) + time.perf_counter() - started

    def _go_on(self) -> None:
        if self._ended.is_set():
            raise CancelledError("another part of the run failed, or it was interrupted")
