"""The sweep over terrain: on level land it is the sweep over smooth earth, cell by cell."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from kernels.radio.models.p526 import VERTICAL
from kernels.radio.p1812.raster import packed, raster_losses_db
from kernels.radio.p1812.terms import Conditions
from kernels.radio.sweep.kept import nothing_served
from kernels.radio.sweep.over_terrain import (
    Masts,
    Mounted,
    Paths,
    excess_gain,
    reference_gain,
    reference_path_gains,
    sweep_terrain,
)
from kernels.radio.sweep.sectors import OMNI, SECTOR, SOLID, TILE, TILTED, sectors_by_tile
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.kernels.radio.sweep.cases import LEAST_M, OVER_M, make, path_db, run

CELL_M, REACH_M = 50.0, 1200.0
REACH = math.ceil(REACH_M / CELL_M + 0.71)
SHAPE = (60, TILE + 40)


def study(kinds, seed=3):
    emitters, tables = make(kinds, *SHAPE, CELL_M, REACH_M, seed)
    emitters.tilt[np.asarray(kinds) == SECTOR, 0] = 0.0
    cell = np.floor(emitters.place_m[:, ::-1] / CELL_M).astype(np.int64)
    count = len(kinds)
    masts = Masts(
        np.ascontiguousarray(cell), emitters.place_m, np.full(count, 700.0), emitters.range_table
    )
    return emitters, tables, masts


def gains_of(masts, tables, diffraction_db=None):
    """Gains over level land, or with a diffraction loss that is the same around every mast."""
    side = 2 * REACH + 1
    loss_db = np.zeros((side, side), np.float32) if diffraction_db is None else diffraction_db
    flat_db = np.zeros(2 * REACH**2 + 1)
    offsets = masts.place_m - (masts.cell[:, ::-1] + 0.5) * CELL_M
    return np.stack(
        [
            excess_gain(
                loss_db, (flat_db, 1.0), tuple(offset), CELL_M, tables.path,
                np.zeros(loss_db.shape, np.uint8), tables.first_segment, tables.least_m2,
            )
            for offset in offsets
        ]
    )  # fmt: skip


def swept(emitters, tables, masts, gains, terminal_m=None):
    ground_m = np.full(SHAPE, 700.0 - OVER_M, np.float32) if terminal_m is None else terminal_m
    rows, columns = -(-SHAPE[0] // TILE), -(-SHAPE[1] // TILE)
    start, sector = sectors_by_tile(emitters.place_m, emitters.reach_m, CELL_M, rows, columns)
    served = nothing_served(*SHAPE, np.full(SHAPE, 1e-11, np.float32))
    numbers = np.arange(emitters.load.size, dtype=np.int32)
    evaluated = sweep_terrain(
        Paths(masts.cell, masts.antenna_m, gains, ground_m, CELL_M), Mounted(numbers, numbers),
        emitters, tables, start, sector, np.ones(rows * columns, np.bool_), served,
    )  # fmt: skip
    return served, int(evaluated.sum())


def test_on_level_land_it_is_the_sweep_over_smooth_earth() -> None:
    emitters, tables, masts = study([OMNI, SECTOR, TILTED, SOLID] * 3)
    found, count = swept(emitters, tables, masts, gains_of(masts, tables))
    smooth, expected = run(emitters, tables, SHAPE, CELL_M, np.full(SHAPE, 1e-11, np.float32))
    assert count == expected
    for field in ("best_mw", "second_mw", "others_mw", "loaded_mw"):
        np.testing.assert_allclose(getattr(found, field), getattr(smooth, field), rtol=2e-3)
    clear = smooth.best_mw > 1.01 * smooth.second_mw
    np.testing.assert_array_equal(found.server[clear], smooth.server[clear])
    assert (found.servers == smooth.servers).mean() > 0.999


def test_interference_is_the_sum_over_the_other_sectors() -> None:
    emitters, tables, masts = study([OMNI, TILTED, SECTOR, TILTED])
    rng = np.random.default_rng(2)
    shadow = rng.uniform(0.0, 60.0, (2 * REACH + 1, 2 * REACH + 1)).astype(np.float32)
    gains = gains_of(masts, tables, shadow)
    terminal_m = rng.uniform(500.0, 800.0, SHAPE).astype(np.float32)
    together, _ = swept(emitters, tables, masts, gains, terminal_m)
    alone = []
    for i in range(4):
        only = type(emitters)._make(values[i : i + 1] for values in emitters)
        mast = Masts._make(values[i : i + 1] for values in masts)
        alone.append(swept(only, tables, mast, gains[i : i + 1], terminal_m)[0].best_mw)
    power = np.array(alone, np.float64)
    best = power.argmax(axis=0)
    others = np.where(np.arange(4)[:, None, None] == best, 0.0, power)
    others = (others * emitters.load[:, None, None]).sum(axis=0)
    np.testing.assert_allclose(together.best_mw, power.max(axis=0), rtol=1e-6)
    np.testing.assert_allclose(together.others_mw, others, rtol=1e-4, atol=1e-30)
    reached = power.max(axis=0) > 0.0
    np.testing.assert_array_equal(together.server[reached], best[reached])
    assert (together.others_mw >= 0.0).all()


def test_any_number_of_threads_gives_the_same() -> None:
    emitters, tables, masts = study([SECTOR, TILTED] * 6)
    gains = gains_of(masts, tables)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, before):
            numba.set_num_threads(threads)
            found.append(swept(emitters, tables, masts, gains)[0])
    finally:
        numba.set_num_threads(before)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_diffraction_beyond_flat_land_counts() -> None:
    _, tables, _ = study([OMNI])
    side = 2 * REACH + 1
    loss_db = np.full((side, side), 3.0, np.float32)
    loss_db[0] = np.nan
    loss_db[REACH, REACH] = np.nan
    loss_db[REACH, REACH + 5 :] = 25.0
    flat_db = np.full(2 * REACH**2 + 1, 5.0)
    land = (CELL_M, tables.path, np.zeros(loss_db.shape, np.uint8))
    row = (loss_db, (flat_db, 1.0), (0.0, 0.0), *land, tables.first_segment, tables.least_m2)
    gain = excess_gain(*row)
    along = np.arange(1, REACH) * CELL_M
    # Less than flat land's 5 dB takes nothing off; 25 dB are 20 dB beyond.
    shown_db = -10.0 * np.log10(gain[REACH, REACH + 1 : 2 * REACH])
    expected = path_db(along) + np.where(np.arange(1, REACH) >= 5, 20.0, 0.0)
    assert shown_db == pytest.approx(expected, abs=0.01)
    assert -10.0 * math.log10(gain[REACH, REACH]) == pytest.approx(path_db(LEAST_M), abs=0.01)
    half = excess_gain(*row[:1], (flat_db, 0.5), *row[2:])
    assert 10 * np.log10(half[REACH, -2] / gain[REACH, -2]) == pytest.approx(10.0, abs=0.01)
    assert (gain[0] == 0.0).all()


def test_gains_of_the_reference_tier_are_those_of_p1812_mast_by_mast() -> None:
    terrain_m = fractal_terrain_m(64, relief_m=300.0)
    nothing, zones = np.zeros((0, 0), np.float32), np.zeros((0, 0), np.int8)
    cell = np.array([[30, 20], [12, 40], [50, 50]])
    conditions = [Conditions(2.6, VERTICAL, mast_m, 1.5) for mast_m in (20.0, 30.0, 50.0)]
    gains = reference_path_gains(
        terrain_m, nothing, zones, cell, 100.0, 15, np.stack([packed(one) for one in conditions])
    )
    for (row, column), one, gain in zip(cell, conditions, gains, strict=True):
        losses_db = raster_losses_db(terrain_m, nothing, zones, (row, column), 100.0, 1500.0, one)
        np.testing.assert_array_equal(gain, reference_gain(losses_db, 100.0, 2.6))
        known = np.isfinite(losses_db)
        assert -10.0 * np.log10(gain[known]) == pytest.approx(losses_db[known], abs=1e-4)
        # Free space over 50 m at 2.6 GHz, P.525 Eq. (4): 32.4 + 20 log 2600 + 20 log 0.05.
        own_db = 32.4 + 20.0 * math.log10(2600.0) + 20.0 * math.log10(0.05)
        assert -10.0 * math.log10(gain[15, 15]) == pytest.approx(own_db, abs=0.06)
