"""Rasters of who is served: by area class, by baseline or plan, and to what share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from planner.ground.area_class import OUTSIDE
from planner.ground.demand import Demand
from planner.results.expected_service import ServedShares
from planner.siting import Siting


@dataclass(frozen=True)
class Coverage:
    """Service of each cell, on the grid of the study area.

    ``served_class`` (uint8): 255 outside the area, 0 not covered, 1 + code of the area class where
    covered. ``phase`` (uint8): 255 outside, 0 not covered, 1 covered by the baseline already,
    2 covered by the plan's new stations only. ``share`` (float32): share of the people of a cell
    that is expected to be served, NaN outside.

    Examples
    --------
    >>> import planner
    >>> quick = {"area.cell_size_m": 250, "siting.improvement_rounds": 0}
    >>> plan = planner.run("qingzhen", quick)
    >>> sorted(set(plan.coverage.phase.ravel().tolist()))
    [0, 2, 255]
    """

    served_class: npt.NDArray[np.uint8]
    phase: npt.NDArray[np.uint8]
    share: npt.NDArray[np.float32]


def coverage(
    demand: Demand,
    siting: Siting,
    served: ServedShares | None = None,
    *,
    least_share: float = 0.5,
) -> Coverage:
    """Return rasters of who is served: by area class, and by baseline or plan.

    ``served``: as expected, by default as siting counts it; cells are covered where it is at least
    ``least_share``.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> ground = planner.ground_of(scenario, 250.0)
    >>> radius_m = [one.radius_m for one in planner.service_radii(scenario.radio, scenario.service)]
    >>> candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    >>> siting = planner.site_stations(scenario, ground, candidates, radius_m)
    >>> seen = planner.coverage(ground.demand, siting)
    >>> seen.phase.shape == ground.area.grid.shape
    True
    """
    outside = demand.area_class == OUTSIDE
    shares = served or ServedShares.of_siting(demand, siting)
    least = np.float32(least_share - 1e-6)
    covered, before = shares.share >= least, shares.baseline >= least
    served_class = np.where(covered, demand.area_class + np.uint8(1), np.uint8(0))
    served_class[outside] = OUTSIDE
    phase = covered.astype(np.uint8) * np.uint8(2) - before
    phase[outside] = OUTSIDE
    share = np.where(outside, np.float32(np.nan), shares.share)
    return Coverage(served_class.astype(np.uint8), phase.astype(np.uint8), share)
