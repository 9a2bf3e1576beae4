"""Horizons, heights and roughness that the irregular terrain model takes from a profile.

A profile is an array of terrain heights over sea level (float64, N >= 2) at equal steps from
terminal 1 to terminal 2. Sources: see :mod:`kernels.radio.itm.path`.

Whether a point of the profile counts may hang on the last bit of a distance: where a tenth of a
horizon distance falls on a point. So the kernels here are compiled without fast-math, and sum
distances step by step, as the reference software does.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled_exact
from kernels.radio.itm.path import (
    Medium,
    Path,
    air_over,
    ground_impedance,
    irregular_horizon_angle_rad,
    irregular_horizon_m,
)

Floats = npt.NDArray[np.float64]

_KNOWN_HEIGHT_PRODUCT_M2 = 10.0


class RadioHorizon(NamedTuple):
    """Distance and elevation angle of a terminal's radio horizon."""

    distance_m: float
    angle_rad: float


class FittedLine(NamedTuple):
    """Heights of a straight line at the two ends of a profile."""

    start_m: float
    end_m: float


@compiled_exact
def mean_height_m(terrain_m: Floats) -> float:
    """Mean terrain height of a profile without the tenth of it at either end."""
    steps = terrain_m.size - 1
    tenth = int(0.1 * steps)
    total = 0.0
    for i in range(tenth, steps - tenth + 1):
        total += terrain_m[i]
    return total / (steps - 2 * tenth + 1)


@compiled_exact
def radio_horizons(
    terrain_m: Floats, step_m: float, height_1_m: float, height_2_m: float, radius_m: float
) -> tuple[RadioHorizon, RadioHorizon]:
    """Return the radio horizons seen from both ends of a profile, [TN101, eq. 6.15].

    A horizon is the other terminal if that is above all the terrain between.
    """
    last = terrain_m.size - 1
    antenna_1_m = terrain_m[0] + height_1_m
    antenna_2_m = terrain_m[last] + height_2_m
    length_m = last * step_m
    rise = (antenna_2_m - antenna_1_m) / length_m
    sag = length_m / (2.0 * radius_m)
    horizon_1 = RadioHorizon(length_m, rise - sag)
    horizon_2 = RadioHorizon(length_m, -rise - sag)
    from_1_m, from_2_m = 0.0, length_m
    for i in range(1, last):
        from_1_m += step_m
        from_2_m -= step_m
        angle_1_rad = (terrain_m[i] - antenna_1_m) / from_1_m - from_1_m / (2.0 * radius_m)
        angle_2_rad = (terrain_m[i] - antenna_2_m) / from_2_m - from_2_m / (2.0 * radius_m)
        if angle_1_rad > horizon_1.angle_rad:
            horizon_1 = RadioHorizon(from_1_m, angle_1_rad)
        if angle_2_rad > horizon_2.angle_rad:
            horizon_2 = RadioHorizon(from_2_m, angle_2_rad)
    return horizon_1, horizon_2


@compiled_exact
def fitted_line(terrain_m: Floats, step_m: float, start_m: float, end_m: float) -> FittedLine:
    """Return the least-squares line through a part of a profile, at the profile's two ends.

    The part lies between two distances from the start and has two points or more; both of its
    end points have half weight. An end within a billionth of a step of a point is that point, so
    that rounding does not decide, and a path is the same both ways.
    """
    last = terrain_m.size - 1
    first_i = int(max(start_m / step_m, 0.0) + 1e-9)
    last_i = last - int(max(last - end_m / step_m, 0.0) + 1e-9)
    if last_i <= first_i:
        first_i = max(first_i - 1, 0)
        last_i = min(last_i + 1, last)
    length = float(last_i - first_i)
    middle = first_i + 0.5 * length
    total = 0.5 * (terrain_m[first_i] + terrain_m[last_i])
    moment = 0.25 * (terrain_m[last_i] - terrain_m[first_i]) * length
    for i in range(first_i + 1, last_i):
        total += terrain_m[i]
        moment += terrain_m[i] * (i - middle)
    mean_m = total / length
    slope_m = 12.0 * moment / ((length * length + 2.0) * length)
    return FittedLine(mean_m - slope_m * middle, mean_m + slope_m * (last - middle))


@compiled_exact
def terrain_irregularity_m(terrain_m: Floats, step_m: float, start_m: float, end_m: float) -> float:
    """Terrain irregularity between two distances of a profile, [ITM, section 48].

    The interdecile range of heights about their fitted line, of 35 to 245 points interpolated
    from the profile, carried over to an infinite length by [ITS 67, eq. 3].
    """
    last = terrain_m.size - 1
    first = start_m / step_m
    span = end_m / step_m - first
    if span < 2.0:
        return 0.0
    tenth = min(max(4, int(0.1 * (span + 8.0) + 1e-9)), 25)
    count = 10 * tenth - 5
    heights_m = np.empty(count)
    for j in range(count):
        position = first + j * (span / (count - 1))
        i = min(int(position), last - 1)
        heights_m[j] = terrain_m[i] + (terrain_m[i + 1] - terrain_m[i]) * (position - i)
    line = fitted_line(heights_m, 1.0, 0.0, count - 1.0)
    slope_m = (line.end_m - line.start_m) / (count - 1)
    for j in range(count):
        heights_m[j] -= line.start_m + slope_m * j
    heights_m.sort()
    interdecile_m = heights_m[count - tenth] - heights_m[tenth - 1]
    return interdecile_m / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50_000.0))


@compiled_exact
def _line_of_sight_heights_m(
    near_m: float, far_m: float, distance_m: float, radius_m: float, irregularity_m: float
) -> tuple[float, float]:
    """Return effective heights, raised until their horizons reach across the distance."""
    reach_m = irregular_horizon_m(near_m, radius_m, irregularity_m) + irregular_horizon_m(
        far_m, radius_m, irregularity_m
    )
    if reach_m > distance_m:
        return near_m, far_m
    rise = (distance_m / reach_m) ** 2
    return near_m * rise, far_m * rise


@compiled_exact
def profile_path(
    terrain_m: Floats, step_m: float, height_1_m: float, height_2_m: float, medium: Medium
) -> Path:
    """Return the path along a terrain profile, [ITM, section 43]."""
    last = terrain_m.size - 1
    distance_m = last * step_m
    air = air_over(medium.refractivity, mean_height_m(terrain_m))
    radius_m = air.earth_radius_m
    horizon_1, horizon_2 = radio_horizons(terrain_m, step_m, height_1_m, height_2_m, radius_m)
    horizon_1_m, angle_1_rad = horizon_1.distance_m, horizon_1.angle_rad
    horizon_2_m, angle_2_rad = horizon_2.distance_m, horizon_2.angle_rad
    # Terrain close to a mast counts as part of its site, not of the path.
    start_m = min(15.0 * height_1_m, 0.1 * horizon_1_m)
    end_m = distance_m - min(15.0 * height_2_m, 0.1 * horizon_2_m)
    irregularity_m = terrain_irregularity_m(terrain_m, step_m, start_m, end_m)
    line_of_sight = horizon_1_m + horizon_2_m > 1.5 * distance_m
    if line_of_sight:
        line_1 = fitted_line(terrain_m, step_m, start_m, end_m)
        line_2 = line_1
    else:
        line_1 = fitted_line(terrain_m, step_m, start_m, 0.9 * horizon_1_m)
        line_2 = fitted_line(terrain_m, step_m, distance_m - 0.9 * horizon_2_m, end_m)
    effective_1_m = height_1_m + max(terrain_m[0] - line_1.start_m, 0.0)
    effective_2_m = height_2_m + max(terrain_m[last] - line_2.end_m, 0.0)
    if line_of_sight:
        effective_1_m, effective_2_m = _line_of_sight_heights_m(
            effective_1_m, effective_2_m, distance_m, radius_m, irregularity_m
        )
        horizon_1_m = irregular_horizon_m(effective_1_m, radius_m, irregularity_m)
        horizon_2_m = irregular_horizon_m(effective_2_m, radius_m, irregularity_m)
        angle_1_rad = irregular_horizon_angle_rad(
            effective_1_m, horizon_1_m, radius_m, irregularity_m
        )
        angle_2_rad = irregular_horizon_angle_rad(
            effective_2_m, horizon_2_m, radius_m, irregularity_m
        )
    return Path(
        1000.0 * medium.frequency_ghz,
        ground_impedance(medium),
        air.refractivity,
        radius_m,
        irregularity_m,
        height_1_m,
        height_2_m,
        effective_1_m,
        effective_2_m,
        horizon_1_m,
        horizon_2_m,
        angle_1_rad,
        angle_2_rad,
        _KNOWN_HEIGHT_PRODUCT_M2,
    )
