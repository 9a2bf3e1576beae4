"""Sections of a scenario file: their base class, where they come from, what differs from one."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from planner.errors import InputError, Problem

AnySection = TypeVar("AnySection", bound="Section")


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
    paths in it are relative to.
    """

    file: str = ""
    folder: Path = Path()

    def path(self, given: Path) -> Path:
        """Resolve a path of the scenario: relative to the folder of the scenario file."""
        return given if given.is_absolute() else self.folder / given


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


def section_of(model: type[AnySection], tables: Mapping[str, Any], key: str) -> AnySection:
    """Return the section that plain tables say; ``key``: where they stand in the scenario.

    Raises
    ------
    InputError
        Keys that the section does not have, or values that it refuses; no file is named.
    """
    try:
        return model.model_validate_json(json.dumps(tables, default=str))
    except ValidationError as error:
        raise InputError(
            Problem(
                found["msg"].removeprefix("Value error, "),
                key=".".join([key, *map(str, found["loc"])]),
                value=None if isinstance(found["input"], dict) else found["input"],
            )
            for found in error.errors(include_url=False)
        ) from error
