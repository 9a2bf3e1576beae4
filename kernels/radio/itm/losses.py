"""Irregular terrain model (Longley-Rice), NTIA version 1.2.2: point to point and area.

Sources: see :mod:`kernels.radio.itm.path`. Both modes give the basic transmission loss between
isotropic antennas at wanted quantiles, 20 MHz to 20 GHz, with the error and warning flags of
NTIA's reference software: an error of bit ``i`` is its return code ``1000 + i``, warning bits are
the same. With an error the loss is NaN.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled
from kernels.radio.itm.path import (
    HORIZONTAL,
    RANDOM,
    VERTICAL,
    VERY_CAREFUL,
    Medium,
    Path,
    area_path,
    smooth_horizon_m,
)
from kernels.radio.itm.profile import profile_path
from kernels.radio.itm.reference import reference_attenuation
from kernels.radio.itm.variability import (
    BROADCAST,
    EQUATORIAL,
    MARITIME_TEMPERATE_SEA,
    Quantiles,
    deviates_of,
    extreme,
    mode_of_variability,
    quantile_loss_db,
)

Floats = npt.NDArray[np.float64]

ERROR_HEIGHT_1 = 1 << 0
ERROR_HEIGHT_2 = 1 << 1
ERROR_CLIMATE = 1 << 2
ERROR_TIME = 1 << 3
ERROR_LOCATION = 1 << 4
ERROR_SITUATION = 1 << 5
ERROR_REFRACTIVITY = 1 << 8
ERROR_FREQUENCY = 1 << 9
ERROR_POLARISATION = 1 << 10
ERROR_PERMITTIVITY = 1 << 11
ERROR_CONDUCTIVITY = 1 << 12
ERROR_IMPEDANCE = 1 << 13
ERROR_MODE = 1 << 14
ERROR_EARTH_RADIUS = 1 << 16
ERROR_DISTANCE = 1 << 17
ERROR_IRREGULARITY = 1 << 18
ERROR_SITING_1 = 1 << 19
ERROR_SITING_2 = 1 << 20
ERROR_SURFACE_REFRACTIVITY_SMALL = 1 << 21
ERROR_SURFACE_REFRACTIVITY_LARGE = 1 << 22
ERROR_PROFILE = 1 << 23
"""A profile of fewer than two points, or with a height that is no number; not one of NTIA's."""

WARNING_HEIGHT_1 = 0x0001
WARNING_HEIGHT_2 = 0x0002
WARNING_FREQUENCY = 0x0004
WARNING_DISTANCE_LARGE = 0x0008
WARNING_DISTANCE_TOO_LARGE = 0x0010
WARNING_DISTANCE_SMALL = 0x0020
WARNING_DISTANCE_TOO_SMALL = 0x0040
WARNING_HORIZON_ANGLE_1 = 0x0080
WARNING_HORIZON_ANGLE_2 = 0x0100
WARNING_HORIZON_NEAR_1 = 0x0200
WARNING_HORIZON_NEAR_2 = 0x0400
WARNING_HORIZON_FAR_1 = 0x0800
WARNING_HORIZON_FAR_2 = 0x1000
WARNING_EXTREME_QUANTILES = 0x2000
WARNING_SURFACE_REFRACTIVITY = 0x4000


class TerrainLoss(NamedTuple):
    """Basic transmission loss (dB), its flags, and its parts.

    ``mechanism`` is a code of :mod:`kernels.radio.itm.reference`; ``reference_db`` the attenuation
    against free space before the quantiles.
    """

    loss_db: float
    errors: int
    warnings: int
    mechanism: int
    reference_db: float
    free_space_db: float
    irregularity_m: float


@compiled
def free_space_loss_db(distance_m: float, frequency_mhz: float) -> float:
    """Free-space loss as the model rounds it: 32.45 dB at 1 km and 1 MHz."""
    return 32.45 + 20.0 * math.log10(frequency_mhz) + 20.0 * math.log10(distance_m / 1000.0)


@compiled
def _flag(wrong: bool, flag: int) -> int:
    return flag if wrong else 0


@compiled
def medium_errors(medium: Medium) -> int:
    """Flags of what is wrong with a wave, a ground or an air."""
    polarised = medium.polarisation in (HORIZONTAL, VERTICAL)
    return (
        _flag(not 250.0 <= medium.refractivity <= 400.0, ERROR_REFRACTIVITY)
        | _flag(not 0.02 <= medium.frequency_ghz <= 20.0, ERROR_FREQUENCY)
        | _flag(not polarised, ERROR_POLARISATION)
        | _flag(not 1.0 <= medium.permittivity < np.inf, ERROR_PERMITTIVITY)
        | _flag(not 0.0 < medium.conductivity_s_m < np.inf, ERROR_CONDUCTIVITY)
    )


@compiled
def quantile_errors(quantiles: Quantiles) -> int:
    """Flags of what is wrong with wanted quantiles."""
    climate_known = EQUATORIAL <= quantiles.climate <= MARITIME_TEMPERATE_SEA
    mode_known = 0 <= quantiles.mode < 40 and mode_of_variability(quantiles.mode) <= BROADCAST
    return (
        _flag(not climate_known, ERROR_CLIMATE)
        | _flag(not mode_known, ERROR_MODE)
        | _flag(not 0.0 < quantiles.time_share < 1.0, ERROR_TIME)
        | _flag(not 0.0 < quantiles.location_share < 1.0, ERROR_LOCATION)
        | _flag(not 0.0 < quantiles.situation_share < 1.0, ERROR_SITUATION)
    )


@compiled
def height_errors(height_1_m: float, height_2_m: float) -> int:
    """Flags of terminals outside 0.5 to 3000 m over ground."""
    return _flag(not 0.5 <= height_1_m <= 3000.0, ERROR_HEIGHT_1) | _flag(
        not 0.5 <= height_2_m <= 3000.0, ERROR_HEIGHT_2
    )


@compiled
def area_errors(distance_m: float, irregularity_m: float, siting_1: int, siting_2: int) -> int:
    """Flags of what is wrong with the inputs of the area mode alone."""
    return (
        _flag(not 0.0 < distance_m < np.inf, ERROR_DISTANCE)
        | _flag(not 0.0 <= irregularity_m < np.inf, ERROR_IRREGULARITY)
        | _flag(not RANDOM <= siting_1 <= VERY_CAREFUL, ERROR_SITING_1)
        | _flag(not RANDOM <= siting_2 <= VERY_CAREFUL, ERROR_SITING_2)
    )


@compiled
def profile_errors(terrain_m: Floats, step_m: float) -> int:
    """Flags of a profile without length, or with heights that are no numbers."""
    errors = _flag(terrain_m.size < 2, ERROR_PROFILE)
    errors |= _flag(not 0.0 < step_m < np.inf, ERROR_DISTANCE)
    for height_m in terrain_m:
        if not math.isfinite(height_m):
            return errors | ERROR_PROFILE
    return errors


@compiled
def path_errors(path: Path) -> int:
    """Flags of air and ground for which the model has no meaning."""
    radius_m = path.earth_radius_m
    return (
        _flag(path.refractivity < 150.0, ERROR_SURFACE_REFRACTIVITY_SMALL)
        | _flag(path.refractivity > 400.0, ERROR_SURFACE_REFRACTIVITY_LARGE)
        | _flag(not 4_000_000.0 <= radius_m <= 13_333_333.0, ERROR_EARTH_RADIUS)
        | _flag(path.impedance.real <= abs(path.impedance.imag), ERROR_IMPEDANCE)
    )


@compiled
def terminal_warnings(height_m: float, angle_rad: float, horizon_ratio: float) -> int:
    """Flags of terminal 1: height, angle and distance of the horizon against a smooth earth."""
    return (
        _flag(not 1.0 <= height_m <= 1000.0, WARNING_HEIGHT_1)
        | _flag(abs(angle_rad) > 0.2, WARNING_HORIZON_ANGLE_1)
        | _flag(horizon_ratio < 0.1, WARNING_HORIZON_NEAR_1)
        | _flag(horizon_ratio > 3.0, WARNING_HORIZON_FAR_1)
    )


@compiled
def path_warnings(path: Path, distance_m: float) -> int:
    """Flags of paths at the limits of the model, [ITM, sections 7 and 8]."""
    radius_m = path.earth_radius_m
    ratio_1 = path.horizon_1_m / smooth_horizon_m(path.effective_1_m, radius_m)
    ratio_2 = path.horizon_2_m / smooth_horizon_m(path.effective_2_m, radius_m)
    least_m = abs(path.effective_1_m - path.effective_2_m) / 0.2
    return (
        terminal_warnings(path.height_1_m, path.angle_1_rad, ratio_1)
        # The flags of terminal 2 are the next higher bit of each.
        | (terminal_warnings(path.height_2_m, path.angle_2_rad, ratio_2) << 1)
        | _flag(not 40.0 <= path.frequency_mhz <= 10_000.0, WARNING_FREQUENCY)
        | _flag(path.refractivity < 250.0, WARNING_SURFACE_REFRACTIVITY)
        | _flag(distance_m < least_m, WARNING_DISTANCE_SMALL)
        | _flag(distance_m < 1000.0, WARNING_DISTANCE_TOO_SMALL)
        | _flag(distance_m > 1_000_000.0, WARNING_DISTANCE_LARGE)
        | _flag(distance_m > 2_000_000.0, WARNING_DISTANCE_TOO_LARGE)
    )


@compiled
def _refused(errors: int) -> TerrainLoss:
    return TerrainLoss(np.nan, errors, 0, 0, np.nan, np.nan, np.nan)


@compiled
def path_loss(path: Path, distance_m: float, quantiles: Quantiles) -> TerrainLoss:
    """Return the loss of a path at a distance, [Alg 4.1, 5.1]."""
    errors = path_errors(path)
    if errors != 0:
        return _refused(errors)
    deviates = deviates_of(quantiles)
    reference = reference_attenuation(path, distance_m)
    free_space_db = free_space_loss_db(distance_m, path.frequency_mhz)
    excess_db = quantile_loss_db(path, distance_m, reference.loss_db, quantiles, deviates)
    warnings = path_warnings(path, distance_m)
    warnings |= _flag(extreme(deviates), WARNING_EXTREME_QUANTILES)
    return TerrainLoss(
        free_space_db + excess_db,
        0,
        warnings,
        reference.mechanism,
        reference.loss_db,
        free_space_db,
        path.irregularity_m,
    )


@compiled
def point_to_point_loss(
    terrain_m: Floats,
    step_m: float,
    height_1_m: float,
    height_2_m: float,
    medium: Medium,
    quantiles: Quantiles,
) -> TerrainLoss:
    """Return the loss between the ends of a terrain profile (NTIA 1.2.2, point to point).

    ``terrain_m`` (float64, N >= 2) has the terrain heights over sea level at equal steps of
    ``step_m``; the terminals' heights, m, are over ground. Inputs out of range give a loss of NaN
    and the bits of ``errors``.
    """
    errors = (
        height_errors(height_1_m, height_2_m)
        | medium_errors(medium)
        | quantile_errors(quantiles)
        | profile_errors(terrain_m, step_m)
    )
    if errors != 0:
        return _refused(errors)
    path = profile_path(terrain_m, step_m, height_1_m, height_2_m, medium)
    return path_loss(path, (terrain_m.size - 1) * step_m, quantiles)


@compiled
def area_loss(
    distance_m: float,
    height_1_m: float,
    height_2_m: float,
    siting_1: int,
    siting_2: int,
    irregularity_m: float,
    medium: Medium,
    quantiles: Quantiles,
) -> TerrainLoss:
    """Return the loss over a distance in an area of known irregularity (NTIA 1.2.2, area mode).

    Distance, heights over ground and irregularity in m; ``siting_1`` and ``siting_2`` are codes of
    :mod:`kernels.radio.itm.path`. Inputs out of range give a loss of NaN and the bits of
    ``errors``.
    """
    errors = (
        height_errors(height_1_m, height_2_m)
        | medium_errors(medium)
        | quantile_errors(quantiles)
        | area_errors(distance_m, irregularity_m, siting_1, siting_2)
    )
    if errors != 0:
        return _refused(errors)
    path = area_path(height_1_m, height_2_m, siting_1, siting_2, irregularity_m, medium)
    return path_loss(path, distance_m, quantiles)


@compiled
def area_losses_db(
    distances_m: Floats,
    height_1_m: float,
    height_2_m: float,
    siting_1: int,
    siting_2: int,
    irregularity_m: float,
    medium: Medium,
    quantiles: Quantiles,
) -> Floats:
    """Return the loss of :func:`area_loss` at each of ``distances_m`` (float64, N), float64 (N)."""
    losses_db = np.empty(distances_m.size)
    for i in range(distances_m.size):
        losses_db[i] = area_loss(
            distances_m[i],
            height_1_m,
            height_2_m,
            siting_1,
            siting_2,
            irregularity_m,
            medium,
            quantiles,
        ).loss_db
    return losses_db
