"""A small city with a known truth: cells on a raster, buildings, shadowing that fades over land."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from planner.measurements.samples import MeasuredCells, Samples

OFFSET_DB = -58.0
SLOPE_DB = -32.0


def small_city(
    cells: int = 12, per_cell: int = 150, seed: int = 1, *, reach_m=600.0, turn_deg=50.0,
    pattern: float = 1.0,
):  # fmt: skip
    """Return samples and cells whose power falls with distance, pattern, offset and shadowing.

    ``reach_m``, ``turn_deg``: how far samples lie and are spread around the azimuth, of all cells
    or of each; ``pattern``: factor of the pattern's loss.
    """
    rng = np.random.default_rng(seed)
    flat = np.zeros(cells)
    table = MeasuredCells(
        np.arange(cells).astype(str), rng.uniform(0, 3000, cells) + 400_000.0,
        rng.uniform(0, 3000, cells) + 3_390_000.0, rng.uniform(20, 40, cells),
        rng.uniform(0, 360, cells), np.full(cells, 6.0), flat, np.full(cells, 2600.0),
        np.full(cells, 15.0), flat, flat, np.full(cells, 5),
    )  # fmt: skip
    row = np.repeat(np.arange(cells), per_cell)
    away = rng.uniform(30, np.broadcast_to(reach_m, cells)[row])
    turn = rng.normal(0, np.broadcast_to(turn_deg, cells)[row])
    bearing = np.radians(table.azimuth_deg[row] + turn)
    x = table.x_m[row] + away * np.sin(bearing)
    y = table.y_m[row] + away * np.cos(bearing)
    shade = ndimage.gaussian_filter(rng.standard_normal((cells, 64, 64)), (0, 2, 2))
    shade *= 6.0 / shade.std()
    at = ((np.stack([x - table.x_m[row], y - table.y_m[row]]) + 640) // 20).astype(int) % 64
    power = (
        table.power_dbm[row] + OFFSET_DB + SLOPE_DB * np.log10(away / 10.0)
        - pattern * np.minimum(12 * (turn / 65) ** 2, 25) + rng.normal(0, 4, cells)[row]
        + shade[row, at[1], at[0]] + rng.normal(0, 2, len(row))
    )  # fmt: skip
    none = np.zeros(len(row))
    samples = Samples(row, x, y, power, none, none, np.full(len(row), 5), none > 0, none > 0)
    return samples, table


def censored(samples: Samples, floor_dbm: float) -> Samples:
    """Return the samples as a receiver with a floor reports them."""
    low = samples.rsrp_dbm <= floor_dbm
    return replace(samples, rsrp_dbm=np.maximum(samples.rsrp_dbm, floor_dbm), censored=low)


def reference_samples(path: Path) -> tuple[Samples, MeasuredCells]:
    """Read the arrays of the measured city (NPZ)."""
    with np.load(path) as file:
        cell, sample, rsrp = file["cell"], file["sample"], file["rsrp_dbm"].astype(np.float64)
    columns = cell.T.astype(np.float64)
    x_m, y_m, height, azimuth, electrical, mechanical, carrier, power = columns[1:9]
    cells = MeasuredCells(
        columns[0].astype(np.int64).astype(np.str_), x_m, y_m, height, azimuth, electrical,
        mechanical, carrier, power, columns[9], columns[10], columns[11].astype(np.int64),
    )  # fmt: skip
    row, x, y, ground, building, clutter = sample.T.astype(np.int64)
    none = np.zeros(len(rsrp), bool)
    samples = Samples(
        row, x.astype(float), y.astype(float), rsrp, ground.astype(float), building.astype(float),
        clutter, none, building > 0,
    )  # fmt: skip
    return samples, cells
