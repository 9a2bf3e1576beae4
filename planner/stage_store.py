"""Results of stages kept by content: what does not change from run to run is computed once."""

from __future__ import annotations

import fcntl
import os
import pickle
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from planner.errors import PlannerWarning, noting
from planner.run_key import key_of

Made = TypeVar("Made")


@dataclass
class StageStore:
    """A folder of results by stage and key; ``made_from``: what every key holds besides.

    The files are pickles: a store is a folder of one's own, not one to be sent around. Of each
    stage the last result stays in memory too. ``made`` counts what was computed, ``found`` what
    was not, by stage.
    """

    folder: Path
    made_from: tuple[object, ...] = ()
    made: dict[str, int] = field(default_factory=dict)
    found: dict[str, int] = field(default_factory=dict)
    _last: dict[str, tuple[str, tuple[Any, tuple[str, ...]]]] = field(default_factory=dict)

    def kept(self, stage: str, parts: object, make: Callable[[], Made]) -> Made:
        """Return the result of ``make`` for these parts, computed only if it is not in the store.

        Warnings of the first time are given again. Two processes that want the same wait for the
        one that computes it.
        """
        key = key_of(stage, parts, *self.made_from)
        last = self._last.get(stage)
        if last is not None and last[0] == key:
            value, texts = last[1]
        else:
            path = self.folder / f"{stage}-{key[:32]}.pickle"
            with _alone(path):
                stored = _read(path)
                if stored is None:
                    stored = _made(make)
                    _write(path, stored)
                    self.made[stage] = self.made.get(stage, 0) + 1
                    self._last[stage] = key, stored
                    return stored[0]  # type: ignore[no-any-return]
            self._last[stage] = key, stored
            value, texts = stored
        self.found[stage] = self.found.get(stage, 0) + 1
        for text in texts:
            warnings.warn(text, PlannerWarning, stacklevel=2)
        return value  # type: ignore[no-any-return]


def _made(make: Callable[[], Any]) -> tuple[Any, tuple[str, ...]]:
    texts: list[str] = []
    with noting(texts):
        value = make()
    return value, tuple(texts)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold a lock beside a file; on a file system without locks, both compute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> tuple[Any, tuple[str, ...]] | None:
    try:
        with path.open("rb") as stream:
            return pickle.load(stream)  # type: ignore[no-any-return]
    except FileNotFoundError:
        return None
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError):
        return None  # Of a killed run, or of other libraries: computed again.


def _write(path: Path, stored: object) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as stream:
        pickle.dump(stored, stream, protocol=5)
    part.replace(path)
