"""Path loss of 3GPP TR 38.901: rural and urban macro, street canyon, indoor office.

Edition: V17.0.0 (2022-03); Tables 7.4.1-1 (path loss, shadow fading), 7.4.2-1 (line-of-sight
probability), 7.4.3-1 and 7.4.3-2 (outdoor-to-indoor loss).

Every kernel gives NaN where its relation has no meaning (a negative distance, an effective
height of zero). That domain is wider than the validity of the standard's tables, which
:mod:`planner.radio` states and checks for each model.

Units: distances and heights in metres, frequencies in GHz, losses and sigmas in dB. The standard
fixes the speed of light at 3.0e8 m/s.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled

Floats = npt.NDArray[np.float64]

RMA = 0
UMA = 1
UMI = 2
INH_MIXED = 3
INH_OPEN = 4

LOS = 0
NLOS = 1

GLASS = 0
IRR_GLASS = 1
CONCRETE = 2
WOOD = 3

LOW_LOSS = 0
HIGH_LOSS = 1

SPEED_OF_LIGHT_M_S = 3.0e8


@compiled
def distance_3d_m(distance_2d_m: float, height_bs_m: float, height_ut_m: float) -> float:
    """Slant distance of two antennas, Figure 7.4.1-1. NaN for a negative distance or height."""
    if not (distance_2d_m >= 0.0 and height_bs_m > 0.0 and height_ut_m > 0.0):
        return np.nan
    return math.sqrt(distance_2d_m**2 + (height_bs_m - height_ut_m) ** 2)


@compiled
def rma_breakpoint_m(frequency_ghz: float, height_bs_m: float, height_ut_m: float) -> float:
    """Breakpoint distance of RMa, Table 7.4.1-1 Note 5."""
    return 2.0 * math.pi * height_bs_m * height_ut_m * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_S


@compiled
def urban_breakpoint_m(
    frequency_ghz: float, height_bs_m: float, height_ut_m: float, height_environment_m: float
) -> float:
    """Breakpoint distance of UMa and UMi over effective heights, Table 7.4.1-1 Note 1.

    NaN where an antenna is not above the effective environment height.
    """
    effective_bs_m = height_bs_m - height_environment_m
    effective_ut_m = height_ut_m - height_environment_m
    if not (effective_bs_m > 0.0 and effective_ut_m > 0.0):
        return np.nan
    return 4.0 * effective_bs_m * effective_ut_m * frequency_ghz * 1e9 / SPEED_OF_LIGHT_M_S


@compiled
def _rma_before_breakpoint_db(
    distance_m: float, frequency_ghz: float, building_height_m: float
) -> float:
    """PL1 of RMa, Table 7.4.1-1."""
    height_power = building_height_m**1.72
    return (
        20.0 * math.log10(40.0 * math.pi * distance_m * frequency_ghz / 3.0)
        + min(0.03 * height_power, 10.0) * math.log10(distance_m)
        - min(0.044 * height_power, 14.77)
        + 0.002 * math.log10(building_height_m) * distance_m
    )


@compiled
def rma_los_loss_db(
    distance_2d_m: float,
    frequency_ghz: float,
    height_bs_m: float,
    height_ut_m: float,
    building_height_m: float,
) -> float:
    """Path loss of RMa in line of sight, Table 7.4.1-1: PL1 up to the breakpoint, then PL2.

    As the standard writes it, PL2 starts from PL1 at the breakpoint distance itself, so the loss
    steps by some thousandths of a dB where the antennas differ in height.
    """
    distance_m = distance_3d_m(distance_2d_m, height_bs_m, height_ut_m)
    if not (distance_m > 0.0 and frequency_ghz > 0.0 and building_height_m > 0.0):
        return np.nan
    breakpoint_m = rma_breakpoint_m(frequency_ghz, height_bs_m, height_ut_m)
    if distance_2d_m <= breakpoint_m:
        return _rma_before_breakpoint_db(distance_m, frequency_ghz, building_height_m)
    return _rma_before_breakpoint_db(
        breakpoint_m, frequency_ghz, building_height_m
    ) + 40.0 * math.log10(distance_m / breakpoint_m)


@compiled
def rma_nlos_loss_db(
    distance_2d_m: float,
    frequency_ghz: float,
    height_bs_m: float,
    height_ut_m: float,
    building_height_m: float,
    street_width_m: float,
) -> float:
    """Path loss (dB) of RMa without line of sight, Table 7.4.1-1; at least that in line of sight.

    Lengths in m, frequency in GHz; NaN where one is not positive.
    """
    line_of_sight_db = rma_los_loss_db(
        distance_2d_m, frequency_ghz, height_bs_m, height_ut_m, building_height_m
    )
    if math.isnan(line_of_sight_db) or not street_width_m > 0.0:
        return np.nan
    distance_m = distance_3d_m(distance_2d_m, height_bs_m, height_ut_m)
    log_bs = math.log10(height_bs_m)
    loss_db = (
        161.04
        - 7.1 * math.log10(street_width_m)
        + 7.5 * math.log10(building_height_m)
        - (24.37 - 3.7 * (building_height_m / height_bs_m) ** 2) * log_bs
        + (43.42 - 3.1 * log_bs) * (math.log10(distance_m) - 3.0)
        + 20.0 * math.log10(frequency_ghz)
        - (3.2 * math.log10(11.75 * height_ut_m) ** 2 - 4.97)
    )
    return max(line_of_sight_db, loss_db)


@compiled
def _urban_two_slope_db(
    distance_2d_m: float,
    frequency_ghz: float,
    height_bs_m: float,
    height_ut_m: float,
    height_environment_m: float,
    scenario: int,
) -> float:
    """PL1 and PL2 of UMa and UMi for one effective environment height, Table 7.4.1-1."""
    distance_m = distance_3d_m(distance_2d_m, height_bs_m, height_ut_m)
    breakpoint_m = urban_breakpoint_m(frequency_ghz, height_bs_m, height_ut_m, height_environment_m)
    if math.isnan(breakpoint_m) or not (distance_m > 0.0 and frequency_ghz > 0.0):
        return np.nan
    intercept_db, slope, correction = (28.0, 22.0, 9.0) if scenario == UMA else (32.4, 21.0, 9.5)
    near_db = intercept_db + 20.0 * math.log10(frequency_ghz)
    if distance_2d_m <= breakpoint_m:
        return near_db + slope * math.log10(distance_m)
    return (
        near_db
        + 40.0 * math.log10(distance_m)
        - correction * math.log10(breakpoint_m**2 + (height_bs_m - height_ut_m) ** 2)
    )


@compiled
def uma_one_metre_probability(distance_2d_m: float, height_ut_m: float) -> float:
    """Probability that the effective environment height of UMa is 1 m, Table 7.4.1-1 Note 1."""
    if height_ut_m < 13.0 or distance_2d_m <= 18.0:
        return 1.0
    rise = 1.25 * (distance_2d_m / 100.0) ** 3 * math.exp(-distance_2d_m / 150.0)
    return 1.0 / (1.0 + ((height_ut_m - 13.0) / 10.0) ** 1.5 * rise)


@compiled
def uma_los_loss_db(
    distance_2d_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Path loss of UMa in line of sight, Table 7.4.1-1.

    Below 13 m the effective environment height is 1 m. From 13 m up the standard draws it: 1 m
    with the probability of :func:`uma_one_metre_probability`, else evenly from 12, 15, ... up to
    the terminal's height less 1.5 m. Here the loss is the mean over that draw, so that the same
    link always has the same loss.
    """
    low_db = _urban_two_slope_db(distance_2d_m, frequency_ghz, height_bs_m, height_ut_m, 1.0, UMA)
    low_probability = uma_one_metre_probability(distance_2d_m, height_ut_m)
    if low_probability >= 1.0 or math.isnan(low_db):
        return low_db
    sum_db = 0.0
    count = 0
    height_m = 12.0
    while count == 0 or height_m <= height_ut_m - 1.5:
        sum_db += _urban_two_slope_db(
            distance_2d_m, frequency_ghz, height_bs_m, height_ut_m, height_m, UMA
        )
        count += 1
        height_m += 3.0
    return low_probability * low_db + (1.0 - low_probability) * sum_db / count


@compiled
def uma_nlos_loss_db(
    distance_2d_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Path loss of UMa without line of sight, Table 7.4.1-1; never below line of sight."""
    line_of_sight_db = uma_los_loss_db(distance_2d_m, frequency_ghz, height_bs_m, height_ut_m)
    if math.isnan(line_of_sight_db):
        return np.nan
    loss_db = (
        13.54
        + 39.08 * math.log10(distance_3d_m(distance_2d_m, height_bs_m, height_ut_m))
        + 20.0 * math.log10(frequency_ghz)
        - 0.6 * (height_ut_m - 1.5)
    )
    return max(line_of_sight_db, loss_db)


@compiled
def umi_los_loss_db(
    distance_2d_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Path loss of UMi street canyon in line of sight, Table 7.4.1-1; h_E = 1 m."""
    return _urban_two_slope_db(distance_2d_m, frequency_ghz, height_bs_m, height_ut_m, 1.0, UMI)


@compiled
def umi_nlos_loss_db(
    distance_2d_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Path loss of UMi without line of sight, Table 7.4.1-1; never below line of sight."""
    line_of_sight_db = umi_los_loss_db(distance_2d_m, frequency_ghz, height_bs_m, height_ut_m)
    if math.isnan(line_of_sight_db):
        return np.nan
    loss_db = (
        35.3 * math.log10(distance_3d_m(distance_2d_m, height_bs_m, height_ut_m))
        + 22.4
        + 21.3 * math.log10(frequency_ghz)
        - 0.3 * (height_ut_m - 1.5)
    )
    return max(line_of_sight_db, loss_db)


@compiled
def inh_los_loss_db(
    distance_2d_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Path loss of the indoor office in line of sight, Table 7.4.1-1."""
    distance_m = distance_3d_m(distance_2d_m, height_bs_m, height_ut_m)
    if not (distance_m > 0.0 and frequency_ghz > 0.0):
        return np.nan
    return 32.4 + 17.3 * math.log10(distance_m) + 20.0 * math.log10(frequency_ghz)


@compiled
def inh_nlos_loss_db(
    distance_2d_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Path loss of the indoor office without line of sight, Table 7.4.1-1."""
    line_of_sight_db = inh_los_loss_db(distance_2d_m, frequency_ghz, height_bs_m, height_ut_m)
    if math.isnan(line_of_sight_db):
        return np.nan
    distance_m = distance_3d_m(distance_2d_m, height_bs_m, height_ut_m)
    loss_db = 38.3 * math.log10(distance_m) + 17.3 + 24.9 * math.log10(frequency_ghz)
    return max(line_of_sight_db, loss_db)


@compiled
def _urban_los_probability(distance_2d_m: float, decay_m: float) -> float:
    """Probability that the urban rows of Table 7.4.2-1 share, beyond 18 m."""
    near = 18.0 / distance_2d_m
    return near + math.exp(-distance_2d_m / decay_m) * (1.0 - near)


@compiled
def _inh_los_probability(distance_2d_m: float, scenario: int) -> float:
    """Indoor rows of Table 7.4.2-1: mixed and open office."""
    if scenario == INH_OPEN:
        if distance_2d_m <= 5.0:
            return 1.0
        if distance_2d_m <= 49.0:
            return math.exp(-(distance_2d_m - 5.0) / 70.8)
        return 0.54 * math.exp(-(distance_2d_m - 49.0) / 211.7)
    if distance_2d_m <= 1.2:
        return 1.0
    if distance_2d_m < 6.5:
        return math.exp(-(distance_2d_m - 1.2) / 4.7)
    return 0.32 * math.exp(-(distance_2d_m - 6.5) / 32.6)


@compiled
def _uma_los_probability(distance_2d_m: float, height_ut_m: float) -> float:
    """UMa row of Table 7.4.2-1, beyond 18 m."""
    probability = _urban_los_probability(distance_2d_m, 63.0)
    if height_ut_m > 13.0:
        rise = 1.25 * (distance_2d_m / 100.0) ** 3 * math.exp(-distance_2d_m / 150.0)
        probability *= 1.0 + ((height_ut_m - 13.0) / 10.0) ** 1.5 * rise
    # The standard's product exceeds one by some thousandths for high terminals just beyond 18 m.
    return min(probability, 1.0)


@compiled
def los_probability(scenario: int, distance_2d_m: float, height_ut_m: float) -> float:
    """Probability of line of sight to a point outdoors, Table 7.4.2-1 (0 to 1)."""
    probability = np.nan
    if not (distance_2d_m >= 0.0 and height_ut_m > 0.0):
        return probability
    if scenario == RMA:
        probability = math.exp(-max(distance_2d_m - 10.0, 0.0) / 1000.0)
    elif scenario == UMA:
        near = distance_2d_m <= 18.0
        probability = 1.0 if near else _uma_los_probability(distance_2d_m, height_ut_m)
    elif scenario == UMI:
        near = distance_2d_m <= 18.0
        probability = 1.0 if near else _urban_los_probability(distance_2d_m, 36.0)
    elif scenario in (INH_MIXED, INH_OPEN):
        probability = _inh_los_probability(distance_2d_m, scenario)
    return probability


@compiled
def shadow_sigma_db(scenario: int, sight: int, distance_2d_m: float, breakpoint_m: float) -> float:
    """Spread of shadow fading (standard deviation), Table 7.4.1-1; only RMa has a breakpoint."""
    line_of_sight = sight == LOS
    if scenario == RMA:
        if not line_of_sight:
            return 8.0
        return 4.0 if distance_2d_m <= breakpoint_m else 6.0
    if scenario == UMA:
        return 4.0 if line_of_sight else 6.0
    if scenario == UMI:
        return 4.0 if line_of_sight else 7.82
    if scenario in (INH_MIXED, INH_OPEN):
        return 3.0 if line_of_sight else 8.03
    return np.nan


@compiled
def path_loss_db(
    scenario: int,
    sight: int,
    distance_2d_m: float,
    frequency_ghz: float,
    height_bs_m: float,
    height_ut_m: float,
    building_height_m: float,
    street_width_m: float,
) -> float:
    """Path loss of one link by scenario code and sight code, Table 7.4.1-1.

    The building height counts in RMa, the street width in RMa without line of sight.
    """
    f, bs, ut = frequency_ghz, height_bs_m, height_ut_m
    los = sight == LOS
    loss_db = np.nan
    if scenario == RMA and los:
        loss_db = rma_los_loss_db(distance_2d_m, f, bs, ut, building_height_m)
    elif scenario == RMA:
        loss_db = rma_nlos_loss_db(distance_2d_m, f, bs, ut, building_height_m, street_width_m)
    elif scenario == UMA and los:
        loss_db = uma_los_loss_db(distance_2d_m, f, bs, ut)
    elif scenario == UMA:
        loss_db = uma_nlos_loss_db(distance_2d_m, f, bs, ut)
    elif scenario == UMI and los:
        loss_db = umi_los_loss_db(distance_2d_m, f, bs, ut)
    elif scenario == UMI:
        loss_db = umi_nlos_loss_db(distance_2d_m, f, bs, ut)
    elif scenario in (INH_MIXED, INH_OPEN) and los:
        loss_db = inh_los_loss_db(distance_2d_m, f, bs, ut)
    elif scenario in (INH_MIXED, INH_OPEN):
        loss_db = inh_nlos_loss_db(distance_2d_m, f, bs, ut)
    return loss_db


@compiled
def path_losses_db(
    scenario: int,
    sight: int,
    distances_2d_m: Floats,
    frequency_ghz: float,
    height_bs_m: float,
    height_ut_m: float,
    building_height_m: float,
    street_width_m: float,
) -> Floats:
    """:func:`path_loss_db` at each of ``distances_2d_m`` (float64, N) as float64 (N)."""
    losses_db = np.empty(distances_2d_m.size)
    for i in range(distances_2d_m.size):
        losses_db[i] = path_loss_db(
            scenario,
            sight,
            distances_2d_m[i],
            frequency_ghz,
            height_bs_m,
            height_ut_m,
            building_height_m,
            street_width_m,
        )
    return losses_db


@compiled
def los_probabilities(scenario: int, distances_2d_m: Floats, height_ut_m: float) -> Floats:
    """:func:`los_probability` at each of ``distances_2d_m`` (float64, N) as float64 (N)."""
    probabilities = np.empty(distances_2d_m.size)
    for i in range(distances_2d_m.size):
        probabilities[i] = los_probability(scenario, distances_2d_m[i], height_ut_m)
    return probabilities


@compiled
def shadow_sigmas_db(
    scenario: int, sight: int, distances_2d_m: Floats, breakpoint_m: float
) -> Floats:
    """:func:`shadow_sigma_db` at each of ``distances_2d_m`` (float64, N) as float64 (N)."""
    sigmas_db = np.empty(distances_2d_m.size)
    for i in range(distances_2d_m.size):
        sigmas_db[i] = shadow_sigma_db(scenario, sight, distances_2d_m[i], breakpoint_m)
    return sigmas_db


@compiled
def material_loss_db(material: int, frequency_ghz: float) -> float:
    """Penetration loss of one material, Table 7.4.3-1."""
    if not frequency_ghz > 0.0:
        return np.nan
    if material == GLASS:
        return 2.0 + 0.2 * frequency_ghz
    if material == IRR_GLASS:
        return 23.0 + 0.3 * frequency_ghz
    if material == CONCRETE:
        return 5.0 + 4.0 * frequency_ghz
    if material == WOOD:
        return 4.85 + 0.12 * frequency_ghz
    return np.nan


@compiled
def wall_loss_db(building: int, frequency_ghz: float) -> float:
    """Loss through the external wall of a low-loss or high-loss building, Table 7.4.3-2."""
    concrete_db = material_loss_db(CONCRETE, frequency_ghz)
    if building == LOW_LOSS:
        glass_db = material_loss_db(GLASS, frequency_ghz)
        glass_share = 0.3
    elif building == HIGH_LOSS:
        glass_db = material_loss_db(IRR_GLASS, frequency_ghz)
        glass_share = 0.7
    else:
        return np.nan
    return 5.0 - 10.0 * math.log10(
        glass_share * 10.0 ** (-glass_db / 10.0)
        + (1.0 - glass_share) * 10.0 ** (-concrete_db / 10.0)
    )


@compiled
def penetration_sigma_db(building: int) -> float:
    """Spread of the outdoor-to-indoor loss (standard deviation), Table 7.4.3-2."""
    if building == LOW_LOSS:
        return 4.4
    if building == HIGH_LOSS:
        return 6.5
    return np.nan


@compiled
def indoor_loss_db(depth_m: float) -> float:
    """Loss inside the building at a depth behind the external wall, Table 7.4.3-2."""
    return 0.5 * depth_m if depth_m >= 0.0 else np.nan
