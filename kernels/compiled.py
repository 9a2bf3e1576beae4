"""The one place that owns Numba's options.

The compiled code is cached on disk. Numba's own staleness check looks only at the file of the
function itself, so a change in a callee of another module would go unseen: the cache folder is
therefore keyed by a hash of all sources of this package and by the versions of Numba and NumPy.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np

# The subset of fast-math that keeps NaN and infinity: no "nnan", no "ninf", no "nsz".
SAFE_FASTMATH = frozenset({"contract", "arcp"})


def _sources_digest() -> str:
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__}".encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    """A writable folder for compiled code: the user's cache, else a private temporary folder."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "basestation-planner" / f"kernels-{_sources_digest()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / f"basestation-planner-{os.getuid()}" / folder.name
        folder.mkdir(parents=True, exist_ok=True)
    return folder


if "NUMBA_CACHE_DIR" not in os.environ:
    numba.config.CACHE_DIR = str(_cache_folder())  # type: ignore[attr-defined]


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel for one core: cached, without the GIL, NaN kept."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=set(SAFE_FASTMATH))(
        function
    )


def compiled_exact(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel whose floating-point order must not be touched (sums that are compared)."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)(function)


def compiled_parallel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a kernel that uses ``numba.prange`` over independent rows or tiles."""
    return numba.njit(
        cache=True, nogil=True, error_model="numpy", fastmath=set(SAFE_FASTMATH), parallel=True
    )(function)


def compiled_exact_parallel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a parallel kernel whose floating-point order within a row must not be touched."""
    return numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False, parallel=True)(
        function
    )
