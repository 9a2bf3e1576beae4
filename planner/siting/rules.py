"""The constraints of a plan as numbers on the grid, and those that a set of stations violates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from kernels.covering.limits import PLENTY
from kernels.numbers.zones import zone_sum
from planner.errors import InputError, Problem
from planner.ground.area import StudyArea
from planner.ground.zone_names import zone_numbers
from planner.scenario.model import SitingSection
from planner.scenario.siting import ObjectiveSection
from planner.scenario.target import TargetSection
from planner.siting.options import Cells
from planner.siting.result import Shortfall

Bools = npt.NDArray[np.bool_]
Raster = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_SLACK = 1e-9


@dataclass(frozen=True)
class Rules:
    """Constraints of a scenario.

    ``zone`` (int16, grid shape) of each cell, and ``people_zone`` of the weights, a stack of one
    raster for each situation. ``zone_weight`` and ``total_weight`` that must be covered;
    ``to_serve`` (bool, stacked): cells that must be, in one of the situations. ``least`` and
    ``most`` stations of each zone, ``most_new`` and ``most_upgrades`` of all. ``budget_cny`` for
    the plan's stations. ``separation_cells``: least distance, in cells of ``cell_size_m``.
    """

    zone: npt.NDArray[np.int16]
    people_zone: npt.NDArray[np.int16]
    zone_code: tuple[str, ...]
    zone_weight: npt.NDArray[np.float64]
    total_weight: float
    to_serve: Bools
    least: Ints
    most: Ints
    most_stations: int
    most_of_group: Ints
    budget_cny: float
    separation_cells: float
    cell_size_m: float

    @property
    def limits_zones(self) -> bool:
        """Whether any zone must get or may only take a number of stations."""
        return bool(self.least.any() or (self.most < PLENTY).any())

    def covered_by_zone(self, weight: Raster, covered: Bools) -> npt.NDArray[np.float64]:
        """Return the covered weight of each zone."""
        served = np.where(covered, weight, np.float32(0))
        return np.asarray(zone_sum(served, self.people_zone, len(self.zone_code)))

    def missing_by_zone(self, weight: Raster, covered: Bools) -> npt.NDArray[np.float64]:
        """Return the weight that each zone still needs, 0 where its share is covered."""
        missing = self.zone_weight - self.covered_by_zone(weight, covered)
        missing[missing <= _SLACK * self.zone_weight] = 0.0
        return missing

    def missing_in_all(self, weight: Raster, covered: Bools) -> float:
        """Return the weight that the share of all still needs, 0 where it is covered."""
        missing = self.total_weight - float(self.covered_by_zone(weight, covered).sum())
        return missing if missing > _SLACK * self.total_weight else 0.0

    def unserved(self, covered: Bools) -> Bools:
        """Mark the cells that must be served and are not."""
        return self.to_serve & ~covered


def check_zones(
    objective: ObjectiveSection,
    siting: SitingSection,
    target: TargetSection,
    area: StudyArea,
    *,
    file: str,
) -> None:
    """Raise :class:`InputError` when a constraint names a zone that the area does not have."""
    known = set(area.zones["adcode"])
    named = [
        (f"objective.zone_shares.{i}.zone", one.zone) for i, one in enumerate(objective.zone_shares)
    ] + [(f"siting.zone_stations.{i}.zone", one.zone) for i, one in enumerate(siting.zone_stations)]
    expected = f"one of {', '.join(sorted(known)[:40])}"
    problems = [
        Problem("unknown zone", file, key, code, expected)
        for key, code in named
        if code not in known
    ]
    rows = zone_numbers(area)
    limited = {rows.get(one.zone) for one in siting.zone_stations}
    problems += [
        Problem(
            "is a zone of siting.zone_stations too", file, f"target.zones.{i}.stations_new",
            one.zone, "one number for each zone",
        )
        for i, one in enumerate(target.zones)
        if one.stations_new is not None and rows.get(one.zone) in limited
    ]  # fmt: skip
    least = sum(one.least for one in siting.zone_stations)
    cap = _most_stations(objective, target)
    if least > cap:
        problems.append(
            Problem(
                "the zone minimums add up to more than target.stations_new",
                file,
                "siting.zone_stations",
                least,
                f"at most {cap:,} stations, the target's number",
            )
        )
    if problems:
        raise InputError(problems)


def rules_of(
    objective: ObjectiveSection,
    siting: SitingSection,
    target: TargetSection,
    area: StudyArea,
    weight: Raster,
    to_serve: Bools,
) -> Rules:
    """Return the rules of a scenario on its grid; zones as :func:`check_zones` has them."""
    codes = tuple(area.zones["adcode"])
    number = {code: index for index, code in enumerate(codes)}
    share = np.full(len(codes), objective.zone_share)
    for one in objective.zone_shares:
        share[number[one.zone]] = one.share
    least, most = np.zeros(len(codes), np.int64), np.full(len(codes), PLENTY)
    for bound in siting.zone_stations:
        least[number[bound.zone]] = bound.least
        most[number[bound.zone]] = PLENTY if bound.most is None else bound.most
    rows = zone_numbers(area)
    for fixed in target.zones:
        if fixed.stations_new is not None:
            least[rows[fixed.zone]] = most[rows[fixed.zone]] = fixed.stations_new
    situations = weight.shape[0] // area.grid.height
    people_zone = area.zone_index if situations == 1 else np.tile(area.zone_index, (situations, 1))
    by_zone = np.asarray(zone_sum(weight, people_zone, len(codes)))
    budget = objective.budget_cny
    return Rules(
        area.zone_index,
        people_zone,
        codes,
        share * by_zone,
        objective.covered_share * float(by_zone.sum()),
        to_serve,
        least,
        most,
        _most_stations(objective, target),
        _most_of_group(objective, target),
        np.inf if budget is None else budget,
        siting.min_separation_m / area.grid.cell_size_m,
        area.grid.cell_size_m,
    )


def _most_stations(objective: ObjectiveSection, target: TargetSection) -> int:
    if objective.kind != "most_covered" and not target.stations_new:
        return PLENTY
    return target.stations_new + (target.stations_upgraded or 0)


def _most_of_group(objective: ObjectiveSection, target: TargetSection) -> Ints:
    """Return the most new stations and the most upgrades; one number for both, or one each."""
    if target.stations_upgraded is None:
        return np.array([PLENTY, PLENTY])
    new = target.stations_new
    if objective.kind != "most_covered" and not new:
        new = PLENTY
    return np.array([new, target.stations_upgraded])


def shortfalls(
    rules: Rules,
    weight: Raster,
    covered: Bools,
    fixed: Cells,
    stations: Cells,
    must_have: Cells,
    cost_cny: float,
    binding: str | None = None,
) -> Iterator[Shortfall]:
    """Yield what the plan misses, counted afresh from its stations and what they cover.

    ``fixed``: cells of sites kept as they stand; ``stations``: of all that the plan builds,
    ``must_have`` among them; ``cost_cny`` of these. ``binding``: key of the limit that keeps places
    from being served.
    """
    unserved = int(rules.unserved(covered).sum())
    if unserved:
        wanted = int(rules.to_serve.sum())
        text = "must_serve: cells to be served" + (f" ({binding} binds)" if binding else "")
        yield Shortfall(text, wanted, wanted - unserved, "cells")
    missing = rules.missing_by_zone(weight, covered)
    for zone in np.flatnonzero(missing):
        asked = float(rules.zone_weight[zone])
        text = f"objective: share of zone {rules.zone_code[zone]}"
        yield Shortfall(text, asked, asked - float(missing[zone]), "weight")
    lacking = rules.missing_in_all(weight, covered)
    if lacking:
        asked = rules.total_weight
        yield Shortfall("objective.covered_share", asked, asked - lacking, "weight")
    yield from _zone_shortfalls(rules, stations)
    if cost_cny > rules.budget_cny * (1 + 1e-12):
        yield Shortfall("objective.budget_cny", rules.budget_cny, cost_cny, "yuan")
    yield from _too_close(rules, fixed, must_have)


def _zone_shortfalls(rules: Rules, stations: Cells) -> Iterator[Shortfall]:
    zone = rules.zone.ravel()[stations]
    count = np.bincount(zone[zone >= 0], minlength=len(rules.zone_code))
    for number, code in enumerate(rules.zone_code):
        for word, bound, wrong in (
            ("at least", rules.least[number], count[number] < rules.least[number]),
            ("at most", rules.most[number], count[number] > rules.most[number]),
        ):
            if wrong:
                text = f"siting.zone_stations: {word} in zone {code}"
                yield Shortfall(text, float(bound), float(count[number]), "stations")


def _too_close(rules: Rules, fixed: Cells, must_have: Cells) -> Iterator[Shortfall]:
    """Yield the closest must-have site, where it stands too close to another that is given."""
    if rules.separation_cells <= 0 or not len(must_have) or len(fixed) + len(must_have) < 2:
        return
    given = np.concatenate([must_have, fixed])
    place = np.column_stack(np.divmod(given, rules.zone.shape[1])).astype(np.float64)
    distance, _ = KDTree(place).query(place[: len(must_have)], k=2)
    closest = float(distance[:, 1].min())
    if closest < rules.separation_cells * (1 - _SLACK):
        text = "siting.min_separation_m: must-have sites"
        asked = rules.separation_cells * rules.cell_size_m
        yield Shortfall(text, asked, closest * rules.cell_size_m, "m")
