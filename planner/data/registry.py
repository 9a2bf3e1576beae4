"""The table of embedded data sets: file, author and licence of each.

The table is ``data/registry.csv``, with one row per data set. A row without a file is an
ingredient: a source of an embedded file, which a rebuild fetches from a package registry.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from planner.errors import InputError, Problem

REGISTRY = "registry.csv"
PROVINCES = {
    "130000": ("河北省", "Hebei"),
    "350000": ("福建省", "Fujian"),
    "440000": ("广东省", "Guangdong"),
    "520000": ("贵州省", "Guizhou"),
    "530000": ("云南省", "Yunnan"),
}
"""Provinces embedded in detail: adcode, Chinese and English name."""


@cache
def province_names() -> dict[str, tuple[str, str]]:
    """Return Chinese and English name of the 31 provinces of the mainland by adcode.

    Examples
    --------
    >>> from planner.data.registry import province_names
    >>> province_names()["620000"]
    ('甘肃省', 'Gansu')
    """
    with path_of("national_provinces").open(encoding="utf-8", newline="") as stream:
        return {row["adcode"]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(stream)}


def province_code(text: str) -> str:
    """Return the adcode of a province, from its adcode, English or Chinese name.

    Raises
    ------
    InputError
        Not one of the 31 provinces of the mainland.
    """
    wanted = text.strip().lower()
    for code, (name_zh, name_en) in province_names().items():
        if wanted in (code, name_zh, name_en.lower()):
            return code
    known = ", ".join(f"{name_en} ({code})" for code, (_, name_en) in province_names().items())
    raise InputError(Problem("unknown province", value=text, expected=f"one of {known}"))


def embedded_sets(code: str, detail: str) -> tuple[str, str]:
    """Return the ids of the boundaries and of the population of a province.

    ``detail``: "finest", or "national" for the coarse sets that all 31 provinces have.

    Examples
    --------
    >>> from planner.data.registry import embedded_sets
    >>> embedded_sets("520000", "finest")
    ('boundaries', 'population_520000')
    >>> embedded_sets("620000", "finest")
    ('national_boundaries', 'national_population')
    """
    if detail == "finest" and code in PROVINCES:
        return "boundaries", f"population_{code}"
    return "national_boundaries", "national_population"


@dataclass(frozen=True)
class DataSet:
    """One row of the registry; ``file`` is relative to the data folder and empty for ingredients.

    ``resolution`` and ``crs`` are text for readers, ``sha256`` is the checksum of the file in
    hexadecimal digits.
    """

    id: str
    file: str
    title: str
    source: str
    url: str
    licence: str
    attribution: str
    sha256: str
    resolution: str
    crs: str
    year: str
    note: str


COLUMNS = tuple(field.name for field in fields(DataSet))


def embedded_folder() -> Path:
    """Return the folder of the embedded data: inside the package, or at the root of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "embedded" / "data"
    return installed if installed.is_dir() else package.parent / "data"


@cache
def data_sets() -> tuple[DataSet, ...]:
    """Return all rows of the registry, in the order of the file."""
    return read_registry(embedded_folder() / REGISTRY)


def read_registry(path: Path) -> tuple[DataSet, ...]:
    """Read a registry table.

    Raises
    ------
    InputError
        The file is missing or its columns are not those of :class:`DataSet`.
    """
    if not path.is_file():
        raise InputError(Problem("the registry of embedded data is missing", str(path)))
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError(
                Problem(
                    "the registry has other columns",
                    str(path),
                    value=",".join(reader.fieldnames or ()),
                    expected=",".join(COLUMNS),
                )
            )
        return tuple(DataSet(**row) for row in reader)


def write_registry(path: Path, rows: tuple[DataSet, ...]) -> None:
    """Write a registry table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(row, column) for column in COLUMNS] for row in rows)


def data_set(identifier: str) -> DataSet:
    """Return one data set.

    Raises
    ------
    InputError
        No data set has this id; the error lists the known ids.
    """
    for row in data_sets():
        if row.id == identifier:
            return row
    known = ", ".join(row.id for row in data_sets())
    raise InputError(
        Problem("no embedded data set has this id", REGISTRY, "id", identifier, f"one of {known}")
    )


def path_of(identifier: str) -> Path:
    """Return the path of the file of a data set.

    Raises
    ------
    InputError
        Unknown id, a data set that is an ingredient without a file here, or a missing file.
    """
    row = data_set(identifier)
    if not row.file:
        raise InputError(
            Problem(
                "this data set is an ingredient and has no file here",
                REGISTRY,
                "id",
                identifier,
                f"its source: {row.url}",
            )
        )
    path = embedded_folder() / row.file
    if not path.is_file():
        raise InputError(
            Problem("the file of an embedded data set is missing", str(path), "id", identifier)
        )
    return path


def sha256_of(path: Path) -> str:
    """Return the SHA-256 checksum of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify() -> None:
    """Check every embedded file against its checksum.

    Raises
    ------
    InputError
        One problem for each file that is missing or differs from the registry.
    """
    problems = []
    for row in data_sets():
        if not row.file:
            continue
        path = embedded_folder() / row.file
        if not path.is_file():
            problems.append(Problem("is missing", str(path), row.id))
            continue
        found = sha256_of(path)
        if found != row.sha256:
            problems.append(
                Problem("differs from the registry", str(path), "sha256", found, row.sha256)
            )
    if problems:
        raise InputError(problems)
