"""Rings round the parts of a raster against polygons that GDAL draws."""

import numpy as np
import pytest
import shapely
from rasterio.features import shapes

from kernels.numbers.outlines import rings


def polygons(number):
    """Return the value and the polygon of each part, from its rings."""
    found, value = rings(number)
    ends = zip(found.first[:-1], found.first[1:], strict=True)
    lines = [found.corner[a:b, ::-1] for a, b in ends]
    parts = [[lines[k] for k in np.flatnonzero(found.part == part)] for part in range(len(value))]
    return [(int(v), shapely.Polygon(of[0], of[1:])) for v, of in zip(value, parts, strict=True)]


@pytest.mark.parametrize("seed", range(6))
def test_parts_are_those_of_gdal(seed: int) -> None:
    random = np.random.default_rng(seed)
    number = random.integers(0, 2 + seed, (23, 31)).astype(np.int32)
    number[random.random(number.shape) < 0.3] = 3
    drawn = shapes(number, mask=number > 0, connectivity=4)
    expected = sorted((int(v), shapely.geometry.shape(one).normalize().wkt) for one, v in drawn)
    assert all(one.is_valid for _, one in polygons(number))
    assert sorted((v, one.normalize().wkt) for v, one in polygons(number)) == expected


def test_a_hole_is_a_ring_after_the_outer_one() -> None:
    number = np.full((5, 6), 2, np.int32)
    number[1:3, 2:4] = 0
    ((value, polygon),) = polygons(number)
    assert (value, polygon.area, len(polygon.interiors)) == (2, 26.0, 1)


def test_nothing_has_no_rings() -> None:
    found, value = rings(np.zeros((3, 4), np.int32))
    assert value.size == found.part.size == len(found.corner) == 0
    assert found.first.tolist() == [0]
