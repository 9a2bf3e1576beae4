"""The key of a run: a hash of its scenario, the content of its inputs, and the code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.data.cache import is_data_name
from planner.data.registry import REGISTRY, embedded_folder, sha256_of

if TYPE_CHECKING:
    from planner.scenario.base import Origin

_LIBRARIES = ("exactextract", "geopandas", "numba", "numpy", "pyproj", "rasterio", "scipy",
              "shapely")  # fmt: skip
_SOURCES = ("*.py", "*.j2", "*.js", "*.css")


@cache
def code_digest() -> str:
    """Return a hash of this code, of the registry of its data, and of the libraries it uses.

    Examples
    --------
    >>> from planner.run_key import code_digest
    >>> len(code_digest())
    64
    """
    package = Path(__file__).resolve().parent
    digest = hashlib.sha256()
    for folder in (package, package.parent / "kernels"):
        for path in sorted(path for kind in _SOURCES for path in folder.rglob(kind)):
            digest.update(path.relative_to(folder.parent).as_posix().encode())
            digest.update(path.read_bytes())
    digest.update((embedded_folder() / REGISTRY).read_bytes())
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}".encode())
    return digest.hexdigest()


def input_digests(tables: Mapping[str, Any], origin: Origin) -> dict[str, str]:
    """Return the sha256 of each file that the tables of a scenario name, by dotted key.

    ``tables``: of ``Scenario.model_dump()``. A data set by name has one hash for all its files.
    """
    digests = {}
    for key, given in paths_of(tables):
        if is_data_name(given):
            digests[key] = origin.data_set(given).digest
        else:
            digests[key] = _sha256(origin.path(given).resolve())
    return digests


def key_of(*parts: object) -> str:
    """Return a hash of some parts: tables, texts and numbers.

    Examples
    --------
    >>> from planner.run_key import key_of
    >>> key_of({"a": 1, "b": 2}) == key_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _sha256(path: Path) -> str:
    state = path.stat()
    return _sha256_of_state(path, state.st_mtime_ns, state.st_size)


@cache
def _sha256_of_state(path: Path, _changed_ns: int, _size: int) -> str:
    return sha256_of(path)


def paths_of(value: object, key: str = "") -> Iterator[tuple[str, Path]]:
    """Yield each path in the tables of a scenario, with its dotted key below ``key``.

    Examples
    --------
    >>> from pathlib import Path
    >>> from planner.run_key import paths_of
    >>> list(paths_of({"sites": [{"file": Path("sites.csv")}]}))[0][0]
    'sites.0.file'
    """
    if isinstance(value, Path):
        yield key, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from paths_of(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from paths_of(item, f"{key}.{index}")
