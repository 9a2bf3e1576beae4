"""Sweep of sectors over terrain: gain of the path from each mast, and what its sectors make of it.

The gain of the path (linear, at most 1) is that of a mast, whichever way its antennas face: it is
worked out once, on a square of cells around the mast, one mast to each thread. The sectors then
take it cell by cell, with the antenna's gain in the true direction of the terminal: as high or
low as its ground stands beside that of the mast. Sectors are added up tile by tile in their
order, as in :mod:`kernels.radio.sweep.statistical`, so the result does not depend on the number of
threads.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_disjoint, compiled_parallel
from kernels.radio.models.free_space import free_space_loss_db
from kernels.radio.p1812.raster import ZoneRaster, raster_losses_db, unpacked
from kernels.radio.sweep.kept import Served, keep_all, kept_row, put_row, take_row
from kernels.radio.sweep.row_power import RowCells, look_ups, row_cells, times_gain
from kernels.radio.sweep.sectors import (
    OMNI,
    TILE,
    Classes,
    Emitters,
    Floats,
    Ints,
    Longs,
    Singles,
    Tables,
    dealt_tiles,
    row_span,
)
from kernels.radio.sweep.table import MANTISSA_SHIFT
from kernels.radio.terrain.fast_tier import terrain_diffraction_db
from kernels.radio.terrain.rays import Rays
from kernels.radio.terrain.tables import TerrainMedium


class Masts(NamedTuple):
    """Masts, one row each (M).

    ``cell`` (int64, (M, 2)) row and column of the cell each stands in; ``place_m`` (float64,
    (M, 2)) x and y as of :class:`kernels.radio.sweep.sectors.Emitters`; ``antenna_m`` (float64)
    height of the antennas above sea level; ``path`` (int32) row of the tables of the path
    for users of the first class.
    """

    cell: Longs
    place_m: Floats
    antenna_m: Floats
    path: Ints


class Mounted(NamedTuple):
    """Where sectors are (N): ``mast`` (int32) its row, ``number`` (int32) of the sector itself."""

    mast: Ints
    number: Ints


class Paths(NamedTuple):
    """What lies between masts and terminals.

    ``mast_cell`` and ``antenna_m`` as in :class:`Masts`; ``gain`` (float32, (M, side, side)) that
    of the paths from each mast, its cell in the middle; ``terminal_m`` (float32, H x W) height of
    terminals above sea level; ``cell_m`` side of a cell.
    """

    mast_cell: Longs
    antenna_m: Floats
    gain: Singles
    terminal_m: Singles
    cell_m: float


class FlatLand(NamedTuple):
    """What flat land diffracts, and the ``weight`` (a factor) of what terrain adds to it.

    ``loss_db`` (float64): rows at the root of i cells; ``row`` (int32, M): that of each mast.
    """

    loss_db: Floats
    row: Ints
    weight: float


@compiled
def excess_gain(
    diffraction_db: Singles, flat: tuple[Floats, float], offset_m: tuple[float, float],
    cell_m: float, path: Singles, classes: Classes, first_segment: int, least_m2: float,
) -> Singles:  # fmt: skip
    """Gain of the path: that of the statistical model, less the diffraction beyond flat land.

    ``diffraction_db`` (float32, side x side) as of
    :func:`kernels.radio.terrain.fast_tier.terrain_diffraction_db`; ``flat`` that of flat land at
    the root of i cells (float64), and the factor of what exceeds it; ``offset_m`` the mast from the
    centre of its cell, to the east and to the south; ``path`` (float32, (C, K, 2)) by class of
    users as of :class:`kernels.radio.sweep.sectors.Tables`, ``classes`` (uint8) the class of
    each cell of the square. Terrain that stands less in the way than flat land does gains nothing:
    the model is a median of sight and no sight already. 0 where there is no diffraction loss, but
    in the mast's own cell.
    """
    side = diffraction_db.shape[0]
    flat_db, weight = flat
    reach = side // 2
    gain = np.zeros((side, side), np.float32)
    for y in range(side):
        south_m = (y - reach) * cell_m - offset_m[1]
        for x in range(side):
            excess_db = 0.0
            if y != reach or x != reach:
                if math.isnan(diffraction_db[y, x]):
                    continue
                square = (y - reach) ** 2 + (x - reach) ** 2
                excess_db = max(diffraction_db[y, x] - flat_db[square], 0.0)
            east_m = (x - reach) * cell_m - offset_m[0]
            squared = np.float32(max(east_m * east_m + south_m * south_m, least_m2))
            k = (squared.view(np.int32) >> np.int32(MANTISSA_SHIFT)) - np.int32(first_segment)
            c = classes[y, x]
            median = path[c, k, 0] + path[c, k, 1] * squared
            gain[y, x] = median * 10.0 ** (-0.1 * weight * excess_db)
    return gain


@compiled
def _square(classes: Classes, row: int, column: int, reach: int) -> Classes:
    """The square of cells around one of them; 0 off the raster."""
    around = np.zeros((2 * reach + 1, 2 * reach + 1), np.uint8)
    for y in range(max(0, row - reach), min(classes.shape[0], row + reach + 1)):
        for x in range(max(0, column - reach), min(classes.shape[1], column + reach + 1)):
            around[y - row + reach, x - column + reach] = classes[y, x]
    return around


@compiled_parallel
def fast_path_gains(
    ground: tuple[Singles, Classes], masts: Masts, rx_height_m: float, tables: Tables,
    flat: FlatLand, rays: Rays, medium: TerrainMedium,
) -> Singles:  # fmt: skip
    """Gain of the path by the fast tier around each mast, float32 (M, side, side).

    ``ground``: the terrain in metres (float32, H x W) without holes, and the class of the users
    (uint8, H x W); the square of cells is that of ``rays``.
    """
    side = 2 * rays.reach + 1
    cell_m = 1000.0 * rays.cell_km
    terrain_m, user_class = ground
    gains = np.empty((masts.path.size, side, side), np.float32)
    for i in numba.prange(masts.path.size):
        row, column = masts.cell[i, 0], masts.cell[i, 1]
        diffraction_db = terrain_diffraction_db(
            terrain_m, (row, column, masts.antenna_m[i]), rx_height_m, rays, medium
        )
        offset_m = (
            masts.place_m[i, 0] - (column + 0.5) * cell_m,
            masts.place_m[i, 1] - (row + 0.5) * cell_m,
        )
        gains[i] = excess_gain(
            diffraction_db, (flat.loss_db[flat.row[i]], flat.weight), offset_m, cell_m,
            tables.path[masts.path[i] :], _square(user_class, row, column, rays.reach),
            tables.first_segment, tables.least_m2,
        )  # fmt: skip
    return gains


@compiled
def reference_gain(losses_db: Floats, cell_m: float, frequency_ghz: float) -> Singles:
    """Gain of the path from P.1812's loss around a mast (float64, side x side); 0 where NaN.

    The mast's own cell, to which P.1812 knows no path, has the loss of free space (P.525) over
    half a cell.
    """
    side = losses_db.shape[0]
    gain = np.zeros((side, side), np.float32)
    for y in range(side):
        for x in range(side):
            if not math.isnan(losses_db[y, x]):
                gain[y, x] = 10.0 ** (-0.1 * losses_db[y, x])
    own_db = free_space_loss_db(0.5 * cell_m, frequency_ghz)
    gain[side // 2, side // 2] = 10.0 ** (-0.1 * own_db)
    return gain


@compiled_parallel
def reference_path_gains(
    terrain_m: Singles, clutter_m: Singles, zones: ZoneRaster, cell: Longs, cell_m: float,
    reach: int, conditions: Floats,
) -> Singles:  # fmt: skip
    """Gain of the path by P.1812 around each mast, float32 (M, side, side).

    Rasters as for :func:`kernels.radio.p1812.raster.raster_losses_db`; ``cell`` (int64, (M, 2)) row
    and column of the masts on them; ``reach`` in cells; ``conditions`` (float64, M rows) as of
    :func:`kernels.radio.p1812.raster.packed`.
    """
    side = 2 * reach + 1
    gains = np.empty((cell.shape[0], side, side), np.float32)
    for i in numba.prange(cell.shape[0]):
        losses_db = raster_losses_db(
            terrain_m, clutter_m, zones, (cell[i, 0], cell[i, 1]), cell_m, reach * cell_m,
            unpacked(conditions[i]),
        )  # fmt: skip
        gains[i] = reference_gain(losses_db, cell_m, conditions[i, 0])
    return gains


@compiled_disjoint
def _omni_mw(
    cells: RowCells, gain: Singles, terminal_m: Singles, antenna_m: float, full_mw: float
) -> None:
    """Power of an omni at the cells of a row, and how high its antenna is over their terminals.

    ``gain`` is that of the path to them; ``terminal_m`` and ``antenna_m`` above sea level.
    """
    full, antenna = np.float32(full_mw), np.float32(antenna_m)
    for j in range(gain.size):
        cells.power_mw[j] = full * gain[j]
        cells.over_m[j] = antenna - terminal_m[j]


@compiled
def _terrain_tile(
    top: int, left: int, paths: Paths, sectors: Ints, mounted: Mounted, emitters: Emitters,
    tables: Tables, served: Served,
) -> int:  # fmt: skip
    """Sweep sectors over one tile, row by row; return the number of cells evaluated."""
    bottom = min(top + TILE, served.best_mw.shape[0])
    right = min(left + TILE, served.best_mw.shape[1])
    cell_m, gains = paths.cell_m, paths.gain
    kept, cells, looked = kept_row(), row_cells(), look_ups(tables)
    evaluated = 0
    for row in range(top, bottom):
        take_row(kept, served, row, left, right)
        for i in sectors:
            mast = mounted.mast[i]
            begin, end, north_m = row_span(emitters, i, cell_m, row, left, right)
            if begin >= end:
                continue
            up = paths.mast_cell[mast, 0] - gains.shape[1] // 2
            aside = paths.mast_cell[mast, 1] - gains.shape[2] // 2
            _omni_mw(
                cells, gains[mast, row - up, begin - aside : end - aside],
                paths.terminal_m[row, begin:end], paths.antenna_m[mast], emitters.power_mw[i],
            )  # fmt: skip
            if emitters.kind[i] != OMNI:
                from_m = ((begin + 0.5) * cell_m - emitters.place_m[i, 0], north_m, cell_m)
                times_gain(cells, end - begin, from_m, i, emitters, tables, looked)
            power = cells.power_mw[: end - begin]
            keep_all(power, kept, begin - left, emitters.load[i], mounted.number[i])
            evaluated += end - begin
        put_row(served, kept, row, left, right)
    return evaluated


@compiled_parallel
def sweep_terrain(
    paths: Paths, mounted: Mounted, emitters: Emitters, tables: Tables, tile_start: Longs,
    tile_sector: Ints, wanted: npt.NDArray[np.bool_], served: Served,
) -> Longs:  # fmt: skip
    """Sweep sectors over a raster, tile by tile, into what ``served`` holds already.

    The squares of ``paths`` hold every cell within the reach of the sectors ``mounted`` there.
    The other arguments, and the result, as of :func:`kernels.radio.sweep.statistical.sweep`;
    ``served`` is a full one.
    """
    columns = (served.best_mw.shape[1] + TILE - 1) // TILE
    evaluated = np.zeros(wanted.size, np.int64)
    dealt = dealt_tiles(tile_start, wanted)
    for turn in numba.prange(dealt.size):
        tile = dealt[turn]
        evaluated[tile] = _terrain_tile(
            (tile // columns) * TILE,
            (tile % columns) * TILE,
            paths,
            tile_sector[tile_start[tile] : tile_start[tile + 1]],
            mounted,
            emitters,
            tables,
            served,
        )
    return evaluated
