"""Diffraction: Recommendation ITU-R P.526, over one edge, over terrain and over the smooth Earth.

Edition: P.526-15 (10/2019), §3.2 (spherical Earth), §4.1 (knife edge), §4.5.1 (Bullington) and
§4.5.2 (delta-Bullington). Recommendation P.1812 repeats these relations; the equation numbers
given here are those of P.1812-6, Annex 1, §4.3 and Attachment 1.

Distances and Earth radii are in kilometres, heights in metres above sea level (or above the
smooth surface where said so), frequencies in GHz, losses in dB. A profile is two arrays of shape
N: ``distances_km`` from 0 upwards, and ``heights_m``; its ends are the stations, whose antennas
have their own heights ``tx_m`` and ``rx_m``.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_inner

Floats = npt.NDArray[np.float64]

HORIZONTAL = 1
VERTICAL = 2

# Speed of light of the software of Study Group 3 (P.2001), in metres times GHz.
WAVELENGTH_M_GHZ = 0.2998
NO_LOSS_NU = -0.78

LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_M = 22.0, 0.003
SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_M = 80.0, 5.0

LOG10_E = math.log10(math.e)

# Room for the number of a point in a double's last bits: a profile of a million points. The rest
# tells two values apart that differ by 2e-10 of themselves.
POINT_BITS = np.int64((1 << 20) - 1)


@compiled
def is_profile(distances_km: Floats, heights_m: Floats) -> bool:
    """Whether the profile starts at 0, rises strictly, is finite, and has a point between."""
    count = distances_km.size
    if count < 3 or heights_m.size != count or distances_km[0] != 0.0:
        return False
    for i in range(count):
        if not math.isfinite(heights_m[i]):
            return False
        if i > 0 and not (distances_km[i] > distances_km[i - 1]):
            return False
    return math.isfinite(distances_km[count - 1])


@compiled
def knife_edge_loss_db(nu: float) -> float:
    """Loss J(nu) of one knife edge, P.526 §4.1: 6.02 dB at grazing, none up to -0.78."""
    if nu <= NO_LOSS_NU:
        return 0.0
    shifted = nu - 0.1
    return 6.9 + 20.0 * LOG10_E * math.log(math.sqrt(shifted * shifted + 1.0) + shifted)


@compiled
def bullington_loss_db(nu: float, distance_km: float) -> float:
    """Loss of a path whose one equivalent edge has the parameter ``nu``, Eq. (12) and (21)."""
    if nu <= NO_LOSS_NU:
        return 0.0
    edge_db = knife_edge_loss_db(nu)
    return edge_db + (1.0 - math.exp(-edge_db / 6.0)) * (10.0 + 0.02 * distance_km)


@compiled
def bullington_nu(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    tx_slope: float,
    rx_slope: float,
    wavelength_m: float,
) -> float:
    """Diffraction parameter where the two horizon rays meet, Eq. (18) to (20).

    ``tx_slope`` and ``rx_slope`` are the steepest slopes in m/km from each antenna to the
    profile with the Earth's bulge on it, Eq. (13) and (17).
    """
    point_km = (rx_m - tx_m + rx_slope * distance_km) / (tx_slope + rx_slope)
    rest_km = distance_km - point_km
    height_m = tx_m + tx_slope * point_km - (tx_m * rest_km + rx_m * point_km) / distance_km
    return height_m * math.sqrt(0.002 * distance_km / (wavelength_m * point_km * rest_km))


@compiled_inner
def nearest_edge(
    distances_km: Floats,
    heights_m: Floats,
    last: int,
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
) -> tuple[int, float]:
    """Point of the highest nu on a path in line of sight, and nu times the root of wavelength.

    Looks at the points 1 to ``last``; ``distance_km`` is that of the receiver, behind them.
    The points all lie below the ray, Eq. (15): the highest nu is the least square of it.
    """
    bulge = 500.0 / radius_km
    slope = (rx_m - tx_m) / distance_km
    least = np.int64(np.iinfo(np.int64).max)
    for i in range(1, last + 1):
        product = distances_km[i] * (distance_km - distances_km[i])
        clearance_m = tx_m + slope * distances_km[i] - heights_m[i] - bulge * product
        # Positive numbers keep their order when their bits are read as whole numbers; only of
        # those does the compiler take a minimum in vectors. The last bits say the point.
        bits = np.float64(clearance_m * clearance_m / product).view(np.int64)
        least = min(least, (bits & ~POINT_BITS) | np.int64(i))
    nearest = int(least & POINT_BITS)
    near_km = distances_km[nearest]
    product = near_km * (distance_km - near_km)
    clearance_m = tx_m + slope * near_km - heights_m[nearest] - bulge * product
    return nearest, -abs(clearance_m) * math.sqrt(0.002 * distance_km / product)


@compiled
def profile_nu(
    distances_km: Floats,
    heights_m: Floats,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    wavelength_m: float,
) -> float:
    """Diffraction parameter of a profile's one equivalent edge, P.526 §4.5.1, Eq. (13) to (20)."""
    last = distances_km.size - 2
    distance_km = distances_km[last + 1]
    bulge = 500.0 / radius_km
    tx_slope = -np.inf
    rx_slope = -np.inf
    for i in range(1, last + 1):
        rest_km = distance_km - distances_km[i]
        raised_m = heights_m[i] + bulge * distances_km[i] * rest_km
        tx_slope = max(tx_slope, (raised_m - tx_m) / distances_km[i])
        rx_slope = max(rx_slope, (raised_m - rx_m) / rest_km)
    if tx_slope < (rx_m - tx_m) / distance_km:
        _, scaled_nu = nearest_edge(
            distances_km, heights_m, last, distance_km, tx_m, rx_m, radius_km
        )
        return scaled_nu / math.sqrt(wavelength_m)
    return bullington_nu(distance_km, tx_m, rx_m, tx_slope, rx_slope, wavelength_m)


@compiled
def bullington_profile_loss_db(
    distances_km: Floats,
    heights_m: Floats,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
) -> float:
    """Bullington's loss of a whole profile, P.526 §4.5.1; NaN where it is no profile."""
    if not (is_profile(distances_km, heights_m) and radius_km > 0.0 and frequency_ghz > 0.0):
        return np.nan
    nu = profile_nu(
        distances_km, heights_m, tx_m, rx_m, radius_km, WAVELENGTH_M_GHZ / frequency_ghz
    )
    return bullington_loss_db(nu, distances_km[-1])


class ElectricGround(NamedTuple):
    """Frequency, polarisation and ground, as the first term needs them.

    The admittances are K of Eq. (29) times the cube root of the Earth's radius.
    """

    frequency_ghz: float
    wavelength_m: float
    frequency_root: float
    land_admittance: float
    sea_admittance: float


@compiled
def admittance_factor(
    frequency_ghz: float, polarisation: int, permittivity: float, conductivity_s_m: float
) -> float:
    """Surface admittance K times the cube root of the Earth's radius, Eq. (29a) and (29b)."""
    ohmic = (18.0 * conductivity_s_m / frequency_ghz) ** 2
    factor = 0.036 * frequency_ghz ** (-1.0 / 3.0) * ((permittivity - 1.0) ** 2 + ohmic) ** -0.25
    if polarisation == VERTICAL:
        factor *= math.sqrt(permittivity**2 + ohmic)
    return factor


@compiled
def ground_of(frequency_ghz: float, polarisation: int) -> ElectricGround:
    """Return the constants of the first term over average land and over sea, P.526 §3.1.1."""
    return ElectricGround(
        frequency_ghz,
        WAVELENGTH_M_GHZ / frequency_ghz,
        frequency_ghz ** (1.0 / 3.0),
        admittance_factor(frequency_ghz, polarisation, LAND_PERMITTIVITY, LAND_CONDUCTIVITY_S_M),
        admittance_factor(frequency_ghz, polarisation, SEA_PERMITTIVITY, SEA_CONDUCTIVITY_S_M),
    )


@compiled
def _height_gain_db(normalised: float, floor_db: float) -> float:
    """Height gain G of one antenna, Eq. (34) and (35); not below 2 + 20 log10 K."""
    if normalised > 2.0:
        over = normalised - 1.1
        gain_db = 17.6 * math.sqrt(over) - 5.0 * LOG10_E * math.log(over) - 8.0
    else:
        gain_db = 20.0 * LOG10_E * math.log(normalised + 0.1 * normalised**3)
    return max(gain_db, floor_db)


@compiled
def first_term_loss_db(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_root: float,
    frequency_root: float,
    admittance: float,
) -> float:
    """First term of the residue series over the smooth Earth, P.526 §3.1.1, Eq. (29) to (36).

    ``radius_root`` and ``frequency_root`` are cube roots of the Earth's radius and the
    frequency; ``admittance`` is :func:`admittance_factor`. Heights are above the smooth surface.
    """
    k = admittance / radius_root
    k2 = k * k
    beta = (1.0 + 1.6 * k2 + 0.67 * k2 * k2) / (1.0 + 4.5 * k2 + 1.53 * k2 * k2)
    x = 21.88 * beta * frequency_root / (radius_root * radius_root) * distance_km
    log_x = LOG10_E * math.log(x)
    if x >= 1.6:
        distance_db = 11.0 + 10.0 * log_x - 17.6 * x
    else:
        distance_db = -20.0 * log_x - 5.6488 * x**1.425
    per_metre = 0.9575 * beta * beta * frequency_root * frequency_root / radius_root
    floor_db = 2.0 + 20.0 * LOG10_E * math.log(k)
    return (
        -distance_db
        - _height_gain_db(per_metre * tx_m, floor_db)
        - _height_gain_db(per_metre * rx_m, floor_db)
    )


@compiled
def mixed_first_term_loss_db(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_root: float,
    ground: ElectricGround,
    sea_share: float,
) -> float:
    """First-term loss weighted by the share of the path over sea, Eq. (28)."""
    loss_db = 0.0
    if sea_share < 1.0:
        land_db = first_term_loss_db(
            distance_km, tx_m, rx_m, radius_root, ground.frequency_root, ground.land_admittance
        )
        loss_db += (1.0 - sea_share) * land_db
    if sea_share > 0.0:
        sea_db = first_term_loss_db(
            distance_km, tx_m, rx_m, radius_root, ground.frequency_root, ground.sea_admittance
        )
        loss_db += sea_share * sea_db
    return loss_db


@compiled
def smooth_clearance(
    distance_km: float, tx_m: float, rx_m: float, radius_km: float
) -> tuple[float, float]:
    """Distance from the transmitter and clearance in m where a smooth path clears least.

    P.526 §3.2, Eq. (23) and (24); for a path shorter than :func:`smooth_horizon_km`.
    """
    total_m = tx_m + rx_m
    m = 250.0 * distance_km * distance_km / (radius_km * total_m)
    third = 3.0 * m / (m + 1.0)
    argument = 1.5 * (tx_m - rx_m) / total_m * math.sqrt(third) / (m + 1.0)
    argument = min(1.0, max(-1.0, argument))
    b = 2.0 / math.sqrt(third) * math.cos((math.pi + math.acos(argument)) / 3.0)
    near_km = 0.5 * distance_km * (1.0 + b)
    far_km = distance_km - near_km
    bulge = 500.0 / radius_km
    clearance_m = (
        (tx_m - bulge * near_km * near_km) * far_km + (rx_m - bulge * far_km * far_km) * near_km
    ) / distance_km
    return near_km, clearance_m


@compiled
def smooth_horizon_km(tx_m: float, rx_m: float, radius_km: float) -> float:
    """Greatest distance in line of sight over the smooth Earth, Eq. (22)."""
    return math.sqrt(0.002 * radius_km) * (math.sqrt(tx_m) + math.sqrt(rx_m))


@compiled
def smooth_earth_loss_db(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    ground: ElectricGround,
    sea_share: float,
) -> float:
    """Diffraction loss over the smooth Earth, P.526 §3.2, Eq. (22) to (28); no checks."""
    if distance_km >= smooth_horizon_km(tx_m, rx_m, radius_km):
        return mixed_first_term_loss_db(
            distance_km, tx_m, rx_m, radius_km ** (1.0 / 3.0), ground, sea_share
        )
    near_km, clearance_m = smooth_clearance(distance_km, tx_m, rx_m, radius_km)
    required_m = 17.456 * math.sqrt(
        near_km * (distance_km - near_km) * ground.wavelength_m / distance_km
    )
    if clearance_m > required_m:
        return 0.0
    marginal_km = 500.0 * (distance_km / (math.sqrt(tx_m) + math.sqrt(rx_m))) ** 2
    loss_db = mixed_first_term_loss_db(
        distance_km, tx_m, rx_m, marginal_km ** (1.0 / 3.0), ground, sea_share
    )
    return (1.0 - clearance_m / required_m) * max(loss_db, 0.0)


@compiled
def spherical_earth_loss_db(
    distance_km: float,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
    polarisation: int,
    sea_share: float = 0.0,
) -> float:
    """Diffraction loss over the smooth Earth, P.526 §3.2, Eq. (22) to (36).

    Heights are above the smooth surface. NaN unless all are positive.
    """
    if not (distance_km > 0.0 and tx_m > 0.0 and rx_m > 0.0):
        return np.nan
    if not (radius_km > 0.0 and frequency_ghz > 0.0 and 0.0 <= sea_share <= 1.0):
        return np.nan
    ground = ground_of(frequency_ghz, polarisation)
    return smooth_earth_loss_db(distance_km, tx_m, rx_m, radius_km, ground, sea_share)


@compiled
def smooth_profile_nu(
    distances_km: Floats, tx_m: float, rx_m: float, radius_km: float, wavelength_m: float
) -> float:
    """:func:`profile_nu` of the same points with no terrain, heights above the smooth surface."""
    return profile_nu(
        distances_km, np.zeros(distances_km.size), tx_m, rx_m, radius_km, wavelength_m
    )


@compiled
def fitted_surface_m(distances_km: Floats, heights_m: Floats) -> tuple[float, float]:
    """Heights at both ends of the straight line fitted to the profile by area, Eq. (85), (86)."""
    area = 0.0
    moment = 0.0
    for i in range(1, distances_km.size):
        here, before = distances_km[i], distances_km[i - 1]
        area += (here - before) * (heights_m[i] + heights_m[i - 1])
        moment += (here - before) * (
            heights_m[i] * (2.0 * here + before) + heights_m[i - 1] * (here + 2.0 * before)
        )
    return surface_ends_m(area, moment, distances_km[-1])


@compiled
def surface_ends_m(area: float, moment: float, distance_km: float) -> tuple[float, float]:
    """Return the ends of the fitted line from its sums v1 and v2, Eq. (85) and (86)."""
    squared = distance_km * distance_km
    return (
        (2.0 * area * distance_km - moment) / squared,
        (moment - area * distance_km) / squared,
    )


@compiled
def obstruction(
    distances_km: Floats, heights_m: Floats, tx_m: float, rx_m: float
) -> tuple[float, float, float]:
    """Highest obstruction of the direct line in m, and its slopes in m/km from both ends.

    Eq. (87a) to (87d) of P.1812 Attachment 1: no bulge of the Earth here.
    """
    last = distances_km.size - 2
    distance_km = distances_km[last + 1]
    highest_m = -np.inf
    tx_slope = -np.inf
    rx_slope = -np.inf
    for i in range(1, last + 1):
        rest_km = distance_km - distances_km[i]
        over_m = heights_m[i] - (tx_m * rest_km + rx_m * distances_km[i]) / distance_km
        highest_m = max(highest_m, over_m)
        tx_slope = max(tx_slope, over_m / distances_km[i])
        rx_slope = max(rx_slope, over_m / rest_km)
    return highest_m, tx_slope, rx_slope


@compiled
def lowered_end_m(
    surface_m: float, ground_m: float, obstruction_m: float, own_slope: float, other_slope: float
) -> float:
    """Height of the smooth surface at one end, for diffraction: below ground and obstruction.

    Eq. (88) and (89) of P.1812 Attachment 1; the surface is lowered in proportion to the slope
    of the obstruction as seen from this end.
    """
    if obstruction_m > 0.0:
        surface_m -= obstruction_m * own_slope / (own_slope + other_slope)
    return min(surface_m, ground_m)


@compiled
def delta_bullington_loss_db(
    distances_km: Floats,
    heights_m: Floats,
    tx_m: float,
    rx_m: float,
    radius_km: float,
    frequency_ghz: float,
    polarisation: int,
    sea_share: float = 0.0,
) -> float:
    """Complete delta-Bullington loss of a profile, P.526 §4.5.2, Eq. (37) to (39).

    Bullington's loss of the terrain, plus what the smooth Earth loses beyond Bullington's loss
    of the same path without terrain. NaN where it is no profile, or an antenna is not above
    the ground at its end.
    """
    if not (is_profile(distances_km, heights_m) and radius_km > 0.0 and frequency_ghz > 0.0):
        return np.nan
    if not (tx_m > heights_m[0] and rx_m > heights_m[-1] and 0.0 <= sea_share <= 1.0):
        return np.nan
    distance_km = distances_km[-1]
    tx_end_m, rx_end_m = fitted_surface_m(distances_km, heights_m)
    over_m, tx_slope, rx_slope = obstruction(distances_km, heights_m, tx_m, rx_m)
    tx_above_m = tx_m - lowered_end_m(tx_end_m, heights_m[0], over_m, tx_slope, rx_slope)
    rx_above_m = rx_m - lowered_end_m(rx_end_m, heights_m[-1], over_m, rx_slope, tx_slope)
    ground = ground_of(frequency_ghz, polarisation)
    terrain_nu = profile_nu(distances_km, heights_m, tx_m, rx_m, radius_km, ground.wavelength_m)
    smooth_nu = smooth_profile_nu(
        distances_km, tx_above_m, rx_above_m, radius_km, ground.wavelength_m
    )
    excess_db = smooth_earth_loss_db(
        distance_km, tx_above_m, rx_above_m, radius_km, ground, sea_share
    ) - bullington_loss_db(smooth_nu, distance_km)
    return bullington_loss_db(terrain_nu, distance_km) + max(excess_db, 0.0)
