"""Territories: zones with a number of stations of their own, and the rest of the area."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from planner.errors import PlannerWarning
from planner.ground.area import StudyArea
from planner.ground.zone_names import zone_numbers
from planner.scenario.target import TargetSection
from planner.sites.footprints import Footprints

Bools = npt.NDArray[np.bool_]
Cells = npt.NDArray[np.int64]
Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Territory:
    """Cells (bool, grid shape) that take ``stations``: exactly as many if a ``zone`` is named."""

    where: Bools
    stations: int
    zone: int | None = None


def territories(
    target: TargetSection,
    key: Literal["stations_baseline", "stations_new"],
    area: StudyArea,
    given: Cells,
) -> list[Territory]:
    """Return the zones for which ``target`` fixes the number of stations, then the rest.

    ``given`` (int64[n]): cells of stations that stand already and count in these numbers.
    """
    known = zone_numbers(area)
    fixed = [(known[one.zone], getattr(one, key)) for one in target.zones]
    fixed = [(zone, count) for zone, count in fixed if count is not None]
    standing = area.zone_index.ravel()[given]
    parts = []
    for zone, count in fixed:
        here = int((standing == zone).sum())
        if here > count:
            warnings.warn(
                f"{area.zones['name_en'][zone]}: {here:,} must-have sites are more than the "
                f"{count:,} stations that target.zones fixes for the zone",
                PlannerWarning,
                stacklevel=2,
            )
        parts.append(Territory(area.zone_index == zone, max(0, count - here), zone))
    rest = ~np.isin(area.zone_index, [zone for zone, _ in fixed])
    left = getattr(target, key) - len(given) - sum(part.stations for part in parts)
    return [*parts, Territory(rest, max(0, left))]


def more_layers(
    serving: Footprints, people: Raster, allowed: Bools, taken: Cells, count: int
) -> Cells:
    """Return ``count`` more cells where all people are within reach already.

    They repeat the greedy choice as if nothing were served, each time without the cells taken: a
    second station where most people live, as capacity is added.
    """
    free = allowed.copy()
    free.ravel()[taken] = False
    layers: list[Cells] = [np.zeros(0, np.int64)]
    while (left := count - sum(map(len, layers))) > 0:
        layer = serving.order(people, free, np.zeros(people.shape, np.bool_), left)
        if not len(layer):
            break
        free.ravel()[layer] = False
        layers.append(layer)
    return np.concatenate(layers)


def in_order(serving: Footprints, weight: Raster, covered: Bools, cells: Cells) -> Cells:
    """Return the same cells, each where it adds the most; those that add nothing come last."""
    height, width = covered.shape
    standing = np.zeros((height // serving.situations, width), np.bool_)
    standing.ravel()[cells] = True
    order = serving.order(weight, standing, covered, len(cells))
    return np.concatenate([order, cells[~np.isin(cells, order)]])
