"""Measures: overlay files that model the effect of a measure of the directive on a scenario.

An overlay sets values of a scenario, scales them, adds to them, or appends to its lists, by dotted
key. An item of a list is named by its number or by its own name: ``rollout.resources.site
access.capacity_per_month``. With several overlays, all values are set first, then scaled, then
added to; lists are appended to last. Within each step the overlays follow the order of their
names, so the order in which they are given makes no difference. Two overlays that set the same
key to different values are refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, ValidationError, model_validator

from planner.errors import InputError, Problem
from planner.scenario.base import CURRENT_VERSION, Section, Version, problems_of
from planner.scenario.scenario_file import read_toml

Value = bool | int | float | str | list[Any] | dict[str, Any]
Verb = Literal["set", "scale", "add", "append"]

_TUPLES = ("measures", "replaces")

VERBS: tuple[Verb, ...] = get_args(Verb)
"""Operations of an overlay on a value, in the order of application."""


class MeasureSection(Section):
    """The contents of a measure file."""

    schema_version: Version = CURRENT_VERSION
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="Name for --with.")
    title: str = Field(min_length=1, max_length=200)
    title_zh: str = Field("", max_length=200)
    measures: tuple[int, ...] = Field(
        (),
        description="Numbers of the directive's measures that it models, 1 to 18; a calibration by "
        "measurements has none.",
    )
    calibration: dict[str, Value] = Field(
        {}, description="What a calibration rests on: samples by class, spreads of what remains."
    )
    replaces: tuple[str, ...] = Field(
        (),
        description="Keys whose assumed ranges a calibration replaces: [[uncertain]] loses them.",
    )
    description: str = Field("", max_length=4000)
    assumption: str = Field(
        min_length=1, max_length=2000, description="What is assumed about its size, and why."
    )
    set: dict[str, Value] = Field({}, description="Dotted key and new value.")
    scale: dict[str, float] = Field({}, description="Dotted key and factor on its value.")
    add: dict[str, float] = Field({}, description="Dotted key and number added to its value.")
    append: dict[str, list[Any]] = Field({}, description="Dotted key of a list and new items.")

    @model_validator(mode="after")
    def _complete(self) -> MeasureSection:
        if not self.measures and not self.calibration:
            raise ValueError("measures is empty: give the numbers of the directive's measures")
        if not all(1 <= number <= 18 for number in self.measures):
            raise ValueError("measures must be numbers from 1 to 18")
        keys = [key for verb in VERBS for key in self.by(verb)]
        if not keys:
            raise ValueError("changes nothing: give [set], [scale], [add] or [append]")
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"changes {twice[0]} twice")
        return self

    def by(self, verb: Verb) -> Mapping[str, Any]:
        """Return the changes of one verb, by dotted key."""
        by: dict[Verb, Mapping[str, Any]] = {
            "set": self.set, "scale": self.scale, "add": self.add, "append": self.append,
        }  # fmt: skip
        return by[verb]


@dataclass(frozen=True)
class Change:
    """One value that a measure changed; ``said``: its key as the measure names it."""

    key: str
    said: str
    before: Any
    after: Any


@dataclass(frozen=True)
class AppliedMeasure:
    """A measure as it was applied to a scenario."""

    name: str
    title: str
    title_zh: str
    measures: tuple[int, ...]
    description: str
    assumption: str
    sha256: str
    changes: tuple[Change, ...]
    schema_version: Version

    def as_dict(self) -> dict[str, Any]:
        """Return its entry in summary and provenance."""
        return {
            "name": self.name,
            "title": self.title,
            "title_zh": self.title_zh,
            "measures": list(self.measures),
            "assumption": self.assumption,
            "sha256": self.sha256,
            "changes": [vars(change) for change in self.changes],
        }


def read_measure(path: Path) -> MeasureSection:
    """Read a measure file.

    Raises
    ------
    InputError
        The file cannot be read, or is not a valid measure file.
    """
    tables = read_toml(path, str(path))
    # Dates become text, as in a scenario with every default written out.
    raw = json.loads(json.dumps(tables, default=str))
    # Lists are tuples in the model.
    given = {
        key: tuple(value) if key in _TUPLES and isinstance(value, list) else value
        for key, value in raw.items()
    }
    try:
        return MeasureSection.model_validate(given)
    except ValidationError as error:
        raise InputError(problems_of(error, str(path))) from error


def changes_of(
    measure: MeasureSection, verb: Verb, file: str, tables: Mapping[str, Any], scenario: str
) -> tuple[Change, ...]:
    """Return the changes that a measure makes by one verb, with list items numbered in their keys.

    ``tables``: the scenario it changes, every default written out.

    Raises
    ------
    InputError
        With all problems at once: keys that the scenario does not have, and values that are not
        the number or list that the verb needs.
    """
    problems: list[Problem] = []
    changes: list[Change] = []
    for key, value in measure.by(verb).items():
        numbered, before, known = _found(tables, key, leaf_may_be_new=verb == "set")
        if numbered is None:
            problems.append(
                Problem(
                    f"changes a key that {scenario} does not have",
                    file,
                    f"{verb}.{key}",
                    expected=f"one of {', '.join(known)}" if known else "a key of the scenario",
                )
            )
        elif wrong := _wrong(verb, before):
            problems.append(
                Problem(f"is not a {wrong}", file, f"{verb}.{key}", before, f"a {wrong}")
            )
        else:
            changes.append(Change(numbered, key, before, _after(verb, before, value)))
    if problems:
        raise InputError(problems)
    return tuple(changes)


def _wrong(verb: Verb, value: Any) -> str | None:
    """Return the type that a verb needs if the value does not have it, else None."""
    if verb == "append":
        return None if isinstance(value, list) else "list"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return None if verb == "set" or is_number else "number"


def _after(verb: Verb, before: Any, value: Any) -> Any:
    if verb == "set":
        return value
    if verb == "append":
        return [*before, *value]
    after = before * value if verb == "scale" else before + value
    # A count stays a count.
    return round(after) if isinstance(before, int) else after


def _found(
    tables: Mapping[str, Any], key: str, *, leaf_may_be_new: bool
) -> tuple[str | None, Any, list[str]]:
    """Return the key with numbers for list items and its value; if unknown, the known keys.

    ``leaf_may_be_new``: the last part may be missing, because a value without a default is absent
    here; if it is unknown, the scenario's own validation refuses it.
    """
    here: Any = tables
    numbered: list[str] = []
    parts = key.split(".")
    for place, said in enumerate(parts):
        part = said
        if isinstance(here, list):
            names = [item.get("name") if isinstance(item, Mapping) else None for item in here]
            if part in names:
                part = str(names.index(part))
            if not part.isdigit() or int(part) >= len(here):
                return None, None, [str(name) for name in names if name]
            here = here[int(part)]
        elif isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, Mapping) and leaf_may_be_new and place == len(parts) - 1:
            here = None
        else:
            return None, None, list(here) if isinstance(here, Mapping) else []
        numbered.append(part)
    return ".".join(numbered), here, []
