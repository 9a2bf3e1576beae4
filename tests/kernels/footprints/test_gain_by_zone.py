"""People gained by zone: their sums are those of a plain recount, wherever the station stands."""

from __future__ import annotations

import numpy as np
import pytest

from kernels.footprints.disc_spans import disc_spans
from kernels.footprints.spans import Spans, gain_by_zone, newly_covered_span_weight

SHAPE = (40, 50)
RADII = np.array([3.0, 5.5])


@pytest.fixture
def study() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    zone = np.repeat(np.arange(5, dtype=np.int16), 10)[None, :].repeat(40, 0)
    zone[:3] = -1
    area_class = rng.integers(0, 2, SHAPE).astype(np.uint8)
    area_class[:3] = 255
    people = np.where(zone >= 0, rng.gamma(0.5, 30.0, SHAPE), 0.0).astype(np.float32)
    return {
        "people": people,
        "zone_index": np.ascontiguousarray(zone),
        "area_class": area_class,
        "marked": (rng.random(SHAPE) < 0.1).astype(np.uint8),
        "stations": rng.choice(SHAPE[0] * SHAPE[1], 60, replace=False),
        "mark": np.arange(2, 62, dtype=np.uint8),
    }


def gain_of(study: dict[str, np.ndarray]) -> np.ndarray:
    spans = disc_spans(study["area_class"], RADII, study["stations"])
    arrays = (study["people"], study["zone_index"], study["marked"])
    return gain_by_zone(*arrays, spans, study["mark"], 5)


def test_zones_add_up_to_the_plain_recount(study: dict[str, np.ndarray]) -> None:
    again = study["marked"] > 0
    spans = disc_spans(study["area_class"], RADII, study["stations"])
    plain = newly_covered_span_weight(study["people"], again, spans)
    gain = gain_of(study)
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
    gain_of(study)
    np.testing.assert_array_equal(study["marked"], expected)


def test_a_person_counts_where_he_lives() -> None:
    one_row = Spans(np.array([0, 1]), np.array([0], np.int32), np.array([4], np.uint16))
    gain = gain_by_zone(
        np.ones((1, 4), dtype=np.float32),
        np.array([[0, 0, 1, -1]], dtype=np.int16),
        np.zeros((1, 4), dtype=np.uint8),
        one_row,
        np.array([1], dtype=np.uint8),
        2,
    )
    assert gain.tolist() == [[2.0, 1.0]]
