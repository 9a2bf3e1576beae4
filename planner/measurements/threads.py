"""Work in several threads of Python, each with one thread of the libraries below.

Threads of linear algebra and of trees wait for each other; on a busy machine they wait long. So
those libraries get one thread, and whole pieces of work run side by side. Results do not depend on
how many.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from planner.errors import PlannerError

Given = TypeVar("Given")
Made = TypeVar("Made")


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Give the numerical libraries one thread.

    Raises
    ------
    PlannerError
        scikit-learn, which brings what this needs, is not installed.
    """
    try:
        from threadpoolctl import threadpool_limits
    except ImportError as error:
        raise PlannerError(
            "calibration needs scikit-learn: pip install basestation-planner[measurements]"
        ) from error
    with threadpool_limits(1):
        yield


def side_by_side(work: Callable[[Given], Made], pieces: Sequence[Given]) -> list[Made]:
    """Do each piece of work, as many at once as there are processors; results in order."""

    def alone(piece: Given) -> Made:
        with one_thread_each():
            return work(piece)

    with ThreadPoolExecutor(min(os.cpu_count() or 1, max(len(pieces), 1))) as pool:
        return list(pool.map(alone, pieces))
