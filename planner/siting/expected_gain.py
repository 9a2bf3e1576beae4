"""Expected gain of each station given those before it, in place of the gain that siting counts.

Siting counts users by situations, each served by the nearest station. Where a class is nearly full,
what it counts and what is expected differ: cells may be no smaller than the reach towards the
hardest users, and several stations are within reach of most of them. Phases therefore end by the
expected number of users served (:mod:`planner.sites.served_people`), so that their end
depends less on the size of the cells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.footprints.users import Users
from planner.ground.ground import Ground
from planner.sites.equipment import StationKind
from planner.sites.served_people import expected_in_order, expected_shares, users_of

Cells = npt.NDArray[np.int64]
Gains = npt.NDArray[np.float64]
Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ExpectedGain:
    """Expected service on a ground by stations of one kind."""

    kind: StationKind
    ground: Ground

    @classmethod
    def of(cls, kind: StationKind, ground: Ground) -> ExpectedGain | None:
        """Return the expected service where users differ; None with hard discs.

        Then phases end as siting counts.
        """
        return cls(kind, ground) if ground.demand.situations > 1 else None

    def in_turn(self, weight: Raster, cells: Cells) -> Gains:
        """Return the gain of each station given those before it (float64[n]).

        ``weight`` (float32, stacked by situations): of the users, an equal share in each.
        """
        mark = np.ones(len(cells), np.uint8)
        stations = (cells, self._names(cells))
        users = self._users(weight)
        served = expected_in_order([self.kind], self.ground, stations, mark, (), users)
        return np.asarray(served.gain.sum(axis=1))

    def left_over(self, weight: Raster, cells: Cells) -> Raster:
        """Return the weight that stations are not expected to serve, as ``weight`` is stacked."""
        names, users = self._names(cells), self._users(weight)
        share = expected_shares([self.kind], self.ground, cells, names, users)
        left = weight[: share.shape[0]] * (1 - share)
        return np.asarray(np.tile(left, (self.ground.demand.situations, 1)))

    def _names(self, cells: Cells) -> npt.NDArray[np.str_]:
        return np.full(len(cells), self.kind.name)

    def _users(self, weight: Raster) -> Users:
        """Return nobody but the users who have weight."""
        demand = self.ground.demand
        whole = weight[: demand.people.shape[0]] * np.float32(demand.situations)
        return users_of(self.ground, whole)
