"""Expected service of a cell by several stations, against a naive twin."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.footprints.served_share import served_share

SHAPE, REACH, STRATA = (70, 90), 9, 5


def drawn(seed, n_stations=60):
    rng = np.random.default_rng(seed)
    wanted = rng.random(SHAPE) < 0.9
    area_class = rng.choice(np.array([0, 1, 255], np.uint8), size=SHAPE, p=[0.5, 0.4, 0.1])
    stations = rng.integers(0, wanted.size, n_stations)
    kind = rng.integers(0, 2, n_stations)
    chance = rng.random((2, 2, REACH**2 + 1, STRATA)) * np.linspace(1, 0, REACH**2 + 1)[:, None]
    chance[1, 1, 30:] = 0.0
    return wanted, area_class, stations, kind, np.log1p(-chance).astype(np.float32)


def naive_share(wanted, area_class, stations, kind, log_miss):
    """One station and one cell after the other, by the formula."""
    y, x = np.indices(SHAPE)
    missed = np.ones((*SHAPE, STRATA))
    for cell, own in zip(stations, kind, strict=True):
        row, column = divmod(int(cell), SHAPE[1])
        square = (y - row) ** 2 + (x - column) ** 2
        near = (square <= REACH**2) & (area_class < 2) & wanted
        missed[near] *= np.exp(log_miss[own][area_class[near], square[near]].astype(float))
    share = 1.0 - missed.mean(axis=2)
    share[~wanted] = 0.0
    return share


@pytest.mark.parametrize("seed", [0, 1])
def test_it_is_one_less_the_product_of_what_links_miss(seed):
    case = drawn(seed)
    assert np.allclose(served_share(*case), naive_share(*case), rtol=0, atol=2e-6)


def test_entries_tell_directions_apart():
    """Cells east of a station have chances of their own: as two tables, one for each side."""
    wanted, area_class, stations, kind, log_miss = drawn(4)
    away = np.arange(-REACH, REACH + 1)
    squares = np.add.outer(away**2, away**2)
    count = REACH**2 + 1
    entry = np.where(squares < count, squares, -1).astype(np.int32)
    assert np.array_equal(
        served_share(wanted, area_class, stations, kind, log_miss, entry),
        served_share(wanted, area_class, stations, kind, log_miss),
    )
    entry[(squares < count) & (away > 0)] += count
    both = np.concatenate([log_miss, log_miss / 2], axis=2)
    found = served_share(wanted, area_class, stations, kind, both, entry)
    y, x = np.indices(SHAPE)
    missed = np.ones((*SHAPE, STRATA))
    for cell, own in zip(stations, kind, strict=True):
        row, column = divmod(int(cell), SHAPE[1])
        square = (y - row) ** 2 + (x - column) ** 2
        near = (square <= REACH**2) & (area_class < 2) & wanted
        logs = log_miss[own][area_class[near], square[near]].astype(float)
        missed[near] *= np.exp(logs * np.where(x[near] > column, 0.5, 1.0)[:, None])
    share = 1.0 - missed.mean(axis=2)
    share[~wanted] = 0.0
    assert np.allclose(found, share, rtol=0, atol=2e-6)


def test_more_stations_never_serve_fewer():
    wanted, area_class, stations, kind, log_miss = drawn(2)
    before = np.zeros(SHAPE, np.float32)
    for count in (1, 10, 30, 60):
        share = served_share(wanted, area_class, stations[:count], kind[:count], log_miss)
        assert (share >= before - 1e-6).all()
        before = share
    assert before.max() <= 1.0


def test_without_stations_nobody_is_served():
    wanted, area_class, _, _, log_miss = drawn(3)
    nothing = np.zeros(0, np.int64)
    assert not served_share(wanted, area_class, nothing, nothing, log_miss).any()


def test_bad_input_is_refused():
    wanted, area_class, stations, kind, log_miss = drawn(4)
    with pytest.raises(ValueError, match="differ in shape"):
        served_share(wanted[1:], area_class, stations, kind, log_miss)
    with pytest.raises(ValueError, match="flat indices"):
        served_share(wanted, area_class, stations + wanted.size, kind, log_miss)
    with pytest.raises(ValueError, match="numbers from 0 to 1"):
        served_share(wanted, area_class, stations, kind + 2, log_miss)
    with pytest.raises(ValueError, match="at most 0"):
        served_share(wanted, area_class, stations, kind, -log_miss)
