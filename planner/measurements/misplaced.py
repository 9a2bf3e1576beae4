"""Cells whose samples contradict their position or azimuth in the table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.measurements.samples import MeasuredCells, Samples

Floats = npt.NDArray[np.float64]

LEAST_SAMPLES = 50
LEAST_DISTANCE_M = 1500.0
_TIMES_THE_USUAL = 8.0
_TURNED_DEG = 90.0
_TURNS_DEG = np.arange(0.0, 360.0, 15.0)
_LEAST_GAIN = 0.15


def misplaced_cells(samples: Samples, cells: MeasuredCells) -> dict[str, str]:
    """Return the cells that look mislocated or turned, with the reason.

    A cell is mislocated if the median of its samples is farther than 1.5 km and than eight times
    what is usual. It is turned if a sector pattern that points at least 90 degrees away explains
    its samples far better, in a regression on distance and pattern.
    """
    order = np.argsort(samples.cell, kind="stable")
    row, starts = np.unique(samples.cell[order], return_index=True)
    groups = np.split(order, starts[1:])
    run_x = samples.x_m - cells.x_m[samples.cell]
    run_y = samples.y_m - cells.y_m[samples.cell]
    away = np.hypot(run_x, run_y)
    bearing = np.degrees(np.arctan2(run_x, run_y))
    middle = np.array([np.median(away[group]) for group in groups])
    usual = float(np.median(middle))
    reasons = {}
    for cell, group, distance in zip(row, groups, middle, strict=True):
        name = str(cells.name[cell])
        if len(group) < LEAST_SAMPLES:
            continue
        if distance > max(LEAST_DISTANCE_M, _TIMES_THE_USUAL * usual):
            reasons[name] = (
                f"its samples lie {distance / 1000:.1f} km away in the median, "
                f"others' {usual:,.0f} m"
            )
            continue
        if np.isnan(cells.azimuth_deg[cell]):
            continue
        turned = _turned_deg(
            samples.rsrp_dbm[group], away[group], bearing[group], float(cells.azimuth_deg[cell])
        )
        if turned is not None:
            reasons[name] = (
                f"its samples fit an azimuth of {turned:.0f} degrees, the table says "
                f"{cells.azimuth_deg[cell]:.0f}"
            )
    return reasons


def _turned_deg(
    power_dbm: Floats, away_m: Floats, bearing_deg: Floats, azimuth_deg: float
) -> float | None:
    """Return the azimuth that explains samples far better than the one said, if there is one."""
    distance = np.log10(np.maximum(away_m, 5.0))
    total = float(np.sum((power_dbm - power_dbm.mean()) ** 2))
    if total <= 0.0:
        return None

    def explained(direction: float) -> float:
        turn = (bearing_deg - direction + 180.0) % 360.0 - 180.0
        loss = np.minimum(12.0 * (turn / 65.0) ** 2, 25.0)
        columns = np.column_stack([np.ones_like(distance), distance, loss])
        weight, _, _, _ = np.linalg.lstsq(columns, power_dbm, rcond=None)
        if weight[2] >= 0.0:
            columns, weight = (
                columns[:, :2],
                np.linalg.lstsq(columns[:, :2], power_dbm, rcond=None)[0],
            )
        return 1.0 - float(np.sum((power_dbm - columns @ weight) ** 2)) / total

    found = [explained(direction) for direction in _TURNS_DEG]
    best = float(_TURNS_DEG[int(np.argmax(found))])
    turned = abs((best - azimuth_deg + 180.0) % 360.0 - 180.0)
    if turned < _TURNED_DEG or max(found) - explained(azimuth_deg) < _LEAST_GAIN:
        return None
    return best
