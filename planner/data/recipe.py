"""Recipe of a data set: where its files are, and how an area is cut out of them.

Each data set by name is one small file in :mod:`planner.data.recipes`; its name is that of the
file, with ``-`` for ``_``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from planner.errors import InputError, Problem

if TYPE_CHECKING:
    from planner.data.data_area import Bounds, DataArea
    from planner.data.fetching import PublishedFile

Maker = Callable[["PublishedFile", "DataArea", Path], Sequence[Path]]

_FOLDER = [str(Path(__file__).with_name("recipes"))]
CHINA = (73.4, 3.3, 135.2, 53.7)
WORLD = (-180.0, -60.0, 180.0, 84.0)


@dataclass(frozen=True)
class Licence:
    """The licence of a data set; ``binds``: its conditions beyond naming the author, if any."""

    name: str
    url: str
    binds: str = ""


CC_BY_4 = Licence("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
ODBL = Licence(
    "ODbL 1.0",
    "https://opendatacommons.org/licenses/odbl/1-0/",
    "a database made from this one and published must carry the same licence",
)


@dataclass(frozen=True)
class Recipe:
    """A data set by name.

    ``addresses`` gives the files that hold an area; with ``sparse``, a file that the server does
    not have is land without data (tiles at sea). ``make`` cuts the area out of one of them; the
    parts of a ``joined`` raster, which share one lattice, become one file.
    ``checksum`` gives the address of the publisher's own MD5 of a file, "" where there is none.
    ``key_setting`` names the environment variable of the user's own key. ``extent``: west, south,
    east, north in degrees.
    """

    title: str
    what: str
    url: str
    licence: Licence
    attribution: str
    addresses: Callable[[DataArea], Sequence[str]]
    make: Maker
    extent: Bounds = WORLD
    sparse: bool = False
    joined: bool = False
    is_model: bool = False
    key_setting: str = ""
    checksum: Callable[[str], str] = lambda _address: ""
    name: str = ""


@cache
def recipe_names() -> tuple[str, ...]:
    """Return the names of the data sets that can be fetched, sorted.

    Examples
    --------
    >>> from planner.data.recipe import recipe_names
    >>> "worldpop-100m" in recipe_names()
    True
    """
    return tuple(sorted(one.name.replace("_", "-") for one in iter_modules(_FOLDER)))


def recipe_of(name: str) -> Recipe:
    """Return the recipe of a data set.

    Raises
    ------
    InputError
        No data set has this name; the error lists the names.

    Examples
    --------
    >>> from planner.data.recipe import recipe_of
    >>> recipe_of("worldpop-100m").licence.name
    'CC BY 4.0'
    """
    if name not in recipe_names():
        raise InputError(
            Problem("no such data set", value=name, expected=f"one of {', '.join(recipe_names())}")
        )
    module = import_module(f"planner.data.recipes.{name.replace('-', '_')}")
    recipe: Recipe = module.RECIPE
    return replace(recipe, name=name)
