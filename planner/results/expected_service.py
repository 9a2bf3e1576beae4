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
    ``gained`` (float64[n]): people whom each station adds to those before it.
    """

    share: Raster
    baseline: Raster
    gained: npt.NDArray[np.float64]

    @classmethod
    def of_siting(cls, demand: Demand, siting: Siting) -> ServedShares:
        """Return the shares as siting counts them: situations within the radius of a station."""
        return cls(
            demand.served_share(siting.covered),
            demand.served_share(siting.covered_baseline),
            siting.people_gained,
        )


def expected_service(kinds: Sequence[StationKind], ground: Ground, siting: Siting) -> ServedShares:
    """Return the shares that are expected to be served, by any of the stations within reach.

    ``kinds``: of all stations, by the name of their equipment.
    """
    before, mark = siting.role == BASELINE, np.ones(len(siting), np.uint8)
    served = expected_in_order(kinds, ground, (siting.cell, siting.equipment), mark, ())
    return ServedShares(
        served.share,
        expected_shares(kinds, ground, siting.cell[before], siting.equipment[before]),
        served.gain.sum(axis=1),
    )
