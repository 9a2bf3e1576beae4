"""The automatic cell size: fine enough for every radius, and no finer than needed."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.ground.cell_size import (
    CELLS_PER_RADIUS,
    LARGEST_DISC_ERROR,
    auto_cell_size_m,
    coarse_warnings,
    disc_area_error,
)


def centimetres(least: int, most: int) -> st.SearchStrategy[float]:
    """Lengths in metres, to the centimetre."""
    return st.integers(least, most).map(lambda value: value / 100)


def naive_error(radius_m: float, cell_m: float) -> float:
    reach = math.ceil(radius_m / cell_m)
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1] * cell_m
    # The rim counts: a hair of tolerance keeps 0.3 / 0.1 at three cells.
    cells = int((np.hypot(dx, dy) <= radius_m * (1 + 1e-9)).sum())
    return cells * cell_m**2 / (math.pi * radius_m**2) - 1


@given(centimetres(6_000, 500_000), centimetres(2_000, 5_000))
@settings(max_examples=60, deadline=None)
def test_disc_error_is_the_counted_one(radius_m: float, cell_m: float) -> None:
    assert disc_area_error(radius_m, cell_m) == pytest.approx(naive_error(radius_m, cell_m))


@given(st.lists(centimetres(15_000, 600_000), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_every_disc_is_within_five_per_cent_and_no_coarser_cell_would_do(radii) -> None:
    cell = auto_cell_size_m(radii)
    assert all(abs(naive_error(r, cell)) <= LARGEST_DISC_ERROR for r in radii)
    assert min(radii) >= CELLS_PER_RADIUS * cell
    for coarser in np.arange(cell + 1, min(1000, min(radii) / CELLS_PER_RADIUS) + 1e-9):
        assert any(abs(naive_error(r, coarser)) > LARGEST_DISC_ERROR for r in radii)


def test_coarse_cells_are_warned_of_with_the_error() -> None:
    (text,) = coarse_warnings([190.0, 2000.0], 100.0)
    assert "190 m is 1.9 cells" in text
    assert f"{naive_error(190, 100):+.1%}" in text
    assert coarse_warnings([300.0, 2000.0], 100.0) == []
    (off,) = coarse_warnings([800.0], 250.0)
    assert f"{naive_error(800, 250):+.1%}" in off
