"""Memory that a run has freed goes back to the system."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
"""Numbers of options in ``malloc.h`` of the GNU C library, see mallopt(3)."""


def give_back_freed_memory() -> None:
    """Let large arrays go back to the system as soon as they are freed.

    The GNU C library has heaps for each thread, and what one stage has freed stays there beside
    what the next one needs. So two heaps must do, and arrays of 64 MB and more (32 MB with older
    libraries) stay outside. Smaller arrays are used again within a stage, for the system clears
    each page that it hands out: from 4 MB on, that took up to an eighth of the time of Guangdong.
    After a stage, :func:`trim_freed_memory` gives them back. Nothing happens with other C
    libraries.
    """
    mallopt = _of_c_library("mallopt")
    if mallopt is not None:
        _ = mallopt(_M_MMAP_THRESHOLD, 64 << 20) or mallopt(_M_MMAP_THRESHOLD, 32 << 20)
        mallopt(_M_TRIM_THRESHOLD, 64 << 20)
        mallopt(_M_ARENA_MAX, 2)


def trim_freed_memory() -> None:
    """Give freed arrays of any size back to the system; nothing happens with other C libraries."""
    malloc_trim = _of_c_library("malloc_trim")
    if malloc_trim is not None:
        malloc_trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    """Return a function of the GNU C library; None where there is none of that name."""
    return getattr(ctypes.CDLL(None), name, None) if os.name == "posix" else None
