"""The cache of fetched data sets: a folder with a record for each data set and area."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.data.data_area import DataArea, area_of
from planner.data.recipe import Recipe, recipe_names
from planner.data.registry import sha256_of
from planner.errors import InputError, Problem

if TYPE_CHECKING:
    from planner.data.data_area import Bounds

RECORD = "record.json"


@dataclass(frozen=True)
class FetchedSet:
    """A data set in the cache: its folder, its files with their checksums, and where from."""

    name: str
    area: str
    bounds: Bounds
    folder: Path
    sha256: Mapping[str, str]
    licence: str
    attribution: str
    fetched: str

    @property
    def files(self) -> tuple[Path, ...]:
        """Paths of its files, in the order of the recipe."""
        return tuple(self.folder / name for name in self.sha256)

    @property
    def digest(self) -> str:
        """One checksum of all its files: that of the file, or of the list of checksums."""
        if len(self.sha256) == 1:
            return next(iter(self.sha256.values()))
        listed = "\n".join(f"{digest}  {name}" for name, digest in self.sha256.items())
        return hashlib.sha256(listed.encode()).hexdigest()


def is_data_name(given: str | Path) -> bool:
    """Whether a path of a scenario is the name of a data set.

    Examples
    --------
    >>> from planner.data.cache import is_data_name
    >>> is_data_name("worldpop-100m"), is_data_name("people.tif")
    (True, False)
    """
    return str(given) in recipe_names()


def fetched_sets(cache: Path) -> Iterator[FetchedSet]:
    """Yield what is in the cache, by name and area."""
    for record in sorted((cache / "sets").glob(f"*/*/{RECORD}")):
        yield _read(record)


def holding(name: str, area: DataArea, cache: Path) -> FetchedSet | None:
    """Return a data set of the cache that holds an area, None where there is none."""
    own = cache / "sets" / name / area.key / RECORD
    if own.is_file():
        return _read(own)
    for record in sorted((cache / "sets" / name).glob(f"*/{RECORD}")):
        found = _read(record)
        if area.within(found.bounds):
            return found
    return None


def found_by_name(name: str, area: str, cache: Path, key: str = "") -> FetchedSet:
    """Return the data set of a name for an area, from the cache alone.

    Raises
    ------
    InputError
        It is not there; the error says which command fetches it.
    """
    found = holding(name, area_of(area), cache)
    if found is None:
        raise InputError(
            Problem(
                "this data set is not in the cache for this area", key=key or None, value=name,
                expected=f"to be fetched first: planner data fetch {name} --area {area}",
            )
        )  # fmt: skip
    return found


def store(
    made: Path, recipe: Recipe, area: DataArea, cache: Path, origin: Mapping[str, Any]
) -> FetchedSet:
    """Move the files of a folder into the cache, with their record; replaces an earlier one."""
    files = [name for source in origin["sources"] for name in source["files"]]
    record = {
        "name": recipe.name,
        "title": recipe.title,
        "area": area.text,
        "bounds": list(area.wide),
        "licence": recipe.licence.name,
        "licence_url": recipe.licence.url,
        "attribution": recipe.attribution,
        **origin,
        "sha256": {name: sha256_of(made / name) for name in files},
    }
    text = json.dumps(record, indent=2, ensure_ascii=False)
    (made / RECORD).write_text(text + "\n", encoding="utf-8")
    folder = cache / "sets" / recipe.name / area.key
    folder.parent.mkdir(parents=True, exist_ok=True)
    made.chmod(0o755)
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)
    return _read(folder / RECORD)


def _read(record: Path) -> FetchedSet:
    try:
        said = json.loads(record.read_text(encoding="utf-8"))
        return FetchedSet(
            name=said["name"],
            area=said["area"],
            bounds=tuple(said["bounds"]),
            folder=record.parent,
            sha256=dict(said["sha256"]),
            licence=said["licence"],
            attribution=said["attribution"],
            fetched=said["fetched"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            Problem("the record of a fetched data set cannot be read", str(record),
                    expected="that folder removed, and the data set fetched again")
        ) from error  # fmt: skip
