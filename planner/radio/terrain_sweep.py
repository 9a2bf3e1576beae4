"""From masts on the terrain to the sweep of their sectors, with bounded memory.

The loss belongs to the mast and is computed once for all sectors on it; the antenna's gain belongs
to the sector. Masts are taken in batches: first their paths, on all cores, then the power of their
sectors, added to the result so far.

*Fast tier.* The loss is that of the smooth-earth maps (with and without line of sight weighted by
their probabilities, or without, as the scenario says) plus the diffraction over the terrain in
excess of that over flat land at the same distance. A statistical model already includes the share
of flat land, so nothing is counted twice. Terrain that leaves the path clearer than flat land does,
such as a slope in sight of the mast, neither adds nor removes loss. Where users are served, the
loss is the mean over parts of cells whose heights are known (:mod:`planner.radio.terrain_parts`).

*Reference tier.* The loss is that of ITU-R P.1812 for the shares of time and locations that the
scenario asks for, with clutter and sea where the terrain has them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from kernels.radio.p1812.path import in_domain
from kernels.radio.p1812.raster import packed
from kernels.radio.p1812.terms import INLAND, SEA, Conditions
from kernels.radio.sweep.kept import Served
from kernels.radio.sweep.over_terrain import (
    FlatLand,
    Masts,
    Mounted,
    Paths,
    fast_path_gains,
    reference_path_gains,
    sweep_terrain,
)
from kernels.radio.sweep.sectors import TILE, Classes, Emitters, Tables, sectors_by_tile
from kernels.radio.terrain.rays import rays_of
from kernels.radio.terrain.tables import flat_losses_db, terrain_medium
from planner.errors import InputError, Problem
from planner.ground.terrain import Terrain
from planner.radio.terrain_conditions import terrain_conditions
from planner.radio.terrain_parts import TerrainParts
from planner.radio.tier_names import FAST_TIER, REFERENCE_TIER

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

TIERS = {"fast": FAST_TIER, "reference": REFERENCE_TIER}
"""The choices of ``terrain.tier`` in words."""

_BYTES_AT_ONCE = 1 << 26
_LEAST_MASTS_AT_ONCE = 16
_HALF_DIAGONAL = 0.71
"""Maximum distance of a mast from the centre of its own cell, in cells."""


class _Tier(Protocol):
    """A method for the paths from masts; it gives gains (float32, (M, side, side))."""

    def gains(self, masts: Masts, height_m: Floats, tables: Tables) -> Singles:
        """Return the gains around some masts, whose antennas are ``height_m`` above ground."""


@dataclass(frozen=True)
class TerrainSweep:
    """Terrain, and the method for paths over it.

    ``tier``: "fast" or "reference"; ``frequency_ghz`` of the carrier; ``ue_height_m`` of the
    terminals over the ground; ``near_m`` from a mast users may be served.
    """

    terrain: Terrain
    tier: str
    frequency_ghz: float
    ue_height_m: float
    near_m: float = 0.0

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
            In the reference tier: values for which P.1812 is undefined.
        """
        grid = self.terrain.grid
        masts, mast_of_sector, height_m = self._masts(sectors, emitters)
        reach = math.ceil(float(emitters.reach_m.max()) / grid.cell_size_m + _HALF_DIAGONAL)
        tier: _Tier = (
            _FastTier(self, reach, served.user_class)
            if self.tier == "fast"
            else _ReferenceTier(self, reach)
        )
        terminal_m = self.terrain.height_m + np.float32(self.ue_height_m)
        rows, columns = (math.ceil(side / TILE) for side in grid.shape)
        at_once = max(_LEAST_MASTS_AT_ONCE, _BYTES_AT_ONCE // (4 * (2 * reach + 1) ** 2))
        for first in range(0, height_m.size, at_once):
            some = Masts._make(values[first : first + at_once] for values in masts)
            gains = tier.gains(some, height_m[first : first + at_once], tables)
            numbers = np.flatnonzero(mast_of_sector // at_once == first // at_once)
            theirs = Emitters._make(values[numbers] for values in emitters)
            mounted = Mounted(
                (mast_of_sector[numbers] - first).astype(np.int32), numbers.astype(np.int32)
            )
            start, sector = sectors_by_tile(
                theirs.place_m, theirs.reach_m, grid.cell_size_m, rows, columns
            )
            paths = Paths(some.cell, some.antenna_m, gains, terminal_m, grid.cell_size_m)
            touched = wanted & (np.diff(start) > 0)
            sweep_terrain(paths, mounted, theirs, tables, start, sector, touched, served)

    def _masts(
        self, sectors: pd.DataFrame, emitters: Emitters
    ) -> tuple[Masts, npt.NDArray[np.int32], Floats]:
        """Return masts in the order of their first sectors, the mast of each sector, heights."""
        keys = ["lon", "lat", "height_m", "area_class"]
        mast_of_sector = sectors.groupby(keys, sort=False).ngroup().to_numpy().astype(np.int32)
        _, first = np.unique(mast_of_sector, return_index=True)
        place_m = emitters.place_m[first]
        cell = np.floor(place_m[:, ::-1] / self.terrain.grid.cell_size_m).astype(np.int64)
        cell = np.clip(cell, 0, np.array(self.terrain.grid.shape) - 1)
        height_m = sectors["height_m"].to_numpy()[first]
        ground_m = self.terrain.height_m[cell[:, 0], cell[:, 1]].astype(float)
        masts = Masts(
            cell=np.ascontiguousarray(cell),
            place_m=np.ascontiguousarray(place_m),
            antenna_m=ground_m + height_m,
            path=emitters.range_table[first],
        )
        return masts, mast_of_sector, height_m


class _FastTier:
    """Statistical model and diffraction; values independent of the mast are computed once."""

    def __init__(self, sweep: TerrainSweep, reach: int, user_class: Classes) -> None:
        self._sweep, self._terrain, self._user_class = sweep, sweep.terrain, user_class
        self._reach = reach
        self._cell_km = sweep.terrain.grid.cell_size_m / 1000.0
        self._rays = rays_of(float(reach), self._cell_km)
        self._clutter: Singles | None = None
        if sweep.terrain.clutter_loss_db is not None:
            shares = 10.0 ** (-0.1 * sweep.terrain.clutter_loss_db)
            self._clutter = np.pad(shares, reach, constant_values=1.0).astype(np.float32)
        self._medium = terrain_medium(
            sweep.frequency_ghz,
            sweep.terrain.waves.polarisation,
            sweep.terrain.effective_radius_km,
            reach * self._cell_km,
            self._cell_km,
        )
        near = min(reach, math.ceil(sweep.near_m / sweep.terrain.grid.cell_size_m))
        parts = TerrainParts(sweep.terrain, sweep.frequency_ghz, sweep.ue_height_m, near)
        self._parts = parts if near and sweep.terrain.finer > 1 else None

    def gains(self, masts: Masts, height_m: Floats, tables: Tables) -> Singles:
        """Return the gains around some masts, whose antennas are ``height_m`` above ground."""
        heights, flat = np.unique(height_m, return_inverse=True)
        gains: Singles = fast_path_gains(
            (self._terrain.height_m, self._user_class),
            masts,
            self._sweep.ue_height_m,
            tables,
            FlatLand(
                np.array([self._flat_db(float(mast_m)) for mast_m in heights]),
                flat.astype(np.int32),
                self._terrain.waves.diffraction_weight,
            ),
            self._rays,
            self._medium,
        )
        if self._clutter is not None:
            side = gains.shape[1]
            for mast, (row, column) in enumerate(masts.cell):
                gains[mast] *= self._clutter[row : row + side, column : column + side]
        if self._parts is not None:
            place = masts.place_m[:, ::-1] / (1000.0 * self._cell_km)
            near = slice(self._reach - self._parts.cells, self._reach + self._parts.cells + 1)
            gains[:, near, near] *= 10.0 ** (-0.1 * self._parts.more_db(place, height_m))
        return gains

    def _flat_db(self, mast_m: float) -> Floats:
        """Return the diffraction loss of flat land at a distance of the square root of i cells."""
        losses_db: Floats = flat_losses_db(
            np.sqrt(np.arange(self._rays.reach**2 + 1)) * self._cell_km,
            mast_m,
            self._sweep.ue_height_m,
            self._terrain.effective_radius_km,
            self._cell_km,
            self._sweep.frequency_ghz,
            self._terrain.waves.polarisation,
        )
        return losses_db


class _ReferenceTier:
    """P.1812 on rasters that are a cell wider than the grid on each side.

    Rays may pass slightly off the cells they serve, which along the rim is off the grid.
    """

    def __init__(self, sweep: TerrainSweep, reach: int) -> None:
        self._sweep, self._reach = sweep, reach
        terrain = sweep.terrain
        self._height_m = np.pad(terrain.height_m, 1, mode="edge")
        self._clutter_m = np.zeros((0, 0), np.float32)
        if terrain.clutter_m is not None:
            self._clutter_m = np.pad(terrain.clutter_m, 1, mode="edge")
        self._zones = np.zeros((0, 0), np.int8)
        if terrain.sea.any():
            zones = np.where(terrain.sea, np.int8(SEA), np.int8(INLAND))
            self._zones = np.pad(zones, 1, mode="edge")

    def gains(self, masts: Masts, height_m: Floats, tables: Tables) -> Singles:  # noqa: ARG002
        """Return the gains around some masts, whose antennas are ``height_m`` above ground."""
        grid = self._sweep.terrain.grid
        gains: Singles = reference_path_gains(
            self._height_m,
            self._clutter_m,
            self._zones,
            masts.cell + 1,
            grid.cell_size_m,
            self._reach,
            np.stack([packed(one) for one in self._conditions(masts, height_m)]),
        )
        return gains

    def _conditions(self, masts: Masts, height_m: Floats) -> list[Conditions]:
        terrain = self._sweep.terrain
        cell = masts.cell[:, 0] * terrain.grid.width + masts.cell[:, 1]
        _, latitude_deg = terrain.grid.lonlat(*terrain.grid.xy_m(cell))
        conditions = [
            terrain_conditions(
                terrain,
                self._sweep.frequency_ghz,
                (float(mast_m), self._sweep.ue_height_m),
                float(latitude),
            )
            for mast_m, latitude in zip(height_m, latitude_deg, strict=True)
        ]
        if not all(in_domain(one) for one in conditions):
            raise InputError(
                Problem(
                    "P.1812 has no loss under these conditions",
                    key="terrain.earth_radius_factor",
                    value=terrain.earth_radius_factor,
                    expected="more than 1; antennas above the ground",
                )
            )
        return conditions
