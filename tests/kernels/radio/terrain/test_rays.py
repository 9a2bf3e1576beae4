"""Rays: every cell of the circle once, on the ray that passes nearest to it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kernels.radio.terrain.rays import NO_RECEIVER, ray_vectors, rays_of


@pytest.mark.parametrize("rays_per_cell", [1, 2, 3])
@pytest.mark.parametrize("radius_cells", [1.0, 1.5, 2.0, 7.3, 23.0, 40.0])
def test_every_cell_of_the_circle_is_served_by_exactly_one_ray(radius_cells, rays_per_cell) -> None:
    rays = rays_of(radius_cells, 0.1, rays_per_cell)
    reach, rim = rays.reach, rays.rim
    found = np.zeros((2 * reach + 1, 2 * reach + 1), dtype=int)
    for side in range(4):
        along_row, along_column, across_row, across_column = ray_vectors(side)
        for ray in range(2 * rim):
            for along in range(1, rays.points[ray] + 1):
                across = int(rays.receiver[ray, along - 1])
                if across == NO_RECEIVER:
                    continue
                assert abs(across - (ray - rim) / rim * along) <= 0.5 / rays_per_cell + 1e-9
                row = along * along_row + across * across_row
                column = along * along_column + across * across_column
                found[row + reach, column + reach] += 1
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    circle = np.hypot(y, x) <= radius_cells
    circle[reach, reach] = False
    assert (found == circle).all()


def test_points_of_a_ray_are_as_far_apart_as_its_slope_says() -> None:
    rays = rays_of(10.0, 0.25)
    assert rays.step_km[20] == pytest.approx(0.25)
    assert rays.step_km[0] == pytest.approx(0.25 * math.sqrt(2.0))
