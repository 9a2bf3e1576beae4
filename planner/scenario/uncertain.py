"""Uncertain assumptions: tables ``[[uncertain]]``, and scenarios with other values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from planner.errors import InputError, Problem
from planner.scenario.base import Section, problems_of
from planner.scenario.networks import INHERITED
from planner.scenario.overrides import set_key
from planner.scenario.scenario_file import AnyFile

Changes = Mapping[str, object]
"""Values by dotted key."""

_NOTHING = object()
_FIXED = ("schema_version", "name", "seed", "area", "networks", "sharing", "uncertain", "sources",
          "range_draws")  # fmt: skip
"""Keys that no assumption may vary: the area and its grid, who builds, and the question itself."""


ENDS_OF_FITTED = (0.05, 0.95)
"""Places in the distribution of what was fitted that are tried alone."""

_LEAST_PLACE = 1e-3
"""Draws lie at most 3.1 standard deviations off, since keys have limits."""


class Uncertain(Section):
    """One uncertain assumption and its possible values.

    A range, a choice, or the error of a calibration: keys that vary together, normally distributed
    about ``fitted`` values.
    """

    key: str | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description="Dotted key of a number, such as radio.ue_power_dbm, or several that vary "
        "together. A key of [radio], [service], [target] or [cost] varies in every network.",
    )
    name: str = Field(min_length=1, max_length=100, description="What is assumed, for readers.")
    name_zh: str = Field("", max_length=100, description="The same in Chinese.")
    low: float | None = Field(None, description="Lowest value.")
    high: float | None = Field(None, description="Highest value.")
    values: tuple[float | str, ...] = Field(
        (), description="Values of a choice, in place of low and high."
    )
    fitted: tuple[float, ...] = Field(
        (),
        description="Value of each key as fitted to measurements, in place of low and high.",
    )
    covariance: tuple[tuple[float, ...], ...] = Field(
        (), description="Covariance of what was fitted, a row for each key."
    )
    source: str = Field(
        min_length=1,
        max_length=1000,
        description="Where the range comes from, or the word assumption and why.",
    )
    source_zh: str = Field("", max_length=1000, description="The same in Chinese.")

    @model_validator(mode="after")
    def _range_or_values(self) -> Uncertain:
        ways = [self.low is not None, bool(self.values), bool(self.fitted)]
        if (self.low is None) != (self.high is None) or sum(ways) != 1:
            raise ValueError("give low and high, or values, or fitted with its covariance")
        if bool(self.fitted) != bool(self.covariance):
            raise ValueError("fitted and covariance need each other")
        if self.fitted:
            self._check_covariance()
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low = {self.low:g} is above high = {self.high:g}")
        if len(self.values) == 1:
            raise ValueError("values holds one value: nothing is uncertain")
        return self

    def _check_covariance(self) -> None:
        count, rows = len(self.keys), self.covariance
        if len(self.fitted) != count or [len(row) for row in rows] != [count] * count:
            raise ValueError(f"fitted and covariance do not have the size of the {count} keys")
        largest = max(abs(value) for row in rows for value in row)
        apart = (abs(rows[i][k] - rows[k][i]) for i in range(count) for k in range(i))
        if not math.isfinite(largest) or max(apart, default=0.0) > 1e-6 * largest:
            raise ValueError("covariance is not symmetric")
        if any(rows[i][i] < 0.0 for i in range(count)):
            raise ValueError("covariance has a negative variance")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that move."""
        return (self.key,) if isinstance(self.key, str) else self.key

    @property
    def places(self) -> int:
        """Numbers from 0 to 1 that a draw takes: one, or one for each key that was fitted."""
        return len(self.fitted) or 1

    @property
    def ends(self) -> tuple[float | str, ...]:
        """The values to try alone: ends of a range, values of a choice, or 5 and 95 %."""
        ends = (self.values or (self.low, self.high)) if not self.fitted else ENDS_OF_FITTED
        return tuple(one for one in ends if one is not None)

    def at(self, place: float) -> float | str:
        """Return the value at a place from 0 to 1: between the ends, or one of equal chances."""
        if self.values:
            return self.values[min(int(place * len(self.values)), len(self.values) - 1)]
        low, high = float(self.low or 0.0), float(self.high or 0.0)
        return low + place * (high - low)

    def changes(self, value: float | str) -> dict[str, object]:
        """Return the value under each of the keys.

        Of fitted keys the value is a place from 0 to 1: each key then has the value expected if
        their sum is at that quantile of its distribution.
        """
        if not self.fitted:
            return dict.fromkeys(self.keys, value)
        steps = NormalDist().inv_cdf(float(value))
        along = [sum(row) for row in self.covariance]
        length = math.sqrt(max(sum(along), 0.0)) or 1.0
        return {
            key: middle + steps * one / length
            for key, middle, one in zip(self.keys, self.fitted, along, strict=True)
        }

    def drawn(self, places: Sequence[float]) -> dict[str, object]:
        """Return values of the keys at ``places`` from 0 to 1 (:attr:`places` of them).

        Examples
        --------
        >>> from planner.scenario.uncertain import Uncertain
        >>> one = Uncertain(key=("a", "b"), name="Radio", source="measured", fitted=(6.0, 2.0),
        ...                 covariance=((4.0, 2.0), (2.0, 1.0)))
        >>> one.drawn((0.5, 0.9))
        {'a': 6.0, 'b': 2.0}
        """
        if not self.fitted:
            return self.changes(self.at(places[0]))
        held = (min(max(place, _LEAST_PLACE), 1.0 - _LEAST_PLACE) for place in places)
        steps = [NormalDist().inv_cdf(place) for place in held]
        root = _root(self.covariance)
        return {
            key: middle + sum(part * step for part, step in zip(row, steps, strict=False))
            for key, middle, row in zip(self.keys, self.fitted, root, strict=True)
        }


def with_values(given: AnyFile, changes: Changes) -> AnyFile:
    """Return a scenario with other values under dotted keys, checked like a file.

    A key of a section that networks inherit changes in every network too.

    Raises
    ------
    InputError
        Keys that do not exist, and values that the scenario refuses.

    Examples
    --------
    >>> import planner
    >>> from planner.scenario.uncertain import with_values
    >>> scenario = planner.load_scenario("guizhou-2020")
    >>> stronger = with_values(scenario, {"radio.ue_power_dbm": 26.0})
    >>> stronger.radio.ue_power_dbm, stronger.networks[1].radio.ue_power_dbm
    (26.0, 26.0)
    """
    tables = given.model_dump(mode="json", exclude_unset=True)
    known = given.model_dump(mode="json")
    for key, drawn in changes.items():
        # Between two whole numbers a draw is none.
        whole = type(_value_at(known, key)) is int and isinstance(drawn, float)
        value = round(drawn) if whole else drawn  # type: ignore[call-overload]
        set_key(tables, key, value)
        if key.split(".")[0] in INHERITED:
            for number in range(len(tables.get("networks", ()))):
                set_key(tables, f"networks.{number}.{key}", value)
    try:
        made = type(given).model_validate_json(json.dumps(tables, default=str))
    except ValidationError as error:
        raise InputError(problems_of(error, given.file)) from error
    for name in given.__private_attributes__:
        setattr(made, name, getattr(given, name))
    return made


def uncertain_problems(given: AnyFile, uncertain: Sequence[Uncertain]) -> Iterator[Problem]:
    """Yield keys that name nothing or no number, and values that the scenario refuses."""
    tables = given.model_dump(mode="json")
    moved: dict[str, int] = {}
    for index, one in enumerate(uncertain):
        wrong = False
        for key in one.keys:
            problem = _key_problem(tables, key, one)
            if problem is None and moved.setdefault(key, index) != index:
                problem = f"is moved by uncertain.{moved[key]} already"
            if problem is not None:
                yield Problem(problem, given.file, f"uncertain.{index}.key", key,
                              "a dotted key of this scenario that is a number; a text key needs "
                              "values")  # fmt: skip
                wrong = True
        for value in () if wrong else one.ends:
            try:
                with_values(given, one.changes(value))
            except InputError as error:
                said = error.problems[0]
                text = f"makes {said.key} = {value}, which is refused: {said.message}"
                yield Problem(text, given.file, f"uncertain.{index}", value, said.expected)
                break


def each_end(
    given: AnyFile, uncertain: Sequence[Uncertain]
) -> Iterator[tuple[int, float | str, AnyFile]]:
    """Yield each end of what is assumed: its row, the value, and the scenario with it.

    What was fitted to measurements is left out: its draws have no ends.
    """
    for index, one in enumerate(uncertain):
        for value in () if one.fitted else one.ends:
            yield index, value, with_values(given, one.changes(value))


def of_network(uncertain: Sequence[Uncertain], place: int) -> tuple[Uncertain, ...]:
    """Return the assumptions of one network, ``place`` its row, under its own keys."""
    mine = f"networks.{place}."
    own = (
        one.model_copy(update={"key": tuple(key.removeprefix(mine) for key in one.keys)})
        for one in uncertain
    )
    return tuple(one for one in own if not any(key.startswith("networks.") for key in one.keys))


def changes_of_network(changes: Changes, place: int) -> dict[str, object]:
    """Return the changes that concern one network, ``place`` its row, under its own keys."""
    mine = f"networks.{place}."
    return {
        key.removeprefix(mine): value
        for key, value in changes.items()
        if key.startswith(mine) or not key.startswith("networks.")
    }


def without_assumed(rows: Sequence[Any], keys: Sequence[str]) -> list[Any]:
    """Return tables ``[[uncertain]]`` without keys whose spread measurements say instead."""
    left = []
    for row in rows:
        own = row.get("key") if isinstance(row, Mapping) else None
        said = [own] if isinstance(own, str) else own
        if not isinstance(said, list):
            left.append(row)
        elif kept := [key for key in said if key not in keys]:
            left.append({**row, "key": own if kept == said else kept})
    return left


def _root(covariance: Sequence[Sequence[float]]) -> list[list[float]]:
    """Return the lower Cholesky factor; what has no variance of its own gets none."""
    root: list[list[float]] = []
    for i, row in enumerate(covariance):
        made: list[float] = []
        for k in range(i):
            left = row[k] - sum(a * b for a, b in zip(made, root[k], strict=False))
            made.append(left / root[k][k] if root[k][k] > 0.0 else 0.0)
        made.append(math.sqrt(max(row[i] - sum(one * one for one in made), 0.0)))
        root.append(made)
    return root


def _key_problem(tables: Mapping[str, Any], key: str, one: Uncertain) -> str | None:
    parts = key.split(".")
    if parts[0] == "networks" and len(parts) > 2:
        parts = parts[2:]
    here = _value_at(tables, key)
    if here is _NOTHING:
        return "is not a key of this scenario"
    if parts[0] in _FIXED:
        return "names what no assumption moves"
    if isinstance(here, dict | list):
        return "names a table or a list, not a number"
    if isinstance(here, bool | str) and not one.values:
        return f"names a {'switch' if isinstance(here, bool) else 'text'}, not a number"
    return None


def _value_at(tables: Mapping[str, Any], key: str) -> Any:
    here: Any = tables
    for part in key.split("."):
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, list) and part.isdigit() and int(part) < len(here):
            here = here[int(part)]
        else:
            return _NOTHING
    return here
