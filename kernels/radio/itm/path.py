"""Parameters of a path that the irregular terrain model (Longley-Rice) needs for a loss.

Sources of all ``itm`` kernels, with the short names used in their docstrings:

- [Alg] G. A. Hufford, The ITS Irregular Terrain Model, version 1.2.2: the Algorithm, 1995;
- [82-100] G. A. Hufford, A. G. Longley, W. A. Kissick, A Guide to the Use of the ITS Irregular
  Terrain Model in the Area Prediction Mode, NTIA Report 82-100, 1982;
- [ITM] G. A. Hufford, The Irregular Terrain Model, the program with its documentation, 2002;
- [ITS 67] A. G. Longley, P. L. Rice, Prediction of Tropospheric Radio Transmission Loss Over
  Irregular Terrain, ESSA Technical Report ERL 79-ITS 67, 1968;
- [TN101] P. L. Rice and others, Transmission Loss Predictions for Tropospheric Communication
  Circuits, NBS Technical Note 101, 1967;
- [Vogler] L. E. Vogler, Calculation of groundwave attenuation in the far diffraction region,
  Radio Science 68D (7), 1964.

Constants are those of NTIA's reference software of version 1.2.2 and later.
Units: metres, GHz at the entry points and MHz within, N-units, radians, decibels.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kernels.compiled import compiled

HORIZONTAL = 0
VERTICAL = 1

RANDOM = 0
CAREFUL = 1
VERY_CAREFUL = 2

MHZ_METRES = 47.7
"""Speed of light over 2 pi, in MHz m: the wave number k is the frequency over it, [Alg 1.1]."""


class Medium(NamedTuple):
    """The wave, the ground below it and the air.

    ``polarisation`` is a code; ``refractivity`` is the minimum monthly mean of the surface
    refractivity reduced to sea level, in N-units.
    """

    frequency_ghz: float
    polarisation: int
    permittivity: float
    conductivity_s_m: float
    refractivity: float


class Air(NamedTuple):
    """Surface refractivity at the height of the path, and radius of the effective earth."""

    refractivity: float
    earth_radius_m: float


class Path(NamedTuple):
    """All that the reference attenuation depends on, apart from the distance.

    For both ends: height over ground, effective height over the dominant reflecting plane,
    distance and elevation angle of the radio horizon. ``irregularity_m`` is the interdecile range
    of terrain heights. ``known_height_product_m2`` is the C of [Alg 4.9]: 10 for a known profile,
    0 for an area.
    """

    frequency_mhz: float
    impedance: complex
    refractivity: float
    earth_radius_m: float
    irregularity_m: float
    height_1_m: float
    height_2_m: float
    effective_1_m: float
    effective_2_m: float
    horizon_1_m: float
    horizon_2_m: float
    angle_1_rad: float
    angle_2_rad: float
    known_height_product_m2: float


@compiled
def air_over(refractivity: float, path_height_m: float) -> Air:
    """Return the air over a path at a mean height over sea level, [Alg 1.2, 1.3]."""
    surface = refractivity * math.exp(-path_height_m / 9460.0)
    curvature_per_m = 157e-9 * (1.0 - 0.04665 * math.exp(surface / 179.3))
    return Air(surface, 1.0 / curvature_per_m)


@compiled
def ground_impedance(medium: Medium) -> complex:
    """Return the surface transfer impedance of the ground, relative to that of air, [Alg 1.5]."""
    relative = complex(medium.permittivity, 18.0 * medium.conductivity_s_m / medium.frequency_ghz)
    impedance = np.sqrt(relative - 1.0)
    return impedance / relative if medium.polarisation == VERTICAL else impedance


@compiled
def roughness_m(distance_m: float, irregularity_m: float) -> float:
    """Interdecile range of terrain heights over a distance, [Alg 3.9]."""
    return irregularity_m * (1.0 - 0.8 * math.exp(-distance_m / 50_000.0))


@compiled
def reflecting_sigma_m(roughness: float) -> float:
    """Spread of terrain heights within a first Fresnel zone, [ITS 67, eq. 3.6a], [Alg 3.10].

    ``roughness`` is that of :func:`roughness_m`.
    """
    return 0.78 * roughness * math.exp(-0.5 * roughness**0.25)


@compiled
def smooth_horizon_m(effective_m: float, earth_radius_m: float) -> float:
    """Distance of the radio horizon over a smooth earth, [Alg 3.5]."""
    return math.sqrt(2.0 * effective_m * earth_radius_m)


@compiled
def irregular_horizon_m(effective_m: float, earth_radius_m: float, irregularity_m: float) -> float:
    """Expected distance of the radio horizon over irregular terrain, [Alg 3.3]."""
    shortening = math.exp(-0.07 * math.sqrt(irregularity_m / max(effective_m, 5.0)))
    return smooth_horizon_m(effective_m, earth_radius_m) * shortening


@compiled
def irregular_horizon_angle_rad(
    effective_m: float, horizon_m: float, earth_radius_m: float, irregularity_m: float
) -> float:
    """Expected elevation angle of the radio horizon over irregular terrain, [Alg 3.4]."""
    smooth_m = smooth_horizon_m(effective_m, earth_radius_m)
    rise_m = 0.65 * irregularity_m * (smooth_m / horizon_m - 1.0)
    return (rise_m - 2.0 * effective_m) / smooth_m


@compiled
def sited_height_m(height_m: float, siting: int, irregularity_m: float) -> float:
    """Effective height of a terminal that was sited with some care, [Alg 3.1, 3.2]."""
    if siting == RANDOM:
        return height_m
    most_m = 4.0 if siting == CAREFUL else 9.0
    if height_m < 5.0:
        most_m *= math.sin(0.1 * math.pi * height_m)
    fading = math.exp(-min(20.0, 2.0 * height_m / max(1e-3, irregularity_m)))
    return height_m + (1.0 + most_m) * fading


@compiled
def area_path(
    height_1_m: float,
    height_2_m: float,
    siting_1: int,
    siting_2: int,
    irregularity_m: float,
    medium: Medium,
) -> Path:
    """Return the path between terminals in an area of which only the irregularity is known."""
    air = air_over(medium.refractivity, 0.0)
    radius_m = air.earth_radius_m
    effective_1_m = sited_height_m(height_1_m, siting_1, irregularity_m)
    effective_2_m = sited_height_m(height_2_m, siting_2, irregularity_m)
    horizon_1_m = irregular_horizon_m(effective_1_m, radius_m, irregularity_m)
    horizon_2_m = irregular_horizon_m(effective_2_m, radius_m, irregularity_m)
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
        irregular_horizon_angle_rad(effective_1_m, horizon_1_m, radius_m, irregularity_m),
        irregular_horizon_angle_rad(effective_2_m, horizon_2_m, radius_m, irregularity_m),
        0.0,
    )


@compiled
def smooth_reach_m(path: Path) -> float:
    """Longest line of sight over a smooth earth with the path's effective heights, [Alg 3.6]."""
    radius_m = path.earth_radius_m
    return smooth_horizon_m(path.effective_1_m, radius_m) + smooth_horizon_m(
        path.effective_2_m, radius_m
    )


@compiled
def horizon_reach_m(path: Path) -> float:
    """Sum of both horizon distances: the longest line of sight of the path, [Alg 3.7]."""
    return path.horizon_1_m + path.horizon_2_m


@compiled
def bend_rad(path: Path) -> float:
    """Sum of both horizon angles, at least that of a line of sight, [Alg 3.8]."""
    least = -horizon_reach_m(path) / path.earth_radius_m
    return max(path.angle_1_rad + path.angle_2_rad, least)
