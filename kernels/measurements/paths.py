"""Obstacles on the straight path from an antenna to a sample, from a raster of heights.

Source of the loss over edges: ITU-R P.526-15, section 4.1, Eq. (26) and (31), with one edge on
either side of the main one (Deygout). A raster has rows northwards: row ``int((y - y0) / pixel)``.
Heights are in metres; a building height of NaN is unknown and blocks nothing.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.radio.models.p526 import knife_edge_loss_db

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]

PATH_TERMS = (
    "main_edge_nu", "edges_loss_db", "known_share", "built_share", "built_height_m",
    "blocked_m", "last_roof_m", "last_built_share", "last_built_height_m", "main_edge_place",
)  # fmt: skip
LAST_M = 150.0
BUILT_M = 2.0
"""A building lower than this counts as open ground."""


@compiled
def _nu(height_m: float, line_m: float, before_m: float, after_m: float, wave_m: float) -> float:
    """Return the diffraction parameter of an edge, Eq. (26)."""
    return (height_m - line_m) * math.sqrt(
        2.0 * (before_m + after_m) / (wave_m * before_m * after_m)
    )


@compiled
def _greatest_nu(
    ground_m: Singles,
    building_m: Singles,
    frame: tuple[float, float, float],
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    wave_m: float,
) -> tuple[float, float, float]:
    """Return the greatest parameter between two points, its share of the path and its height.

    ``frame``: x0, y0 and size of a pixel; ``start`` and ``end``: x, y and height over the sea.
    """
    x0, y0, pixel_m = frame
    run_x, run_y = end[0] - start[0], end[1] - start[1]
    length_m = math.hypot(run_x, run_y)
    steps = int(length_m / pixel_m)
    most, place, top = -9.0, 0.0, start[2]
    for step in range(1, steps):
        share = step / steps
        column = int((start[0] + share * run_x - x0) / pixel_m)
        row = int((start[1] + share * run_y - y0) / pixel_m)
        height_m = ground_m[row, column]
        if building_m[row, column] > BUILT_M:
            height_m += building_m[row, column]
        line_m = start[2] + share * (end[2] - start[2])
        nu = _nu(height_m, line_m, share * length_m, (1.0 - share) * length_m, wave_m)
        if nu > most:
            most, place, top = nu, share, height_m
    return most, place, top


@compiled
def path_terms(
    ground_m: Singles,
    building_m: Singles,
    frame: tuple[float, float, float],
    antenna: Floats,
    sample: Floats,
    wave_m: Floats,
) -> Floats:
    """Return the terms ``PATH_TERMS`` of each path (float64, n x 10).

    Parameters
    ----------
    ground_m, building_m
        Rasters (float32) that hold both ends of every path.
    frame
        x and y of the corner and the size of a pixel, metres.
    antenna, sample
        x, y and height over the sea of both ends (float64, n x 3), metres.
    wave_m
        Wavelength (float64, n).
    """
    x0, y0, pixel_m = frame
    out = np.zeros((len(sample), 10))
    for i in range(len(sample)):
        start = (antenna[i, 0], antenna[i, 1], antenna[i, 2])
        end = (sample[i, 0], sample[i, 1], sample[i, 2])
        run_x, run_y = end[0] - start[0], end[1] - start[1]
        length_m = math.hypot(run_x, run_y)
        steps = int(length_m / pixel_m)
        known = built = last = last_built = blocked = 0
        total_m = last_total_m = 0.0
        last_roof_m = length_m
        for step in range(1, steps):
            share = step / steps
            column = int((start[0] + share * run_x - x0) / pixel_m)
            row = int((start[1] + share * run_y - y0) / pixel_m)
            height_m = building_m[row, column]
            if math.isnan(height_m):
                continue
            left_m = (1.0 - share) * length_m
            known += 1
            if left_m < LAST_M:
                last += 1
            if height_m > BUILT_M:
                built += 1
                total_m += height_m
                if left_m < LAST_M:
                    last_built += 1
                    last_total_m += height_m
                if ground_m[row, column] + height_m > start[2] + share * (end[2] - start[2]):
                    blocked += 1
                    last_roof_m = min(last_roof_m, left_m)
        nu, place, top = _greatest_nu(ground_m, building_m, frame, start, end, wave_m[i])
        loss_db = knife_edge_loss_db(nu)
        if loss_db > 0.0:
            edge = (start[0] + place * run_x, start[1] + place * run_y, top)
            before = _greatest_nu(ground_m, building_m, frame, start, edge, wave_m[i])[0]
            after = _greatest_nu(ground_m, building_m, frame, edge, end, wave_m[i])[0]
            loss_db += knife_edge_loss_db(before) + knife_edge_loss_db(after)
        out[i, 0] = nu
        out[i, 1] = loss_db
        out[i, 2] = known / max(steps, 1)
        out[i, 3] = built / max(known, 1)
        out[i, 4] = total_m / max(built, 1)
        out[i, 5] = blocked * pixel_m
        out[i, 6] = last_roof_m
        out[i, 7] = last_built / max(last, 1)
        out[i, 8] = last_total_m / max(last_built, 1)
        out[i, 9] = place
    return out


@compiled
def surroundings(
    building_m: Singles,
    green: npt.NDArray[np.int8],
    frame: tuple[float, float, float],
    place: Floats,
    reach_m: Floats,
) -> Floats:
    """Return mean building height, built share and green share in squares around places.

    Means are over the pixels that are known. ``place`` (float64, n x 2), ``reach_m`` (float64, r,
    rising): half the side of each square. Returns float64, n x 3r.
    """
    x0, y0, pixel_m = frame
    rows, columns = building_m.shape
    reaches = len(reach_m)
    widest = int(reach_m[reaches - 1] / pixel_m)
    out = np.zeros((len(place), 3 * reaches))
    sums = np.zeros((reaches, 4))
    for i in range(len(place)):
        sums[:] = 0.0
        column, row = int((place[i, 0] - x0) / pixel_m), int((place[i, 1] - y0) / pixel_m)
        for r in range(max(row - widest, 0), min(row + widest + 1, rows)):
            for c in range(max(column - widest, 0), min(column + widest + 1, columns)):
                height_m = building_m[r, c]
                if math.isnan(height_m):
                    continue
                away_m = max(abs(r - row), abs(c - column)) * pixel_m
                for k in range(reaches):
                    if away_m <= reach_m[k]:
                        sums[k, 0] += 1.0
                        sums[k, 1] += height_m
                        sums[k, 2] += 1.0 if height_m > BUILT_M else 0.0
                        sums[k, 3] += green[r, c]
                        break
        for k in range(1, reaches):
            sums[k] += sums[k - 1]
        for k in range(reaches):
            for j in range(3):
                out[i, 3 * k + j] = sums[k, j + 1] / max(sums[k, 0], 1.0)
    return out
