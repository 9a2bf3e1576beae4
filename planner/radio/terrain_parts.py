"""What radio maps lose more, or less, where the heights of parts of cells are known.

The sweep takes one height a cell, which smooths the hills. The people served are counted on parts
of cells (:mod:`planner.sites.served_people`); so near a mast, where users are served, the loss of
the maps is the mean over the same parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from kernels.radio.terrain.part_excess import mean_excess_db
from kernels.radio.terrain.rays import Rays, rays_of
from kernels.radio.terrain.tables import TerrainMedium, flat_losses_db, terrain_medium
from planner.ground.terrain import MOST_FINER, Terrain

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class TerrainParts:
    """Excess of the diffraction around masts, on the heights of ``terrain`` or of its parts.

    ``cells``: how many around the cell of a mast.
    """

    terrain: Terrain
    frequency_ghz: float
    ue_height_m: float
    cells: int

    def more_db(self, place: Floats, mast_m: Floats) -> npt.NDArray[np.float32]:
        """Return what the parts lose beyond the cells as such (float32[M, side, side]).

        ``place`` (float64[M, 2]): row and column of masts in cells, from the corner of the grid;
        ``mast_m``: height of their antennas above the ground. 0 where nothing is known.
        """
        parts_db = self._fine.excess_db(place * self.terrain.finer, mast_m, self.terrain.finer)
        more_db = parts_db - self.excess_db(place, mast_m, 1)
        return np.asarray(self.terrain.waves.diffraction_weight * np.nan_to_num(more_db))

    def excess_db(self, place: Floats, mast_m: Floats, finer: int) -> npt.NDArray[np.float32]:
        """Return the mean excess over ``finer`` x ``finer`` of the terrain's cells; NaN: none."""
        height_m, heights = self.terrain.height_m, np.unique(mast_m)
        last = np.array(height_m.shape) - 1
        masts = np.clip(np.floor(place).astype(np.int64), 0, last)
        antenna_m = height_m[masts[:, 0], masts[:, 1]].astype(np.float64) + mast_m
        flat_db = np.array([self._flat_db(float(one)) for one in heights])
        return mean_excess_db(
            height_m, masts, antenna_m, self.ue_height_m,
            (flat_db, np.searchsorted(heights, mast_m)),
            (finer, 2 * (self.cells // finer) + 1), self._rays, self._medium,
        )  # fmt: skip

    @cached_property
    def _fine(self) -> TerrainParts:
        fine, finer = self.terrain.fine, self.terrain.finer
        return TerrainParts(fine, self.frequency_ghz, self.ue_height_m, self.cells * finer)

    @cached_property
    def _cell_km(self) -> float:
        return self.terrain.grid.cell_size_m / 1000.0

    @cached_property
    def _rays(self) -> Rays:
        return rays_of(float(self.cells + MOST_FINER), self._cell_km)

    @cached_property
    def _medium(self) -> TerrainMedium:
        return terrain_medium(
            self.frequency_ghz,
            self.terrain.waves.polarisation,
            self.terrain.effective_radius_km,
            self._rays.reach * self._cell_km,
            self._cell_km,
        )

    def _flat_db(self, mast_m: float) -> Floats:
        losses_db: Floats = flat_losses_db(
            np.sqrt(np.arange(self._rays.reach**2 + 1)) * self._cell_km,
            mast_m,
            self.ue_height_m,
            self.terrain.effective_radius_km,
            self._cell_km,
            self.frequency_ghz,
            self.terrain.waves.polarisation,
        )
        return losses_db
