"""Kinds of stations: the scenario's network, and equipment that differs from it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from planner.errors import InputError, Problem
from planner.radio import service_radii
from planner.scenario import Scenario
from planner.scenario.radio import RadioSection
from planner.scenario.siting import Equipment


@dataclass(frozen=True)
class StationKind:
    """One kind of station: its name, its radio as a scenario, its radii by area class, its costs.

    ``name`` is empty for the network of the scenario itself. Costs are yuan, None if not given.
    """

    name: str
    scenario: Scenario
    radius_m: tuple[float, ...]
    new_cny: float | None
    upgrade_cny: float | None


def station_kinds(scenario: Scenario) -> tuple[StationKind, ...]:
    """Return the kinds that a plan may choose from: the equipment, or the network if there is none.

    Raises
    ------
    InputError
        All at once: radio keys that do not exist, values that a propagation model refuses.
    """
    if not scenario.equipment:
        return (network_kind(scenario),)
    kinds: list[StationKind] = []
    problems: list[Problem] = []
    for index, one in enumerate(scenario.equipment):
        try:
            kinds.append(_kind(scenario, one, f"equipment.{index}"))
        except InputError as error:
            problems += error.in_file(scenario.file).problems
    if problems:
        raise InputError(problems)
    return tuple(kinds)


def check_equipment(scenario: Scenario) -> None:
    """Raise :class:`InputError` with all problems of the radio of the equipment."""
    if scenario.equipment:
        station_kinds(scenario)


def network_kind(scenario: Scenario) -> StationKind:
    """Return the network of the scenario itself as a kind."""
    new, upgrade = _costs(scenario, None)
    return StationKind("", scenario, _radii(scenario), new, upgrade)


def _kind(scenario: Scenario, one: Equipment, key: str) -> StationKind:
    given = scenario.radio.model_dump(mode="json", exclude_unset=True)
    raw = _merged(given, one.radio)
    if "band" in one.radio and one.radio["band"] != scenario.radio.band:
        # Another band has carrier, power and duplex of its own, unless the equipment gives them.
        raw = dict(one.radio)
    try:
        radio = RadioSection.model_validate_json(json.dumps(raw, default=str))
    except ValidationError as error:
        raise InputError(
            Problem(
                found["msg"].removeprefix("Value error, "),
                scenario.file,
                ".".join([key, "radio", *map(str, found["loc"])]),
                None if isinstance(found["input"], dict) else found["input"],
            )
            for found in error.errors(include_url=False)
        ) from error
    radii = scenario.service.radius_m.model_copy(update=one.radius_m.model_dump(exclude_none=True))
    if one.radio and not one.radius_m.model_dump(exclude_none=True):
        # Radii given directly belong to the network, not to another radio.
        radii = one.radius_m
    service = scenario.service.model_copy(update={"radius_m": radii})
    own = scenario.model_copy(update={"radio": radio, "service": service})
    new, upgrade = _costs(scenario, one)
    return StationKind(one.name, own, _radii(own), new, upgrade)


def _radii(scenario: Scenario) -> tuple[float, ...]:
    return tuple(radius.radius_m for radius in service_radii(scenario.radio, scenario.service))


def _costs(scenario: Scenario, one: Equipment | None) -> tuple[float | None, float | None]:
    """Return the cost of a new station and of an upgrade: the equipment's, else the scenario's."""
    cost = scenario.cost
    new = one.station_cny if one and one.station_cny else (cost.station_cny if cost else None)
    if one and one.upgrade_cny:
        return new, one.upgrade_cny
    if cost and cost.upgrade_cny:
        return new, cost.upgrade_cny
    return new, new


def _merged(tables: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(tables)
    for key, value in changes.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged
