"""Independent parts of a run, in parallel on the cores of the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, CancelledError, ThreadPoolExecutor, wait
from threading import Event
from typing import TypeVar

import numba

from kernels.threads import kernels_run_in_several_threads

Result = TypeVar("Result")


def side_by_side(
    parts: Sequence[Callable[[Event], Result]], most: int | None = None
) -> list[Result]:
    """Return the result of each part, worked out in threads that share the cores.

    At most ``most`` at once, if given; one after the other where there is one core, or where
    kernels run in one thread only. Each part
    is called with an event that is set when another one fails, or the run is interrupted: it then
    ends as soon as it can. Raises what the first of the parts that failed raised.

    Examples
    --------
    >>> side_by_side([lambda ended: "mobile", lambda ended: "telecom"])
    ['mobile', 'telecom']
    """
    cores, ended = numba.get_num_threads(), Event()
    threads = min(cores, len(parts), len(parts) if most is None else most)
    if threads < 2 or not kernels_run_in_several_threads():
        return [part(ended) for part in parts]
    each = (cores // threads,)
    with ThreadPoolExecutor(threads, initializer=numba.set_num_threads, initargs=each) as pool:
        futures = [pool.submit(part, ended) for part in parts]
        try:
            wait(futures, return_when=FIRST_EXCEPTION)
        finally:
            # Those that are done do not mind; the others go on only if none failed.
            if not all(one.done() and one.exception() is None for one in futures):
                ended.set()
    errors = [error for one in futures if (error := one.exception()) is not None]
    if errors:
        raise min(errors, key=lambda error: isinstance(error, CancelledError))
    return [one.result() for one in futures]
