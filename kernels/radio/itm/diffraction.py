"""Diffraction over irregular terrain: knife edges, the smooth earth, and the mix of both.

Part of the irregular terrain model; sources: see :mod:`kernels.radio.itm.path`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from kernels.compiled import compiled
from kernels.radio.itm.path import (
    MHZ_METRES,
    Path,
    bend_rad,
    horizon_reach_m,
    reflecting_sigma_m,
    roughness_m,
    smooth_reach_m,
)

_EARTH_RADIUS_M = 6_370_000.0


class LossLine(NamedTuple):
    """A loss that is linear in distance: its value at distance zero, and its slope."""

    intercept_db: float
    slope_db_per_m: float


@compiled
def knife_edge_loss_db(nu_squared: float) -> float:
    """Loss over one knife edge, approximated, [Alg 6.1], [TN101, eqs. III.24b and III.24c]."""
    if nu_squared < 5.76:
        return 6.02 + 9.11 * math.sqrt(nu_squared) - 1.27 * nu_squared
    return 12.953 + 10.0 * math.log10(nu_squared)


@compiled
def two_knife_edges_loss_db(path: Path, distance_m: float) -> float:
    """Loss over knife edges at both horizons, [Alg 4.12 to 4.14]."""
    angle_rad = distance_m / path.earth_radius_m + bend_rad(path)
    beyond_m = distance_m - horizon_reach_m(path)
    wave_number = path.frequency_mhz / MHZ_METRES
    # 0.0795775 is 1 / (4 pi).
    scale = 0.0795775 * wave_number * angle_rad**2 * beyond_m
    return knife_edge_loss_db(
        scale * path.horizon_1_m / (beyond_m + path.horizon_1_m)
    ) + knife_edge_loss_db(scale * path.horizon_2_m / (beyond_m + path.horizon_2_m))


@compiled
def height_gain_db(x: float, ground: float) -> float:
    """Height gain F(x, K) over a smooth earth, [Alg 6.3 to 6.6], [Vogler]."""
    if x < 200.0:
        w = -math.log(ground)
        if ground < 1e-5 or x * w**3 > 5495.0:
            return -117.0 + (17.372 * math.log(x) if x > 1.0 else 0.0)
        return 2.5e-5 * x * x / ground - 8.686 * w - 15.0
    gain_db = 0.05751 * x - 4.343 * math.log(x)
    if x < 2000.0:
        w = 0.0134 * x * math.exp(-0.005 * x)
        gain_db = (1.0 - w) * gain_db + w * (17.372 * math.log(x) - 117.0)
    return gain_db


@compiled
def _vogler_ground(path: Path, radius_m: float) -> float:
    """Parameter K of the ground for one radius, [Alg 4.17], [Vogler, eqs. 6a and 7a]."""
    scale = (4.0 / 3.0 * _EARTH_RADIUS_M / radius_m) ** (1.0 / 3.0)
    return 0.017778 * scale * path.frequency_mhz ** (-1.0 / 3.0) / abs(path.impedance)


@compiled
def _vogler_distance(path: Path, radius_m: float, distance_m: float) -> float:
    """Normalised distance x for one radius, [Alg 4.18, 6.2], [Vogler, eq. 2]."""
    scale = (4.0 / 3.0 * _EARTH_RADIUS_M / radius_m) ** (1.0 / 3.0)
    strength = 1.607 - _vogler_ground(path, radius_m)
    return strength * scale**2 * path.frequency_mhz ** (1.0 / 3.0) * distance_m / 1000.0


@compiled
def smooth_earth_loss_db(path: Path, distance_m: float) -> float:
    """Loss over a smooth earth by three radii, [Alg 4.15 to 4.20], [Vogler].

    The radii are those of the two horizon circles and of the bulge between the horizons.
    """
    angle_rad = distance_m / path.earth_radius_m + bend_rad(path)
    between_m = distance_m - horizon_reach_m(path)
    radius_1_m = 0.5 * path.horizon_1_m**2 / path.effective_1_m
    radius_2_m = 0.5 * path.horizon_2_m**2 / path.effective_2_m
    x_1 = _vogler_distance(path, radius_1_m, path.horizon_1_m)
    x_2 = _vogler_distance(path, radius_2_m, path.horizon_2_m)
    x_0 = _vogler_distance(path, between_m / angle_rad, between_m) + x_1 + x_2
    gain_1_db = height_gain_db(x_1, _vogler_ground(path, radius_1_m))
    gain_2_db = height_gain_db(x_2, _vogler_ground(path, radius_2_m))
    return 0.05751 * x_0 - 10.0 * math.log10(x_0) - gain_1_db - gain_2_db - 20.0


@compiled
def clutter_loss_db(path: Path) -> float:
    """Clutter factor, [Alg 4.10], [ITS 67, eq. 3.38c]."""
    sigma_m = reflecting_sigma_m(roughness_m(smooth_reach_m(path), path.irregularity_m))
    strength = 1e-5 * path.height_1_m * path.height_2_m * path.frequency_mhz * sigma_m
    return min(15.0, 5.0 * math.log10(1.0 + strength))


@compiled
def smooth_earth_weight(path: Path, distance_m: float) -> float:
    """Weight of the smooth earth against knife edges (0 to 1), [Alg 4.9], [ITS 67, eq. 3.23]."""
    heights_m2 = path.height_1_m * path.height_2_m
    excess_m2 = path.effective_1_m * path.effective_2_m - heights_m2
    height_ratio = math.sqrt(1.0 + excess_m2 / (heights_m2 + path.known_height_product_m2))
    reach_m = bend_rad(path) * path.earth_radius_m + horizon_reach_m(path)
    rough = roughness_m(distance_m, path.irregularity_m) * path.frequency_mhz / MHZ_METRES
    q = (height_ratio + reach_m / distance_m) * min(rough, 6283.2)
    return 25.1 / (25.1 + math.sqrt(q))


@compiled
def diffraction_loss_db(path: Path, distance_m: float) -> float:
    """Diffraction attenuation beyond the horizons, [Alg 4.11]."""
    weight = smooth_earth_weight(path, distance_m)
    return (
        weight * smooth_earth_loss_db(path, distance_m)
        + (1.0 - weight) * two_knife_edges_loss_db(path, distance_m)
        + clutter_loss_db(path)
    )


@compiled
def diffraction_line(path: Path) -> LossLine:
    """Return the line through two distances far in the diffraction region, [Alg 4.2 to 4.8]."""
    scale_m = (path.earth_radius_m**2 / path.frequency_mhz) ** (1.0 / 3.0)
    near_m = max(smooth_reach_m(path), horizon_reach_m(path) + 5.0 * scale_m)
    far_m = near_m + 10.0 * scale_m
    near_db = diffraction_loss_db(path, near_m)
    slope = (diffraction_loss_db(path, far_m) - near_db) / (far_m - near_m)
    return LossLine(near_db - slope * near_m, slope)
