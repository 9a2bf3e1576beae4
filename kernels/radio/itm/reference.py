"""Reference attenuation of the irregular terrain model: median loss against free space.

Sources: see :mod:`kernels.radio.itm.path`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from kernels.compiled import compiled
from kernels.radio.itm.diffraction import LossLine, diffraction_line
from kernels.radio.itm.line_of_sight import line_of_sight_attenuation_db
from kernels.radio.itm.path import Path, horizon_reach_m, smooth_reach_m
from kernels.radio.itm.scatter import frequency_gain_db, scatter_loss_db

LINE_OF_SIGHT = 1
DIFFRACTION = 2
SCATTER = 3

_MOST_GAIN_DB = 15.0
_NO_SCATTER_DB = 1000.0
_BEYOND_ALL_M = 10_000_000.0


class Attenuation(NamedTuple):
    """Attenuation against free space, and the code of the mechanism that gave it."""

    loss_db: float
    mechanism: int


class ScatterLine(NamedTuple):
    """Scatter attenuation as a line over distance, and from where it counts."""

    line: LossLine
    from_m: float


@compiled
def scatter_line(path: Path, diffraction: LossLine) -> ScatterLine:
    """Return the line through two distances far in the scatter region, [Alg 4.52 to 4.59].

    Where scatter has no meaning the diffraction line goes on.
    """
    reach_m = horizon_reach_m(path)
    near_m = reach_m + 200_000.0
    far_m = reach_m + 400_000.0
    far_gain_db = frequency_gain_db(path, far_m)
    near_gain_db = far_gain_db
    if not far_gain_db > _MOST_GAIN_DB:
        near_gain_db = frequency_gain_db(path, near_m)
        if near_gain_db > _MOST_GAIN_DB and far_gain_db >= 0.0:
            near_gain_db = far_gain_db
    if math.isnan(near_gain_db):
        return ScatterLine(diffraction, _BEYOND_ALL_M)
    near_db = scatter_loss_db(path, near_m, near_gain_db)
    if not near_db < _NO_SCATTER_DB:
        return ScatterLine(diffraction, _BEYOND_ALL_M)
    slope = (scatter_loss_db(path, far_m, far_gain_db) - near_db) / (far_m - near_m)
    scale_m = (path.earth_radius_m**2 / path.frequency_mhz) ** (1.0 / 3.0)
    meeting_m = (near_db - diffraction.intercept_db - slope * near_m) / (
        diffraction.slope_db_per_m - slope
    )
    least_m = max(smooth_reach_m(path), reach_m + 1.088 * scale_m * math.log(path.frequency_mhz))
    from_m = max(least_m, meeting_m)
    intercept_db = diffraction.intercept_db + (diffraction.slope_db_per_m - slope) * from_m
    return ScatterLine(LossLine(intercept_db, slope), from_m)


@compiled
def reference_attenuation(path: Path, distance_m: float) -> Attenuation:
    """Return the reference attenuation at a distance, never negative, [Alg 4.1]."""
    line = diffraction_line(path)
    if distance_m < smooth_reach_m(path):
        loss_db = line_of_sight_attenuation_db(path, line, distance_m)
        return Attenuation(max(loss_db, 0.0), LINE_OF_SIGHT)
    scatter = scatter_line(path, line)
    if distance_m > scatter.from_m:
        loss_db = scatter.line.intercept_db + scatter.line.slope_db_per_m * distance_m
        return Attenuation(max(loss_db, 0.0), SCATTER)
    loss_db = line.intercept_db + line.slope_db_per_m * distance_m
    return Attenuation(max(loss_db, 0.0), DIFFRACTION)
