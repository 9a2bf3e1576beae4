"""The order in which new stations are built, their needs, and the people each adds by zone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from planner.ground.area import StudyArea
from planner.ground.area_class import AREA_CLASSES
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.money import NEW_SITE, UPGRADED_SITE
from planner.scenario.rollout import PriorityClass, RolloutSection
from planner.sites.equipment import StationKind
from planner.sites.served_people import expected_in_order
from planner.siting import BASELINE, Siting

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.uint8]
StationsFor = Callable[[tuple[str, ...]], npt.NDArray[np.bool_]]


def construction_order(
    siting: Siting,
    area: StudyArea,
    demand: Demand,
    priority: Sequence[PriorityClass],
    stations_for: StationsFor | None = None,
) -> Ints:
    """Return the rows of the new stations of ``siting`` in the order they are built (int64[N]).

    This is the plan's order. If the scenario has priority classes, stations of the first class come
    first, then those of the second, then the rest, each in the order of the plan.
    ``stations_for``: marks the stations that serve priority places of some classes first.
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


def new_site_share(section: RolloutSection, site_kind: npt.NDArray[np.str_]) -> Floats:
    """Return the share of a new site that each station needs (float64[N]).

    ``site_kind``: from :func:`planner.money.site_kinds`. If the plan does not identify new sites,
    every station gets the scenario's share.
    """
    unknown = np.where(site_kind == UPGRADED_SITE, 0.0, section.new_site_share)
    share: Floats = np.where(site_kind == NEW_SITE, 1.0, unknown)
    return share


def cumulative_need(
    section: RolloutSection, area_class: npt.NDArray[np.uint8], new_site: Floats
) -> Floats:
    """Return the units of each resource that the first n stations need (float64[R, N + 1]).

    In the order of construction: ``area_class`` (uint8[N]), class of each station's own cell;
    ``new_site`` (float64[N]), the share of a new site it needs.
    """
    need = np.zeros((len(section.resources), area_class.size + 1))
    for row, resource in zip(need, section.resources, strict=True):
        each = resource.per_station + new_site * resource.per_new_site
        factor = np.array([getattr(resource.by_area_class, c.key) for c in AREA_CLASSES])
        np.cumsum(each * factor[area_class], out=row[1:])
    return need


def people_in_order(
    kinds: Sequence[StationKind],
    ground: Ground,
    siting: Siting,
    order: Ints,
    mark: Marks,
    steps: Sequence[float],
) -> tuple[Floats, Marks]:
    """Return the people served by zone, after 0, 1, ... N stations, and when shares are reached.

    ``order`` (int64[N]): rows of the new stations; the baseline stands before them. ``kinds``: of
    all stations. People (float64[N + 1, zones]) are counted in the zone where they live, not where
    the station is. ``mark`` (uint8[N], above 1): value that a station leaves in the cells in which
    it is the first with which a share of ``steps`` is served: uint8[steps, H, W], 0 where it never
    is, 1 where it is before.
    """
    before = np.flatnonzero(siting.role == BASELINE)
    rows = np.concatenate([before, order])
    marks = np.concatenate([np.ones(before.size, np.uint8), mark])
    stations = (siting.cell[rows], siting.equipment[rows])
    served = expected_in_order(kinds, ground, stations, marks, steps)
    return people_after_each(served.gain, before.size), served.reached


def people_after_each(gained: Floats, standing: int) -> Floats:
    """Return the people served by zone, after 0, 1, ... of the new stations.

    ``gained`` (float64[n, zones]): by each of all stations; the first ones are ``standing`` before.
    """
    served: Floats = np.cumsum(np.vstack([np.zeros((1, gained.shape[1])), gained]), axis=0)
    return served[standing:]
