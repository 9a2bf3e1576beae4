"""People gained by zone: their sums are those of the plain recount, whoever's station it is."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.footprints.cover import newly_covered_weight
from kernels.footprints.disc import row_half_widths
from kernels.footprints.spans import Spans
from kernels.rollout.zone_gains import disc_gain_by_zone, span_gain_by_zone

SHAPE = (40, 50)
RADII = np.array([3.0, 5.5])


@pytest.fixture
def study() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    zone = np.repeat(np.arange(5, dtype=np.int16), 10)[None, :].repeat(40, 0)
    zone[:3] = -1
    area_class = rng.integers(0, 2, SHAPE).astype(np.uint8)
    area_class[:3] = 255
    marked = (rng.random(SHAPE) < 0.1).astype(np.uint8)
    people = np.where(zone >= 0, rng.gamma(0.5, 30.0, SHAPE), 0.0).astype(np.float32)
    stations = rng.choice(SHAPE[0] * SHAPE[1], 60, replace=False)
    return {
        "people": people,
        "zone_index": np.ascontiguousarray(zone),
        "marked": marked,
        "area_class": area_class,
        "stations": stations.astype(np.int64),
        "mark": np.arange(2, 62, dtype=np.uint8),
    }


def test_zones_add_up_to_the_plain_recount(study: dict[str, np.ndarray]) -> None:
    again = study["marked"] > 0
    plain = newly_covered_weight(
        study["people"], again, study["area_class"], RADII, study["stations"]
    )
    gain = disc_gain_by_zone(**study, radius_cells=RADII, zone_count=5)
    np.testing.assert_allclose(gain.sum(axis=1), plain, rtol=1e-12)
    np.testing.assert_array_equal(study["marked"] > 0, again)


def test_a_cell_has_the_mark_of_the_first_that_covers_it(study: dict[str, np.ndarray]) -> None:
    expected = study["marked"].copy()
    row, column = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    radius = np.append(RADII, np.zeros(254))[study["area_class"]]
    inside = study["area_class"] < 2
    for station, mark in zip(study["stations"], study["mark"], strict=True):
        y, x = divmod(int(station), SHAPE[1])
        near = (row - y) ** 2 + (column - x) ** 2 <= radius**2
        expected[inside & near & (expected == 0)] = mark
    disc_gain_by_zone(**study, radius_cells=RADII, zone_count=5)
    np.testing.assert_array_equal(study["marked"], expected)


def test_a_person_counts_where_he_lives() -> None:
    people = np.ones((1, 4), dtype=np.float32)
    gain = disc_gain_by_zone(
        people,
        np.array([[0, 0, 1, -1]], dtype=np.int16),
        np.zeros((1, 4), dtype=np.uint8),
        np.zeros((1, 4), dtype=np.uint8),
        np.array([2.0]),
        np.array([1], dtype=np.int64),
        np.array([1], dtype=np.uint8),
        2,
    )
    assert gain.tolist() == [[2.0, 1.0]]


def test_row_runs_say_the_same_as_discs(study: dict[str, np.ndarray]) -> None:
    study["area_class"][:] = 0
    half = row_half_widths(3.0)
    first, start, length = [0], [], []
    for station in study["stations"]:
        row, column = divmod(int(station), SHAPE[1])
        for y in range(max(0, row - 3), min(SHAPE[0], row + 4)):
            west = max(0, column - half[abs(y - row)])
            east = min(SHAPE[1], column + half[abs(y - row)] + 1)
            start.append(y * SHAPE[1] + west)
            length.append(east - west)
        first.append(len(start))
    spans = Spans(np.array(first, np.int64), np.array(start, np.int32), np.array(length, np.uint16))
    marked_by_runs = study["marked"].copy()
    by_spans = span_gain_by_zone(
        study["people"],
        study["zone_index"],
        marked_by_runs,
        spans,
        np.arange(60, dtype=np.int64),
        study["mark"],
        5,
    )
    by_discs = disc_gain_by_zone(**study, radius_cells=RADII, zone_count=5)
    np.testing.assert_allclose(by_spans, by_discs, rtol=1e-12)
    np.testing.assert_array_equal(marked_by_runs, study["marked"])
