import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernels.footprints.disc import disc_cell_count, half_width_table, row_half_widths
from tests.kernels.naive import naive_disc


@pytest.mark.parametrize(
    ("radius", "rows"),
    [
        (0, [0]),
        (0.99, [0]),
        (1, [1, 0]),
        (np.sqrt(2), [1, 1]),
        (3, [3, 2, 2, 0]),
        (0.3 / 0.1, [3, 2, 2, 0]),
        (np.sqrt(13), [3, 3, 3, 2]),
        (5, [5, 4, 4, 4, 3, 0]),
    ],
)
def test_rows_of_known_discs(radius, rows):
    assert row_half_widths(radius).tolist() == rows


def test_cell_count_is_the_gauss_circle_problem():
    # Lattice points in a circle of radius 0, 1, 2, ... about the origin: OEIS A000328.
    assert [disc_cell_count(radius) for radius in range(9)] == [1, 5, 13, 29, 49, 81, 113, 149, 197]


@given(st.floats(0, 40))
def test_rows_equal_the_naive_disc(radius):
    dy, dx = naive_disc(radius)
    half_width = row_half_widths(radius)
    assert disc_cell_count(radius) == dy.size
    assert [dx[dy == d].max() for d in range(half_width.size)] == half_width.tolist()


def test_area_approaches_the_circle():
    assert disc_cell_count(300.0) == pytest.approx(np.pi * 300**2, rel=1e-3)


def test_table_fills_the_rows_that_a_smaller_disc_has_not():
    assert half_width_table([1, 3]).tolist() == [[[1, 0, -1, -1], [3, 2, 2, 0]]]


@pytest.mark.parametrize("radius", [-1, np.nan, np.inf])
def test_a_radius_that_is_no_length_is_refused(radius):
    with pytest.raises(ValueError, match="radius"):
        row_half_widths(radius)


@pytest.mark.parametrize("radii", [[], 3.0, np.ones(256)])
def test_a_table_needs_one_to_255_classes(radii):
    with pytest.raises(ValueError, match="area classes"):
        half_width_table(radii)
