"""Stations that move to sites: a naive twin, cases by hand, bad arguments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import Spans
from kernels.rollout.colocation import colocated

SHAPE = (9, 11)
RADII = (1.5, 2.3)


def disc(station: int, area_class: np.ndarray) -> np.ndarray:
    rows, columns = np.indices(area_class.shape)
    row, column = divmod(station, area_class.shape[1])
    distance = np.hypot(rows - row, columns - column)
    known = area_class < len(RADII)
    return known & (distance <= np.array([*RADII, 0.0])[np.minimum(area_class, 2)] * (1 + 1e-9))


def naive(weight, area_class, covered, stations, near, share) -> list[int]:
    covered, taken, places = covered.copy(), set(), []
    for station, sites in zip(stations, near, strict=True):
        gain = {s: weight[disc(s, area_class) & ~covered].sum() for s in (*sites, station)}
        able = [s for s in sites if s not in taken and gain[s] >= share * gain[station]]
        place = max(able, key=lambda s: gain[s]) if able else station
        taken.add(place)
        covered |= disc(place, area_class)
        places.append(place)
    return places


def csr(near: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    first = np.cumsum([0, *map(len, near)]).astype(np.int64)
    return first, np.array([s for sites in near for s in sites], dtype=np.int64)


def of_discs(area_class: np.ndarray) -> Spans:
    """Footprints of every cell of the grid, compiled from discs."""
    return disc_spans(area_class, RADII, np.arange(area_class.size))


def cell_by_cell(area_class: np.ndarray) -> Spans:
    """Footprints of every cell of the grid, one span for each cell served."""
    cells = [np.flatnonzero(disc(s, area_class)) for s in range(area_class.size)]
    first = np.cumsum([0, *map(len, cells)]).astype(np.int64)
    start = np.concatenate(cells).astype(np.int32)
    return Spans(first, start, np.ones(start.size, dtype=np.uint16))


@pytest.mark.parametrize("spans_of", [of_discs, cell_by_cell])
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.0, 0.3, 0.8, 1.0]))
def test_stations_move_as_those_of_the_naive_twin(spans_of, seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    # Whole numbers: sums are exact in any order.
    weight = rng.integers(0, 50, SHAPE).astype(np.float32)
    area_class = rng.choice(np.array([0, 1, 255], dtype=np.uint8), SHAPE)
    covered = rng.random(SHAPE) < 0.2
    cells = rng.permutation(weight.size)
    stations = np.sort(cells[:6])[rng.permutation(6)].astype(np.int64)
    near = [sorted(rng.choice(cells[4:14], rng.integers(0, 5), False).tolist()) for _ in range(6)]
    wanted = naive(weight, area_class, covered, stations.tolist(), near, share)
    first, sites = csr(near)
    before = covered.copy()
    found = colocated(
        weight, spans_of(area_class), covered, stations, first, sites, least_share=share
    )
    assert found.tolist() == wanted
    assert np.array_equal(covered, before)


def test_a_site_takes_one_station_and_ties_move() -> None:
    weight = np.ones((5, 9), dtype=np.float32)
    area_class = np.zeros((5, 9), dtype=np.uint8)
    covered = np.zeros((5, 9), dtype=bool)
    stations = np.array([20, 24], dtype=np.int64)
    first, near = csr([[22], [22]])
    spans = disc_spans(area_class, (1.0,), np.arange(area_class.size))
    found = colocated(weight, spans, covered, stations, first, near, least_share=1.0)
    assert found.tolist() == [22, 24]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"least_share": 1.5}, "least_share"),
        ({"stations": np.array([99], dtype=np.int64)}, "stations"),
        ({"near_first": np.array([0, 2], dtype=np.int64)}, "near_first"),
        ({"covered": np.zeros((2, 2), dtype=bool)}, "shape"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, object], text: str) -> None:
    arguments: dict[str, object] = {
        "weight": np.ones((5, 9), dtype=np.float32),
        "spans": disc_spans(np.zeros((5, 9), np.uint8), (1.0,), np.arange(45)),
        "covered": np.zeros((5, 9), dtype=bool),
        "stations": np.array([20], dtype=np.int64),
        "near_first": np.array([0, 1], dtype=np.int64),
        "near": np.array([22], dtype=np.int64),
        "least_share": 0.5,
    }
    with pytest.raises(ValueError, match=text):
        colocated(**{**arguments, **changes})
