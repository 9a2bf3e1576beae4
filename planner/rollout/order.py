"""The order in which new stations are built, what each needs, and whom each adds where."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kernels.rollout_zones import disc_gain_by_zone, run_gain_by_zone
from planner.area import StudyArea
from planner.area_class import AREA_CLASSES
from planner.demand import Demand
from planner.footprints import DiscFootprints
from planner.scenario.rollout import PriorityClass, RolloutSection
from planner.siting import BASELINE, Siting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
StationsFor = Callable[[tuple[str, ...]], npt.NDArray[np.bool_]]


def construction_order(
    siting: Siting,
    area: StudyArea,
    demand: Demand,
    priority: Sequence[PriorityClass],
    stations_for: StationsFor | None = None,
) -> Ints:
    """Return the rows of the new stations of ``siting`` in the order they are built (int64[N]).

    That of the plan; where the scenario has priority classes, those of the first class come first,
    then those of the second, then the rest, each in the order of the plan. ``stations_for``: marks
    the stations with which priority places of some classes are served.
    """
    new = np.flatnonzero(siting.role != BASELINE)
    cell = siting.cell[new]
    zone, area_class = area.zone_index.ravel()[cell], demand.area_class.ravel()[cell]
    codes = area.zones["adcode"].to_numpy()
    rank = np.full(new.size, len(priority))
    for number in reversed(range(len(priority))):
        wanted = np.ones(new.size, dtype=bool)
        if priority[number].zones:
            wanted &= np.isin(codes, priority[number].zones)[zone]
        if priority[number].area_classes:
            named = [c.code for c in AREA_CLASSES if c.key in priority[number].area_classes]
            wanted &= np.isin(area_class, named)
        if priority[number].place_classes:
            classes = priority[number].place_classes
            wanted &= stations_for(classes)[new] if stations_for is not None else False
        rank[wanted] = number
    return new[np.argsort(rank, kind="stable")]


def cumulative_need(section: RolloutSection, area_class: npt.NDArray[np.uint8]) -> Floats:
    """Return the units of each resource that the first n stations need (float64[R, N + 1]).

    ``area_class`` (uint8[N]): class of each station's own cell, in the order of construction. New
    sites are not told apart one by one: every station bears its share of them.
    """
    need = np.zeros((len(section.resources), area_class.size + 1))
    for row, resource in zip(need, section.resources, strict=True):
        each = resource.per_station + section.new_site_share * resource.per_new_site
        factor = np.array([getattr(resource.by_area_class, c.key) for c in AREA_CLASSES])
        np.cumsum(each * factor[area_class], out=row[1:])
    return need


def people_gained_by_zone(siting: Siting, area: StudyArea, demand: Demand, order: Ints) -> Floats:
    """Return the people that each station adds in each zone (float64[N, zones]).

    A person counts in the zone where he lives, wherever the station stands. Recounted cell by cell
    after the baseline, in the order given.
    """
    covered, footprints = siting.covered_baseline.copy(), siting.footprints
    cells, zones = siting.cell[order], len(area.zones)
    if isinstance(footprints, DiscFootprints):
        return disc_gain_by_zone(
            demand.people,
            area.zone_index,
            covered,
            footprints.area_class,
            footprints.radius_cells,
            cells,
            zones,
        )
    runs, rows = footprints.runs_of(cells), np.arange(cells.size, dtype=np.int64)
    return run_gain_by_zone(demand.people, area.zone_index, covered, runs, rows, zones)
