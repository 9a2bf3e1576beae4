"""Fetching of a data set for an area, into the cache.

Whole files come through pooch, which keeps them and checks them; of cloud-optimised files only the
part around the area is read.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pooch

from planner.data.cache import FetchedSet, holding, store
from planner.data.data_area import DataArea, area_of
from planner.data.recipe import Recipe, recipe_of
from planner.data.registry import sha256_of
from planner.data.remote import (
    FetchError,
    NotThereError,
    Remote,
    WholeFileOnlyError,
    file_key,
    shown,
)
from planner.data.settings import LICENCES, DataSettings, data_settings
from planner.errors import InputError, Problem

_Accept = Callable[[Recipe], bool]


@dataclass(frozen=True)
class PublishedFile:
    """One file of a publisher, to be read whole or in part."""

    recipe: Recipe
    address: str
    remote: Remote

    @property
    def _cache(self) -> Path:
        return self.remote.settings.cache

    @property
    def blocks(self) -> Path:
        """Folder of the parts that were read, until the area is stored."""
        return self._cache / "blocks" / file_key(self.address)

    def whole(self) -> Path:
        """Return the path of the whole file in the cache; fetched, unless it is there.

        Raises
        ------
        FetchError
            No server gave it, or its checksum differs from the publisher's.
        """
        name = f"{file_key(self.address)}-{_last(self.address)}"
        # pooch would show the address, with a key in it.
        pooch.get_logger().setLevel("WARNING")
        try:
            found = pooch.retrieve(
                self.address, self._checksum(), name, self._cache / "files", downloader=self._bring
            )
        except InputError:
            raise
        except ValueError as error:
            raise FetchError(
                f"{self.recipe.name}: the checksum of {_last(self.address)} differs from the "
                f"publisher's: {' '.join(str(error).split())}"
            ) from error
        return Path(found)

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Open the file so that only what is read is fetched, where the server allows it."""
        with ExitStack() as stack:
            try:
                stream = stack.enter_context(self.remote.opened(self.address, self.blocks))
            except WholeFileOnlyError:
                stream = stack.enter_context(self.whole().open("rb"))
            yield stream

    def text(self, address: str) -> bytes:
        """Return a small file of the same publisher, never from the cache."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "text"
            self.remote.download(address, path)
            return path.read_bytes()

    def _bring(self, url: str, output: Any, _pooch: object) -> None:
        part = self._cache / "files" / f"{file_key(url)}.part"
        self.remote.download(url, part)
        part.replace(output)

    def _checksum(self) -> str | None:
        address = self.recipe.checksum(self.address)
        if not address or self.remote.settings.offline:
            return None
        return f"md5:{self.text(address).split()[0].decode()}"


def fetch(
    name: str,
    area: str,
    *,
    accept: _Accept | None = None,
    settings: DataSettings | None = None,
    again: bool = False,
    remote: Remote | None = None,
) -> FetchedSet:
    """Fetch a data set for an area; what is in the cache is not fetched again.

    Parameters
    ----------
    name
        As :func:`planner.data.recipe.recipe_names` lists them.
    area
        A six-digit code, the English name of a province, or the path of a polygon file.
    accept
        Asked about a licence with conditions that the settings do not accept; None refuses.
    settings
        Default: those of the environment.
    again
        Fetch even what is in the cache.
    remote
        The reader of files on servers; default: one with these settings.

    Raises
    ------
    InputError
        Unknown name or area, an area outside the data set, a licence that is not accepted, no key,
        no room on the disk, or offline and not in the cache.
    FetchError
        No server gave a file, or a file is not what it should be.
    """
    settings = settings or data_settings()
    recipe = recipe_of(name)
    where = area_of(area)
    _check_extent(recipe, where)
    there = None if again else holding(recipe.name, where, settings.cache)
    if there is not None:
        return there
    _check_licence(recipe, settings, accept)
    _check_key(recipe)
    remote = remote or Remote(settings)
    settings.cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=settings.cache, prefix=".making-"))
    try:
        made = _made(recipe, where, remote, folder)
        fetched = store(folder, recipe, where, settings.cache, _origin(made, remote))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for address, _ in made:
        shutil.rmtree(PublishedFile(recipe, address, remote).blocks, ignore_errors=True)
    return fetched


def _made(
    recipe: Recipe, area: DataArea, remote: Remote, folder: Path
) -> list[tuple[str, list[str]]]:
    """Make the files of an area in a folder; return the addresses with the files from each."""
    made: list[tuple[str, list[str]]] = []
    for address in recipe.addresses(area):
        try:
            files = recipe.make(PublishedFile(recipe, address, remote), area, folder)
        except NotThereError:
            if not recipe.sparse:
                raise
            continue
        made.append((address, [path.name for path in files]))
    if not any(files for _, files in made):
        raise InputError(
            Problem(
                f"{recipe.name} holds no data there", key="--area", value=area.text,
                expected=f"an area of {recipe.title}",
            )
        )  # fmt: skip
    if recipe.joined and sum(len(files) for _, files in made) > 1:
        parts = [folder / name for _, files in made for name in files]
        from planner.openers.parts import join_rasters

        joined = join_rasters(parts, folder / f"{recipe.name}.tif")
        return [(address, [joined.name] if n == 0 else []) for n, (address, _) in enumerate(made)]
    return made


def _origin(made: list[tuple[str, list[str]]], remote: Remote) -> dict[str, Any]:
    return {
        "fetched": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "bytes_received": remote.bytes_received,
        "sources": [{"address": shown(at), "files": files} for at, files in made],
    }


def _check_extent(recipe: Recipe, area: DataArea) -> None:
    west, south, east, north = recipe.extent
    if not area.within(recipe.extent):
        raise InputError(
            Problem(
                f"lies outside of {recipe.name}", key="--area",
                value=[area.text, *(round(value, 3) for value in area.bounds)],
                expected=f"an area inside {west:g}, {south:g}, {east:g}, {north:g} (degrees)",
            )
        )  # fmt: skip


def _check_licence(recipe: Recipe, settings: DataSettings, accept: _Accept | None) -> None:
    licence = recipe.licence
    if not licence.binds or recipe.name in settings.licences:
        return
    if accept is None or not accept(recipe):
        raise InputError(
            Problem(
                f"the licence of {recipe.name} is not accepted: {licence.name}, {licence.url}: "
                f"{licence.binds}",
                expected=f"--accept-licence, or {LICENCES}={recipe.name}",
            )
        )


def _check_key(recipe: Recipe) -> None:
    if recipe.key_setting and not os.environ.get(recipe.key_setting, "").strip():
        raise InputError(
            Problem(
                f"{recipe.name} needs your own key, from {recipe.url}", recipe.key_setting,
                expected=f"the environment variable {recipe.key_setting}",
            )
        )  # fmt: skip


def _last(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]


def checked(fetched: FetchedSet) -> None:
    """Check the files of a data set against the checksums of its record.

    Raises
    ------
    InputError
        One problem for each file that is missing or differs.
    """
    problems = []
    for name, digest in fetched.sha256.items():
        path = fetched.folder / name
        if not path.is_file():
            problems.append(Problem("is missing", str(path), fetched.name))
        elif (found := sha256_of(path)) != digest:
            problems.append(Problem("differs from its record", str(path), "sha256", found, digest))
    if problems:
        raise InputError(problems)
