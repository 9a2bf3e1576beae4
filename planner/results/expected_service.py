"""The share of the people of each cell that a fixed plan is expected to serve.

Siting counts users by situations, each served within a radius of the best station. Here every
station within reach counts: the chance that the link of a user to it holds, by the strata of
:func:`planner.radio.user_situations.user_strata`, in which links are independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.footprints.served_share import served_share
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.radio.graded_service import link_misses
from planner.sites.equipment import StationKind
from planner.siting import BASELINE, Siting

Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ServedShares:
    """Share of the people of each cell (float32, grid shape, 0 to 1) that stations serve.

    ``share``: by all stations of the plan; ``baseline``: by those in service before it.
    """

    share: Raster
    baseline: Raster

    @classmethod
    def of_siting(cls, demand: Demand, siting: Siting) -> ServedShares:
        """Return the shares as siting counts them: situations within the radius of a station."""
        return cls(
            demand.served_share(siting.covered), demand.served_share(siting.covered_baseline)
        )


def expected_service(kinds: Sequence[StationKind], ground: Ground, siting: Siting) -> ServedShares:
    """Return the shares that are expected to be served, by any of the stations within reach.

    ``kinds``: of all stations, by the name of their equipment. Where all users are alike, and over
    terrain, these are the shares of siting.
    """
    if not is_expected_apart(ground):
        return ServedShares.of_siting(ground.demand, siting)
    before = siting.role == BASELINE
    return ServedShares(
        expected_shares(kinds, ground, siting.cell, siting.equipment),
        expected_shares(kinds, ground, siting.cell[before], siting.equipment[before]),
    )


def is_expected_apart(ground: Ground) -> bool:
    """Whether the people expected to be served are others than those that siting counts."""
    return ground.demand.situations > 1 and ground.terrain is None


def expected_shares(
    kinds: Sequence[StationKind],
    ground: Ground,
    cell: npt.NDArray[np.int64],
    equipment: npt.NDArray[np.str_],
) -> Raster:
    """Return the share that stations in ``cell`` with ``equipment`` serve (float32, grid shape)."""
    area_class, known = ground.demand.area_class, {kind.name: kind for kind in kinds}
    names = sorted(set(equipment.tolist())) or [kinds[0].name]
    log_miss = link_misses(
        [(known[name].radio, known[name].service) for name in names], ground.area.grid.cell_size_m
    )
    number = np.searchsorted(names, equipment).astype(np.int64)
    wanted = area_class < log_miss.shape[1]
    return served_share(wanted, area_class, cell, number, log_miss)
