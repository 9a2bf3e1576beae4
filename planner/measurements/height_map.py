"""A raster of ground, buildings and clutter, from the samples' own values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from planner.measurements.samples import MeasuredCells, Samples

Singles = npt.NDArray[np.float32]

FINEST_PIXEL_M = 10.0
MOST_PIXELS = 40_000_000
_GREEN = (7, 8, 9)
_COARSER = 10
_SPREADS = (1.0, 2.0, 4.0, 16.0, 64.0)
_EDGE_PIXELS = 2


@dataclass(frozen=True)
class HeightMap:
    """Heights by pixel: ``frame`` is x0, y0 (m) and the size of a pixel; rows go northwards.

    ``building_m`` is NaN where nothing is known; ``ground_m`` is filled from the surroundings;
    ``clutter`` is 0 where nothing is known, ``green`` marks vegetation.
    """

    frame: tuple[float, float, float]
    ground_m: Singles
    building_m: Singles
    green: npt.NDArray[np.int8]
    clutter: npt.NDArray[np.int8]

    def pixel(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return row and column of positions (2 x n)."""
        x0, y0, size_m = self.frame
        at = ((np.asarray(y_m) - y0) / size_m, (np.asarray(x_m) - x0) / size_m)
        return np.stack(at).astype(np.int64)


def height_map(samples: Samples, cells: MeasuredCells) -> HeightMap:
    """Return the raster of ground, buildings and clutter from the values of the samples.

    Where samples share a pixel, the last is taken. Ground without samples is interpolated. Pixels
    are of 10 m, or as much coarser as an extent of more than 40 million pixels asks.
    """
    x, y = np.concatenate([samples.x_m, cells.x_m]), np.concatenate([samples.y_m, cells.y_m])
    size_m = FINEST_PIXEL_M
    while np.ptp(x) / size_m * (np.ptp(y) / size_m) > MOST_PIXELS:
        size_m *= 2.0
    frame = (float(x.min()) - _EDGE_PIXELS * size_m, float(y.min()) - _EDGE_PIXELS * size_m, size_m)
    shape = tuple(int(np.ptp(one) / size_m) + 2 * _EDGE_PIXELS + 1 for one in (y, x))
    empty = HeightMap(
        frame, np.full(shape, np.nan, np.float32), np.full(shape, np.nan, np.float32),
        np.zeros(shape, np.int8), np.zeros(shape, np.int8),
    )  # fmt: skip
    at = tuple(empty.pixel(samples.x_m, samples.y_m))
    empty.ground_m[at] = samples.ground_m
    empty.building_m[at] = samples.building_m
    empty.clutter[at] = samples.clutter
    empty.green[at] = np.isin(samples.clutter, _GREEN)
    return HeightMap(frame, _filled(empty.ground_m), empty.building_m, empty.green, empty.clutter)


def _filled(ground_m: Singles) -> Singles:
    """Return ground where it is known, else the weighted mean of what is known around."""
    rows, columns = (-(-size // _COARSER) for size in ground_m.shape)
    row, column = np.nonzero(np.isfinite(ground_m))
    block = row // _COARSER * columns + column // _COARSER
    count = np.bincount(block, minlength=rows * columns).reshape(rows, columns)
    total = np.bincount(block, ground_m[row, column], rows * columns).reshape(rows, columns)
    coarse = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    known = count > 0
    for spread in _SPREADS:
        weight = ndimage.gaussian_filter(known.astype(float), spread)
        mean = ndimage.gaussian_filter(np.where(known, coarse, 0.0), spread)
        fill = np.isnan(coarse) & (weight > 1e-3)
        coarse[fill] = mean[fill] / weight[fill]
        known = np.isfinite(coarse)
    coarse[~known] = coarse[known].mean() if known.any() else 0.0
    whole = np.repeat(np.repeat(coarse.astype(np.float32), _COARSER, 0), _COARSER, 1)
    whole = whole[: ground_m.shape[0], : ground_m.shape[1]]
    return np.where(np.isfinite(ground_m), ground_m, whole)
