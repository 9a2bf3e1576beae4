"""Boundaries of very many vertices: light in seconds, and neighbours keep their common border."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
import shapely

from planner.ground.grid import fitted_albers
from planner.outputs.map.web_vector import simplified, simplified_to


@pytest.mark.parametrize("vertices", [3_000, 300_000])
def test_zones_of_many_vertices_are_light_and_share_their_border(vertices: int) -> None:
    """A border winds over 100 m between two zones of 100 km; 20 m is the tolerance."""
    t = np.linspace(0.0, 1.0, vertices)
    wave = 106.5 + 1e-3 * np.sin(40.0 * t) + 1e-5 * np.sin(vertices * t)
    border = np.column_stack([wave, 26.0 + t])
    west, east = (
        shapely.polygons(np.vstack([border, [[x, 27.0], [x, 26.0]]])) for x in (106.0, 107.0)
    )
    crs, began = fitted_albers(106.0, 26.0, 107.0, 27.0), time.process_time()
    light = simplified([west, east], crs, 20.0)
    assert time.process_time() - began < 10.0
    assert shapely.get_num_coordinates(light).sum() < 3_000
    assert shapely.is_valid(light).all()
    assert shapely.coverage_is_valid(light)
    lines = shapely.boundary(light)
    assert shapely.length(shapely.intersection(*lines)) == pytest.approx(1.0, abs=0.02)
    far = shapely.hausdorff_distance(light[0], shapely.simplify(west, 1e-6))
    assert far * 111_000.0 < 60.0


def test_many_small_gaps_keep_their_corners_at_the_coarsest_tolerance() -> None:
    """Gaps of one cell and gaps with winding edges: none is lost, and none is an error."""
    crs = fitted_albers(106.0, 26.0, 107.0, 27.0)
    turn = np.linspace(0.0, 2.0 * np.pi, 600, endpoint=False)
    winding = 0.004 + 5e-4 * np.sin(9.0 * turn)
    ring = np.column_stack([winding * np.cos(turn), winding * np.sin(turn)])
    corner = np.linspace(0.0, 0.95, 30)
    gaps = []
    for number, (x, y) in enumerate(product(106.0 + corner, 26.0 + corner)):
        single = shapely.box(x, y, x + 0.005, y + 0.005)
        gaps.append(shapely.Polygon(ring + np.array([x, y])) if number % 3 else single)
    assert shapely.get_num_coordinates(gaps).sum() > 200_000
    light = simplified_to(gaps, crs, 250.0, vertices=2_000)
    assert shapely.get_num_coordinates(light).sum() < 6_000
    assert not shapely.is_empty(light).any()
