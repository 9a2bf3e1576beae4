"""The share of the people of each cell that a fixed plan is expected to serve.

Siting counts whole cells, and users by situations, each served within a radius of the best station.
Here stations count as in :mod:`planner.sites.served_people`: on parts of cells, and all that are
within reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.footprints.served_share import ServedInOrder
from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.sites.equipment import StationKind
from planner.sites.served_people import expected_in_order, expected_shares
from planner.siting import BASELINE, Siting

Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ServedShares:
    """Share of the people of each cell (float32, grid shape, 0 to 1) that stations serve.

    ``share``: by all stations of the plan; ``baseline``: by those in service before it.
    ``gained`` (float64[n]): people whom each station adds to those before it; ``in_order``: the
    same by zone, and when shares are reached, if that was asked for.
    """

    share: Raster
    baseline: Raster
    gained: npt.NDArray[np.float64]
    in_order: ServedInOrder | None = None

    @classmethod
    def of_siting(cls, demand: Demand, siting: Siting) -> ServedShares:
        """Return the shares as siting counts them: situations within the radius of a station."""
        return cls(
            demand.served_share(siting.covered),
            demand.served_share(siting.covered_baseline),
            siting.people_gained,
        )


def expected_service(
    kinds: Sequence[StationKind],
    ground: Ground,
    siting: Siting,
    mark: npt.NDArray[np.uint8] | None = None,
    steps: Sequence[float] = (),
) -> ServedShares:
    """Return the shares that are expected to be served, by any of the stations within reach.

    ``kinds``: of all stations, by the name of their equipment; ``mark`` (uint8[n]) of each and
    ``steps``, if it is asked when shares are reached, as in
    :func:`kernels.footprints.served_share.served_in_order`.
    """
    before, stations = siting.role == BASELINE, (siting.cell, siting.equipment)
    # What stands before comes first in any plan of ours; then one walk tells all.
    count = int(before.sum())
    standing = count if before[:count].all() else 0
    marks = np.ones(len(siting), np.uint8) if mark is None else mark
    served = expected_in_order(kinds, ground, stations, marks, steps, standing=standing)
    baseline = served.before
    if not standing:
        baseline = expected_shares(kinds, ground, siting.cell[before], siting.equipment[before])
    in_order = None if mark is None else served
    return ServedShares(served.share, baseline, served.gain.sum(axis=1), in_order)
