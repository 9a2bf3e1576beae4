"""The one place that owns Numba's options.

The compiled code is cached on disk. Numba's own staleness check looks only at the file of the
function itself, so a change in a callee of another module would go unseen. The cache folder of a
module is therefore keyed by a hash of its sources and of all kernel modules that it imports,
directly or not, and by the versions of Numba and NumPy.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core.compiler import Compiler

# The subset of fast-math that keeps NaN and infinity: no "nnan", no "ninf", no "nsz".
SAFE_FASTMATH = frozenset({"contract", "arcp"})

# A kernel is called with the types of its function, as the type checker sees it.
_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])

_ROOT = Path(__file__).parent
_IMPORT = re.compile(rf"^from {_ROOT.name}([\w.]*) import (\([^)]*\)|.*)$", re.MULTILINE)


def _imported(path: Path) -> Iterator[Path]:
    """Yield the files of this package that the file imports at its top."""
    for module, names in _IMPORT.findall(path.read_text(encoding="utf-8")):
        place = _ROOT.joinpath(*module.split("."))
        files = [place.with_suffix(".py"), *(place / f"{n}.py" for n in re.findall(r"\w+", names))]
        yield from (file for file in files if file.is_file())


def _sources(path: Path) -> list[Path]:
    """Return the file and all kernel files on which its compiled code depends."""
    found, waiting = {Path(__file__)}, [path]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting.extend(_imported(file))
    return sorted(found)


@cache
def sources_digest(path: Path) -> str:
    """Return the hash that keys the cache of a kernel file: its sources and the versions."""
    digest = hashlib.sha256(f"{numba.__version__} {np.__version__}".encode())
    for file in _sources(path):
        digest.update(os.path.relpath(file, _ROOT).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


@cache
def _base() -> Path:
    """Return a writable folder for compiled code: the user's cache, else a temporary folder."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(home) / "basestation-planner")
    try:
        base.mkdir(parents=True, exist_ok=True)
    except OSError:
        base = Path(tempfile.gettempdir()) / f"basestation-planner-{os.getuid()}"
        base.mkdir(parents=True, exist_ok=True)
    return base


def _compile(function: _Kernel, *, counted: bool = True, **options: Any) -> _Kernel:
    """Compile a function of this package with the cache folder of its module.

    ``counted``: whether it counts references to arrays; said of each, since Numba would let a
    kernel do as the first one that calls it.
    """
    path = Path(function.__code__.co_filename)
    room = path.stem if path.parent == _ROOT else f"{path.parent.name}-{path.stem}"
    numba.config.CACHE_DIR = str(_base() / f"{room}-{sources_digest(path)}")  # type: ignore[attr-defined]
    options |= {"nogil": True, "error_model": "numpy", "_nrt": counted}
    kernel: Any = numba.njit(**options)(function)
    try:
        kernel.enable_caching()
        kernel._cache = _ForgivingCache(kernel._cache)
    except (OSError, RuntimeError) as error:  # No folder that can be written.
        warn_of_cache("used", numba.config.CACHE_DIR, error)  # type: ignore[attr-defined]
    return kernel


_said: list[str] = []


def warn_of_cache(what: str, folder: str, error: Exception) -> None:
    """Warn once that compiled code is not kept."""
    if not _said:
        _said.append(folder)
        warnings.warn(
            f"compiled code cannot be {what} in {folder}: {error}; kernels are compiled anew "
            "(NUMBA_CACHE_DIR names another folder)",
            RuntimeWarning,
            stacklevel=2,
        )


class _ForgivingCache:
    """A cache on disk that may be full, read-only or damaged: then the kernel is compiled again."""

    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cache, name)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return the compiled code, None if it is not there or cannot be read."""
        try:
            return self._cache.load_overload(signature, context)
        except Exception as error:  # A damaged file raises whatever its bytes say.
            warn_of_cache("read", self._cache.cache_path, error)
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep compiled code for the next run, if there is room."""
        try:
            self._cache.save_overload(signature, data)
        except OSError as error:
            warn_of_cache("written", self._cache.cache_path, error)


class _Disjoint(Compiler):  # type: ignore[misc]
    """The usual compiler, which may take it that no two arrays of a call share memory."""

    def define_pipelines(self) -> Any:
        """Return the usual steps, with the flag set before the first of them."""
        self.state.flags.noalias = True
        return super().define_pipelines()  # type: ignore[no-untyped-call]


def compiled(function: _Kernel) -> _Kernel:
    """Compile a kernel for one core: cached, without the GIL, NaN kept."""
    return _compile(function, fastmath=set(SAFE_FASTMATH))


def compiled_inner(function: _Kernel) -> _Kernel:
    """Compile a kernel that neither makes nor returns an array, to be called from inner loops.

    It does not count the references to arrays that it is handed or takes slices of. Each count is
    an atomic operation: in small kernels they take longer than all else.
    """
    return _compile(function, counted=False, fastmath=set(SAFE_FASTMATH))


def compiled_inlined(function: _Kernel) -> _Kernel:
    """Compile a :func:`compiled_inner` kernel that becomes part of each that calls it.

    The arrays of a tuple are handed over one by one, some words each: a call that is handed two
    such tuples takes longer than a loop over some dozens of cells.
    """
    return _compile(function, counted=False, fastmath=set(SAFE_FASTMATH), forceinline=True)


def compiled_disjoint(function: _Kernel) -> _Kernel:
    """Compile a :func:`compiled_inner` kernel whose arguments share no memory that it writes to.

    Only so does LLVM vectorise a loop that looks values up in tables.
    """
    return _compile(function, counted=False, fastmath=set(SAFE_FASTMATH), pipeline_class=_Disjoint)


def compiled_exact(function: _Kernel) -> _Kernel:
    """Compile a kernel whose floating-point order must not be touched (sums that are compared)."""
    return _compile(function, fastmath=False)


def compiled_exact_inner(function: _Kernel) -> _Kernel:
    """Compile a :func:`compiled_inner` kernel whose floating-point order must not be touched."""
    return _compile(function, counted=False, fastmath=False)


def compiled_parallel(function: _Kernel) -> _Kernel:
    """Compile a kernel that uses ``numba.prange`` over independent rows or tiles."""
    return _compile(function, fastmath=set(SAFE_FASTMATH), parallel=True)


def compiled_exact_parallel(function: _Kernel) -> _Kernel:
    """Compile a parallel kernel whose floating-point order within a row must not be touched."""
    return _compile(function, fastmath=False, parallel=True)
