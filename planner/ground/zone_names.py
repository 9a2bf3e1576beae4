"""Zones by their codes and names, as a scenario names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, Problem
from planner.ground.area import StudyArea
from planner.scenario.siting import Phase
from planner.scenario.target import TargetSection

Bools = npt.NDArray[np.bool_]


def zone_numbers(area: StudyArea) -> dict[str, int]:
    """Return the row of each zone by its code, its Chinese and its English name.

    A name that several zones bear is left out.

    Examples
    --------
    >>> import planner
    >>> from planner.ground.zone_names import zone_numbers
    >>> area = planner.study_area(planner.load_scenario("qingzhen"), 500.0)
    >>> zone_numbers(area)["520181"]
    0
    """
    known: dict[str, int] = {}
    for column in ("name_en", "name_zh", "adcode"):
        names = area.zones[column].tolist()
        known |= {name: row for row, name in enumerate(names) if names.count(name) == 1 and name}
    return known


def check_named_zones(
    target: TargetSection, phases: Sequence[Phase], area: StudyArea, *, file: str
) -> None:
    """Raise :class:`InputError` if target or phases name an unknown zone, or one twice."""
    known = zone_numbers(area)
    codes = ", ".join(sorted(area.zones["adcode"])[:40])
    named = [(f"target.zones.{i}.zone", one.zone) for i, one in enumerate(target.zones)]
    named += [
        (f"siting.phases.{i}.zones", zone) for i, one in enumerate(phases) for zone in one.zones
    ]
    problems = [
        Problem("unknown zone", file, key, zone, f"one of {codes}, or its name")
        for key, zone in named
        if zone not in known
    ]
    problems += _repeated([one.zone for one in target.zones], known, file)
    if problems:
        raise InputError(problems)


def _repeated(zones: Sequence[str], known: dict[str, int], file: str) -> Iterator[Problem]:
    seen: dict[int, int] = {}
    for index, zone in enumerate(zones):
        first = seen.setdefault(known.get(zone, -1 - index), index)
        if first != index:
            text = f"is the zone of target.zones.{first} already"
            yield Problem(text, file, f"target.zones.{index}.zone", zone, "each zone once")


def zone_cells(area: StudyArea, zones: Sequence[str]) -> Bools:
    """Mark the cells of some zones; of all land where none is named.

    Examples
    --------
    >>> import planner
    >>> from planner.ground.zone_names import zone_cells
    >>> area = planner.study_area(planner.load_scenario("qingzhen"), 500.0)
    >>> int(zone_cells(area, ()).sum()) == area.land_cells
    True
    """
    if not zones:
        return area.zone_index >= 0
    known = zone_numbers(area)
    found: Bools = np.isin(area.zone_index, [known[zone] for zone in zones])
    return found
