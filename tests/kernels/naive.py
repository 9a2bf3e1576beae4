"""Naive twins of the siting kernels: the textbook, cell by cell and candidate by candidate."""

from __future__ import annotations

import numpy as np


def naive_disc(radius_cells):
    """Offsets (rows, columns) of the cells of a disc, in the order of the flat index."""
    reach = int(radius_cells) + 1
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    inside = np.hypot(dy, dx) <= radius_cells * (1 + 1e-9)
    return dy[inside], dx[inside]


def naive_footprint(area_class, radius_cells, site):
    """Cells that a station in cell ``site`` serves, as bool[H, W]."""
    row, column = divmod(site, area_class.shape[1])
    y, x = np.indices(area_class.shape)
    radius = np.full(256, -1.0)
    radius[: len(radius_cells)] = np.asarray(radius_cells) * (1 + 1e-9)
    return np.hypot(y - row, x - column) <= radius[area_class]


def naive_gain(weight, area_class, radius_cells, covered):
    """Weight that a station in each cell would newly cover, one shifted raster per disc cell."""
    height, width = weight.shape
    gain = np.zeros((height, width))
    for area, radius in enumerate(radius_cells):
        reach = int(radius) + 1
        padded = np.zeros((height + 2 * reach, width + 2 * reach))
        padded[reach:-reach, reach:-reach] = np.where(covered | (area_class != area), 0, weight)
        for dy, dx in zip(*naive_disc(radius), strict=True):
            gain += padded[reach + dy : reach + dy + height, reach + dx : reach + dx + width]
    return gain


def naive_greedy_order(weight, area_class, radius_cells, candidate, covered, n_stations):
    """Choose the best candidate of all, again and again, from gains summed afresh each time.

    Exact for weights that are whole numbers.
    """
    covered = covered.copy()
    sites, gains = [], []
    while len(sites) < n_stations:
        gain = np.where(candidate, naive_gain(weight, area_class, radius_cells, covered), 0)
        site = int(gain.argmax())
        if gain.flat[site] <= 0:
            break
        sites.append(site)
        gains.append(gain.flat[site])
        covered |= naive_footprint(area_class, radius_cells, site)
    return np.array(sites, dtype=np.int64), np.array(gains, dtype=np.float64)
