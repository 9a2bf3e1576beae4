"""From masts on the terrain to the sweep of their sectors, with bounded memory.

The loss belongs to the mast, and is worked out once for all sectors on it; the antenna's gain to
the sector. Masts are taken some at a time: their paths on all cores, then what their sectors
give the cells, added to what was found before.

*Fast tier.* The loss is that of the smooth-earth maps (the median of sight and no sight by their
probabilities, or of no sight, as the scenario says) plus the diffraction over the terrain beyond
what flat land diffracts over the same distance. A statistical model holds flat land's own share
already, so nothing counts twice; terrain that leaves the path clearer than flat land does, as a
slope in sight of the mast, adds nothing, and takes nothing off.

*Reference tier.* The loss is that of ITU-R P.1812, half of the time and in half of the places,
with clutter and sea where the terrain has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from kernels.p526 import VERTICAL
from kernels.p1812 import in_domain
from kernels.p1812_raster import packed
from kernels.p1812_terms import INLAND, SEA, Conditions
from kernels.sweep import TILE, Emitters, Served, Tables, sectors_by_tile
from kernels.sweep_terrain import (
    Masts,
    Mounted,
    Paths,
    fast_path_gains,
    reference_path_gains,
    sweep_terrain,
)
from kernels.terrain_rays import Rays, rays_of
from kernels.terrain_tables import TerrainMedium, flat_losses_db, terrain_medium
from planner.errors import InputError, Problem
from planner.radio.tier_names import FAST_TIER, REFERENCE_TIER
from planner.terrain import Terrain

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
Singles = npt.NDArray[np.float32]

TIERS = {"fast": FAST_TIER, "reference": REFERENCE_TIER}
"""What the choices of ``terrain.tier`` are, in words."""

_BYTES_AT_ONCE = 1 << 26
_LEAST_MASTS_AT_ONCE = 16
_HALF_DIAGONAL = 0.71
"""A mast stands at most so many cells from the centre of its own."""


@dataclass(frozen=True)
class _Fast:
    """What the fast tier works out once for all masts."""

    rays: Rays
    medium: TerrainMedium
    flat_db: Floats


@dataclass(frozen=True)
class _Reference:
    """Rasters of P.1812, one cell wider than the grid on each side, and what it asks of a mast."""

    height_m: Singles
    clutter_m: Singles
    zones: npt.NDArray[np.int8]
    conditions: Floats


@dataclass(frozen=True)
class TerrainSweep:
    """Terrain, and how the paths over it are worked out.

    ``tier``: "fast" or "reference"; ``frequency_ghz`` of the carrier; ``ue_height_m`` of the
    terminals over the ground.
    """

    terrain: Terrain
    tier: str
    frequency_ghz: float
    ue_height_m: float

    def into(
        self,
        served: Served,
        sectors: pd.DataFrame,
        emitters: Emitters,
        tables: Tables,
        wanted: npt.NDArray[np.bool_],
    ) -> None:
        """Sweep the sectors into ``served``, over the tiles that are ``wanted``.

        Raises
        ------
        InputError
            In the reference tier: values to which P.1812 gives no meaning.
        """
        grid = self.terrain.grid
        masts, mast_of_sector, height_m = self._masts(sectors, emitters)
        reach = math.ceil(float(emitters.reach_m.max()) / grid.cell_size_m + _HALF_DIAGONAL)
        made: _Fast | _Reference = (
            self._fast(height_m, reach)
            if self.tier == "fast"
            else self._reference(masts, height_m[masts.flat])
        )
        terminal_m = self.terrain.height_m + np.float32(self.ue_height_m)
        rows, columns = (math.ceil(side / TILE) for side in grid.shape)
        at_once = max(_LEAST_MASTS_AT_ONCE, _BYTES_AT_ONCE // (4 * (2 * reach + 1) ** 2))
        for first in range(0, masts.path.size, at_once):
            some = Masts._make(values[first : first + at_once] for values in masts)
            numbers = np.flatnonzero(mast_of_sector // at_once == first // at_once)
            theirs = Emitters._make(values[numbers] for values in emitters)
            mounted = Mounted(
                (mast_of_sector[numbers] - first).astype(np.int32), numbers.astype(np.int32)
            )
            start, sector = sectors_by_tile(
                theirs.place_m, theirs.reach_m, grid.cell_size_m, rows, columns
            )
            paths = Paths(self._gains(made, some, first, tables, reach), terminal_m,
                          grid.cell_size_m)  # fmt: skip
            touched = wanted & (np.diff(start) > 0)
            sweep_terrain(paths, some, mounted, theirs, tables, start, sector, touched, served)

    def _masts(
        self, sectors: pd.DataFrame, emitters: Emitters
    ) -> tuple[Masts, npt.NDArray[np.int32], Floats]:
        """Return the masts in the order of their first sectors, each sector's, and the heights."""
        keys = ["lon", "lat", "height_m", "area_class"]
        mast_of_sector = sectors.groupby(keys, sort=False).ngroup().to_numpy().astype(np.int32)
        _, first = np.unique(mast_of_sector, return_index=True)
        place_m = emitters.place_m[first]
        cell = np.floor(place_m[:, ::-1] / self.terrain.grid.cell_size_m).astype(np.int64)
        cell = np.clip(cell, 0, np.array(self.terrain.grid.shape) - 1)
        heights = sectors["height_m"].to_numpy()[first]
        height_m, flat = np.unique(heights, return_inverse=True)
        ground_m = self.terrain.height_m[cell[:, 0], cell[:, 1]].astype(float)
        masts = Masts(
            cell=np.ascontiguousarray(cell),
            place_m=np.ascontiguousarray(place_m),
            antenna_m=ground_m + heights,
            path=emitters.range_table[first],
            flat=flat.astype(np.int32),
        )
        return masts, mast_of_sector, height_m

    def _fast(self, height_m: Floats, reach: int) -> _Fast:
        cell_km = self.terrain.grid.cell_size_m / 1000.0
        radius_km = self.terrain.effective_radius_km
        distances_km = np.sqrt(np.arange(reach**2 + 1)) * cell_km
        flat_db = [
            flat_losses_db(
                distances_km, mast_m, self.ue_height_m, radius_km, cell_km,
                self.frequency_ghz, VERTICAL,
            )
            for mast_m in height_m
        ]  # fmt: skip
        medium = terrain_medium(self.frequency_ghz, VERTICAL, radius_km, reach * cell_km, cell_km)
        return _Fast(rays_of(float(reach), cell_km), medium, np.array(flat_db))

    def _reference(self, masts: Masts, height_m: Floats) -> _Reference:
        terrain = self.terrain
        flat_cell = masts.cell[:, 0] * terrain.grid.width + masts.cell[:, 1]
        _, latitude = terrain.grid.lonlat(*terrain.grid.xy_m(flat_cell))
        conditions = [
            Conditions(
                self.frequency_ghz, VERTICAL, float(mast_m), self.ue_height_m,
                latitude_deg=float(lat), lapse_rate=terrain.lapse_rate,
            )
            for mast_m, lat in zip(height_m, latitude, strict=True)
        ]  # fmt: skip
        if not all(in_domain(one) for one in conditions):
            raise InputError(
                Problem(
                    "P.1812 has no loss under these conditions",
                    key="terrain.earth_radius_factor",
                    value=terrain.earth_radius_factor,
                    expected="more than 1; antennas above the ground",
                )
            )
        clutter_m = np.zeros((0, 0), np.float32)
        if terrain.clutter_m is not None:
            clutter_m = np.pad(terrain.clutter_m, 1, mode="edge")
        zones = np.zeros((0, 0), np.int8)
        if terrain.sea.any():
            zones = np.pad(np.where(terrain.sea, np.int8(SEA), np.int8(INLAND)), 1, mode="edge")
        # Rays pass a little beside the cells they serve: along the rim, off the grid itself.
        return _Reference(
            np.pad(terrain.height_m, 1, mode="edge"),
            clutter_m,
            zones,
            np.stack([packed(one) for one in conditions]),
        )

    def _gains(
        self, made: _Fast | _Reference, masts: Masts, first: int, tables: Tables, reach: int
    ) -> Singles:
        cell_m = self.terrain.grid.cell_size_m
        gains: Singles
        if isinstance(made, _Fast):
            gains = fast_path_gains(
                self.terrain.height_m, cell_m, masts, self.ue_height_m, tables, made.flat_db,
                made.rays, made.medium,
            )  # fmt: skip
        else:
            conditions = made.conditions[first : first + masts.path.size]
            gains = reference_path_gains(
                made.height_m, made.clutter_m, made.zones, masts.cell + 1, cell_m, reach,
                conditions,
            )  # fmt: skip
        return gains
