"""Distribution by area: exact against polygons cut one by one, and nothing lost."""

import numpy as np
import pytest
import shapely

from kernels.numbers.overlay import distributed_by_area


def lattice_of(height, width, step, place):
    """Corners of every ``step``-th pixel, moved into the destination by ``place``."""
    rows = np.arange(-(-height // step) + 1) * step
    columns = np.arange(-(-width // step) + 1) * step
    j, i = np.meshgrid(columns.astype(float), rows.astype(float))
    return np.array(place(j, i))


def naive(amounts, place, shape):
    """Each pixel cut by each cell, as polygons."""
    height, width = amounts.shape
    cells = np.zeros(shape)
    boxes = [shapely.box(c, r, c + 1, r + 1) for r in range(shape[0]) for c in range(shape[1])]
    for i in range(height):
        for j in range(width):
            ring = [
                place(float(x), float(y))
                for x, y in ((j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i))
            ]
            pixel = shapely.Polygon(ring)
            share = shapely.area(shapely.intersection(boxes, pixel)) / pixel.area
            cells += amounts[i, j] * share.reshape(shape)
    return cells


def turned(size, angle, left, top):
    """Pixels of ``size`` cells, turned by ``angle``."""
    a, b = size * np.cos(angle), size * np.sin(angle)
    return lambda x, y: (left + a * x + b * y, top - b * x + a * y)


@pytest.mark.parametrize(
    ("size", "angle", "left", "top"),
    [
        (1.0, 0.0, 0.0, 0.0),
        (1.0, 0.0, 0.5, 0.25),
        (3.7, 0.03, 1.2, 2.1),
        (0.31, -0.05, 2.3, 3.1),
        (4.6, 0.4, -3.0, 4.0),
        (2.2, -0.7, 3.0, -5.0),
    ],
)
def test_equals_polygons_cut_one_by_one(size, angle, left, top):
    amounts = np.random.default_rng(7).gamma(0.5, 40.0, (6, 7))
    amounts[2, 3] = 0.0
    place = turned(size, angle, left, top)
    found = distributed_by_area(amounts, lattice_of(6, 7, 1, place), 1, (16, 19))
    np.testing.assert_allclose(found, naive(amounts, place, (16, 19)), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("step", [1, 2, 4, 5])
def test_a_coarser_lattice_gives_the_same_where_the_map_is_linear(step):
    amounts = np.random.default_rng(3).gamma(0.5, 40.0, (11, 13)).astype(np.float32)
    place = turned(0.8, 0.1, 3.0, 4.0)
    fine = distributed_by_area(amounts, lattice_of(11, 13, 1, place), 1, (20, 24))
    coarse = distributed_by_area(amounts, lattice_of(11, 13, step, place), step, (20, 24))
    np.testing.assert_allclose(coarse, fine, rtol=1e-9, atol=1e-9)


def test_all_that_lies_inside_is_conserved_whatever_the_bands():
    amounts = np.random.default_rng(5).gamma(0.3, 40.0, (700, 40))

    def bent(x, y):
        return 3.0 + x + 1e-3 * y + 1e-4 * x * x, 2.0 + y + 2e-3 * x

    found = distributed_by_area(amounts, lattice_of(700, 40, 1, bent), 1, (720, 60))
    assert found.sum() == pytest.approx(amounts.sum(), rel=1e-12)
    assert found.min() >= 0.0


def test_what_falls_outside_is_lost_and_the_rest_is_not_moved():
    amounts = np.ones((4, 4))
    place = turned(1.0, 0.0, -2.0, -1.0)
    found = distributed_by_area(amounts, lattice_of(4, 4, 1, place), 1, (3, 5))
    expected = np.zeros((3, 5))
    expected[:3, :2] = 1.0
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_wrong_lattice_and_odd_amounts_are_refused():
    lattice = lattice_of(4, 4, 1, turned(1.0, 0.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="lattice has shape"):
        distributed_by_area(np.ones((4, 5)), lattice, 1, (3, 3))
    with pytest.raises(ValueError, match="finite"):
        distributed_by_area(np.full((4, 4), np.nan), lattice, 1, (3, 3))
