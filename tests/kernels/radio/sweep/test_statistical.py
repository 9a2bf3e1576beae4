"""The fast sweep against its naive twin: every sector at every cell, angles and logarithms."""

from __future__ import annotations

import math

import numba
import numpy as np
import pytest

from kernels.radio.antenna import PROJECTION, SUM, antenna_loss_db
from kernels.radio.sweep.kept import NOBODY
from kernels.radio.sweep.sectors import OMNI, SECTOR, SOLID, TILE, TILTED, dealt_tiles
from tests.kernels.radio.sweep.cases import (
    CUTS,
    ELECTRICAL,
    LEAST_M,
    MEASURED_CUTS,
    OVER_M,
    make,
    path_db,
    run,
)


def naive_mw(emitters, i, shape, cell_m):
    """Power of one sector at every cell, 0 beyond its reach."""
    power = np.zeros(shape)
    bearing = math.degrees(math.atan2(*map(float, emitters.facing[i])))
    for row, column in np.ndindex(*shape):
        east = (column + 0.5) * cell_m - emitters.place_m[i, 0]
        north = emitters.place_m[i, 1] - (row + 0.5) * cell_m
        distance = math.hypot(east, north)
        if distance > emitters.reach_m[i]:
            continue
        loss = path_db(distance)
        down = math.degrees(math.atan2(OVER_M, max(distance, LEAST_M)))
        azimuth = math.degrees(math.atan2(east, north)) - bearing
        if emitters.kind[i] != OMNI:
            mechanical = 5.0 if emitters.kind[i] in {TILTED, SOLID} else 0.0
            cuts, pattern = (
                (MEASURED_CUTS, PROJECTION) if emitters.kind[i] == SOLID else (CUTS, SUM)
            )
            loss += antenna_loss_db(cuts, 30.0, azimuth, down, ELECTRICAL, mechanical, pattern)
        power[row, column] = emitters.power_mw[i] * 10.0 ** (-0.1 * loss)
    return power


@pytest.mark.parametrize(
    ("kind", "off_db"), [(OMNI, 0.01), (SECTOR, 0.01), (TILTED, 0.01), (SOLID, 0.1)]
)
def test_one_sector_is_within_some_hundredths_of_a_decibel(kind, off_db) -> None:
    for seed in range(3):
        emitters, made = make([kind], 60, 70, 47.0, 1400.0, seed)
        served, evaluated = run(emitters, made, (60, 70), 47.0)
        expected = naive_mw(emitters, 0, (60, 70), 47.0)
        assert np.array_equal(served.best_mw > 0, expected > 0)
        assert np.array_equal(served.server == 0, expected > 0)
        assert evaluated == np.count_nonzero(expected)
        inside = expected > 0
        off = 10.0 * np.log10(served.best_mw[inside] / expected[inside])
        assert np.abs(off).max() < off_db


def test_many_sectors_are_as_the_naive_twin_has_them() -> None:
    shape, cell_m = (50, 64), 60.0
    emitters, made = make([SECTOR, TILTED, OMNI] * 5, *shape, cell_m, 1100.0)
    rng = np.random.default_rng(1)
    least = (10.0 ** rng.uniform(-10.0, -8.0, shape)).astype(np.float32)
    served, _ = run(emitters, made, shape, cell_m, least)
    power = np.stack([naive_mw(emitters, i, shape, cell_m) for i in range(15)])
    ordered = np.sort(power, axis=0)
    once = ordered[-1] > 0
    assert np.array_equal(served.best_mw > 0, once)
    assert 10 * np.log10(served.best_mw[once] / ordered[-1][once]) == pytest.approx(0, abs=0.01)
    twice = ordered[-2] > 0
    assert np.array_equal(served.second_mw > 0, twice)
    assert served.second_mw[twice] == pytest.approx(ordered[-2][twice], rel=0.0025)
    clear = ordered[-1] > 1.01 * ordered[-2]
    assert np.array_equal(served.server[clear], power.argmax(axis=0)[clear])
    loaded = power * emitters.load[:, None, None]
    others = sum(np.where(served.server == i, 0.0, loaded[i]) for i in range(15))
    assert served.others_mw == pytest.approx(others, rel=0.003, abs=1e-20)
    near = (np.abs(power / least - 1.0) < 0.01).any(axis=0)
    assert np.array_equal(served.servers[~near], (power >= least).sum(axis=0)[~near])


def test_interference_of_a_distant_sector_is_kept_beside_a_near_one() -> None:
    """A total less the strongest would leave nothing of it in single precision."""
    emitters, made = make([OMNI, OMNI], 3, 100, 50.0, 4000.0)
    emitters.place_m[:] = [[75.0, 75.0], [3925.0, 75.0]]
    emitters.power_mw[:] = [1e6, 1e-4]
    served, _ = run(emitters, made, (3, 100), 50.0, np.zeros((3, 100), np.float32))
    expected = naive_mw(emitters, 1, (3, 100), 50.0)[1, 1] * emitters.load[1]
    assert served.server[1, 1] == 0
    assert served.best_mw[1, 1] > 1e10 * expected
    assert served.others_mw[1, 1] == pytest.approx(expected, rel=0.003)


def test_the_same_for_any_number_of_threads_and_in_any_tile() -> None:
    shape, cell_m = (300, 530), 40.0
    emitters, made = make([SECTOR, TILTED, OMNI] * 20, *shape, cell_m, 2500.0)
    least = np.full(shape, 1e-9, np.float32)
    threads = numba.get_num_threads()
    results = []
    try:
        for count in {1, threads}:
            numba.set_num_threads(count)
            results.append(run(emitters, made, shape, cell_m, least)[0])
    finally:
        numba.set_num_threads(threads)
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0], other, strict=True))
    best_only, _ = run(emitters, made, shape, cell_m)
    assert np.array_equal(best_only.server, results[0].server)
    # Moved by whole cells, other cells share a tile: the powers stay the same to rounding.
    moved = emitters._replace(place_m=emitters.place_m + 37 * cell_m)
    there, _ = run(
        moved, made, (shape[0] + 37, shape[1] + 37), cell_m, np.full((337, 567), 1e-9, np.float32)
    )
    for here, away in zip(results[0], there, strict=True):
        if here.dtype == np.float32:
            assert away[37:, 37:] == pytest.approx(here, rel=2e-4)


def test_sectors_outside_the_raster_count_and_unwanted_tiles_stay_empty() -> None:
    emitters, made = make([OMNI], 20, TILE + 20, 50.0, 3000.0)
    emitters.place_m[0] = [-500.0, 500.0]
    served, evaluated = run(emitters, made, (20, TILE + 20), 50.0)
    assert served.server[10, 5] == 0
    assert evaluated > 0
    served, evaluated = run(emitters, made, (20, TILE + 20), 50.0, wanted=np.array([False, True]))
    assert (served.server == NOBODY).all()
    assert evaluated == 0


def test_any_number_of_threads_get_as_many_sectors_and_each_wanted_tile_once() -> None:
    rng = np.random.default_rng(4)
    count = rng.integers(0, 40, 900)
    # All of the work is in the first half of the tiles, most of it at the beginning.
    wanted = (np.arange(900) < 450) & (rng.random(900) < 0.9)
    count[:100] *= 5
    start = np.concatenate([[0], np.cumsum(count)])
    dealt = dealt_tiles(start, wanted)
    assert np.array_equal(np.sort(dealt), np.flatnonzero(wanted))
    for threads in (1, 2, 3, 16):
        most = max(count[part].sum() for part in np.array_split(dealt, threads))
        assert most < count[dealt].sum() / threads + 2 * count[dealt].max()
    assert dealt_tiles(start, np.zeros(900, np.bool_)).size == 0


def test_no_sector_and_a_sector_out_of_reach() -> None:
    emitters, made = make([OMNI], 5, 5, 50.0, 500.0)
    emitters.place_m[0] = [90_000.0, 0.0]
    served, evaluated = run(emitters, made, (5, 5), 50.0)
    assert evaluated == 0
    assert (served.best_mw == 0).all()


def test_of_equals_the_first_serves_and_the_second_is_as_strong() -> None:
    emitters, made = make([OMNI, OMNI], 9, 9, 50.0, 500.0)
    emitters.place_m[:] = [225.0, 225.0]
    emitters.power_mw[:] = 1.0
    served, _ = run(emitters, made, (9, 9), 50.0, np.zeros((9, 9), np.float32))
    assert set(np.unique(served.server)) <= {NOBODY, 0}
    assert np.array_equal(served.best_mw, served.second_mw)
