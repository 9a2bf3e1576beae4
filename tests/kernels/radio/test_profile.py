"""Profiles: exact on planes, silent about nothing, and straight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.radio.profile import (
    effective_radius_km,
    lapse_rate_of_factor,
    profile_heights_m,
    profile_points,
    raster_height_m,
)

ROWS, COLUMNS = 9, 14
ROW, COLUMN = np.indices((ROWS, COLUMNS))
PLANE = 3.0 * ROW - 2.0 * COLUMN + 7.0

inside = st.tuples(st.floats(0, ROWS - 1), st.floats(0, COLUMNS - 1))


@given(inside, inside, st.integers(2, 40))
def test_a_plane_is_followed_exactly(start, end, count) -> None:
    heights = profile_heights_m(PLANE, start, end, count)
    ends = [3.0 * r - 2.0 * c + 7.0 for r, c in (start, end)]
    np.testing.assert_allclose(heights, np.linspace(*ends, count), atol=1e-9)


def test_the_outer_half_cell_has_the_height_of_the_edge() -> None:
    assert raster_height_m(PLANE, -0.4, 2.0) == PLANE[0, 2]
    assert raster_height_m(PLANE, ROWS - 0.6, COLUMNS - 0.6) == PLANE[-1, -1]


@pytest.mark.parametrize(("row", "column"), [(-0.6, 1.0), (1.0, COLUMNS), (np.nan, 1.0)])
def test_off_the_raster_there_is_no_height(row, column) -> None:
    assert np.isnan(raster_height_m(PLANE, row, column))


def test_a_hole_is_no_height_beside_it_and_harms_nothing_else() -> None:
    holed = PLANE.copy()
    holed[4, 5] = np.nan
    assert np.isnan(raster_height_m(holed, 4.5, 5.5))
    assert raster_height_m(holed, 4.0, 6.0) == PLANE[4, 6]
    assert raster_height_m(holed, 3.0, 5.0) == PLANE[3, 5]


def test_points_are_at_most_a_cell_apart() -> None:
    assert profile_points((0.0, 0.0), (3.0, 4.0)) == 6
    assert profile_points((1.0, 1.0), (1.0, 1.0)) == 3


def test_four_thirds_earth() -> None:
    # P.526-15 §2 and P.1812-6 Eq. (7): k = 157 / (157 - delta-N).
    assert effective_radius_km(4.0 / 3.0) == pytest.approx(8494.667, abs=1e-3)
    assert lapse_rate_of_factor(4.0 / 3.0) == pytest.approx(39.25)
