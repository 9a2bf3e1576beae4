"""Sections of a scenario file: their base class, where they come from, what differs from one."""

from __future__ import annotations

import copy
import json
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, ValidationError

from planner.data.cache import FetchedSet, found_by_name, is_data_name
from planner.data.settings import data_settings
from planner.errors import InputError, PlannerWarning, Problem, naming_file

AnySection = TypeVar("AnySection", bound="Section")

AreaClassName = Literal["dense_urban", "urban", "suburban", "rural"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
NAME = r"^[a-z0-9][a-z0-9._-]{0,63}$"
"""Pattern of scenario names: a folder of that name holds the outputs."""
Version = Literal[1, 2]

CURRENT_VERSION: Version = 2
"""Version of the formats of this program: :mod:`planner.scenario.versions`."""


def _code(value: object) -> object:
    """Accept a code that is written as a number."""
    return str(value) if type(value) is int else value


Code = Annotated[str, BeforeValidator(_code)]

_SAID = {"extra_forbidden": "unknown key", "missing": "is missing"}

LayerName = Annotated[str | None, Field(description="Layer of the file, if it has several.")]
Condition = Annotated[
    str | None, Field(description="Condition in SQL on the columns that chooses features.")
]


class Section(BaseModel):
    """A table of the scenario file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        str_strip_whitespace=True,
        strict=True,
    )


@dataclass(frozen=True)
class Origin:
    """Where a scenario comes from.

    ``file`` is the scenario file as the planner named it, for messages; ``folder`` the one that
    paths in it are relative to; ``area`` what data by name are fetched for: the province, or the
    path of the boundary.
    """

    file: str = ""
    folder: Path = Path()
    area: str = ""

    def path(self, given: Path) -> Path:
        """Resolve a path of the scenario, or the name of a data set in one file.

        Raises
        ------
        InputError
            As :meth:`paths`, and for a data set of several files.
        """
        paths = self.paths(given)
        if len(paths) > 1:
            raise InputError(
                Problem(
                    f"this data set comes in {len(paths)} files, and one is read here", self.file,
                    value=str(given), expected=f"one of {', '.join(map(str, paths))}",
                )
            )  # fmt: skip
        return paths[0]

    def paths(self, given: Path) -> tuple[Path, ...]:
        """Resolve a path: relative to the folder of the scenario file; or a name of a data set.

        Raises
        ------
        InputError
            The data set is not in the cache; the error says which command fetches it.
        """
        if is_data_name(given):
            return self.data_set(given).files
        return (given if given.is_absolute() else self.folder / given,)

    def data_set(self, name: Path) -> FetchedSet:
        """Return the data set of a name for the scenario's area, from the cache."""
        with naming_file(self.file):
            return found_by_name(str(name), self.area, data_settings().cache)


class ScenarioFile(Section):
    """Name, title and origin of a scenario file of any kind."""

    schema_version: Version = Field(
        CURRENT_VERSION,
        description="Version of this format. 1: keys not given keep the defaults from before the "
        "sober link budget, with a warning.",
    )
    name: str = Field(
        pattern=NAME,
        description="Short name; also the folder of the outputs.",
    )
    title: str = Field(min_length=1, max_length=200, description="Title of the outputs.")
    title_zh: str = Field("", max_length=200, description="The same in Chinese.")
    description: str = Field("", max_length=4000, description="What the question is about.")

    _origin: Origin = PrivateAttr(default=Origin())
    _overridden: tuple[str, ...] = PrivateAttr(default=())
    _notes: tuple[str, ...] = PrivateAttr(default=())

    @property
    def file(self) -> str:
        """The file as the planner named it, for messages."""
        return self._origin.file

    @property
    def origin(self) -> Origin:
        """Where the scenario comes from: its file and the folder of that."""
        return self._origin

    @property
    def overridden(self) -> tuple[str, ...]:
        """Dotted keys that were set outside the file, on the command line or by the caller."""
        return self._overridden

    @property
    def notes(self) -> tuple[str, ...]:
        """Warnings of reading the file, for the report."""
        return self._notes

    def note(self, texts: Iterable[str]) -> None:
        """Keep what reading the file warns of, and show it; empty texts are nothing."""
        self._notes = tuple(text for text in texts if text)
        for text in self._notes:
            warnings.warn(text, PlannerWarning, stacklevel=3)


def merged(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return tables with the values of ``own`` in place of those of ``common``, key by key."""
    tables = copy.deepcopy(dict(common))
    for key, value in own.items():
        here = tables.get(key)
        if isinstance(here, dict) and isinstance(value, dict):
            tables[key] = merged(here, value)
        else:
            tables[key] = value
    return tables


def problems_of(
    error: ValidationError, file: str | None = None, key: str | None = None
) -> Iterator[Problem]:
    """Yield the problems of tables; ``key``: their place in the file, if not at its top."""
    for found in error.errors(include_url=False):
        yield Problem(
            _SAID.get(found["type"], found["msg"].removeprefix("Value error, ")),
            file,
            ".".join([*([key] if key else []), *map(str, found["loc"])]) or None,
            None if isinstance(found["input"], dict) else found["input"],
        )


def section_of(model: type[AnySection], tables: Mapping[str, Any], key: str) -> AnySection:
    """Return the section given by plain tables; ``key``: their place in the scenario.

    Raises
    ------
    InputError
        Keys that the section does not have, or values that it refuses; no file is named.
    """
    try:
        return model.model_validate_json(json.dumps(tables, default=str))
    except ValidationError as error:
        raise InputError(problems_of(error, key=key)) from error
