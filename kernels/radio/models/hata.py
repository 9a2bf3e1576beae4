"""Path loss of Okumura-Hata and COST 231-Hata: macro cells with antennas above the roofs.

M. Hata, Empirical formula for propagation loss in land mobile radio services, IEEE Transactions
on Vehicular Technology VT-29 (3), 1980; COST Action 231, Digital mobile radio towards future
generation systems, final report, 1999, section 4.4.1.

Every kernel gives NaN where its relation has no meaning (a distance of zero). That domain is
wider than the validity of the formulas (150 to 1500 MHz, or 1500 to 2000; 1 to 20 km; base
30 to 200 m; mobile 1 to 10 m), which :mod:`planner.radio` states and checks.

Units: distances and heights in metres, frequencies in GHz, losses and sigmas in dB.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled

Floats = npt.NDArray[np.float64]

LARGE_CITY = 0
CITY = 1
SUBURBAN = 2
OPEN = 3

COST231_CITY = 4
COST231_METROPOLIS = 5

_LARGE_CITY_SPLIT_MHZ = 300.0


@compiled
def city_mobile_gain_db(frequency_mhz: float, height_ut_m: float) -> float:
    """Correction a(h_m) of a small or medium city, about zero for a mobile at 1.5 m."""
    log_f = math.log10(frequency_mhz)
    return (1.1 * log_f - 0.7) * height_ut_m - (1.56 * log_f - 0.8)


@compiled
def large_city_mobile_gain_db(frequency_mhz: float, height_ut_m: float) -> float:
    """Correction a(h_m) of a large city, about zero for a mobile at 1.5 m.

    Hata gives one curve up to 200 MHz and one from 400 MHz; in between each serves the half of
    the gap that is nearer to it. They differ by 0.01 dB for a mobile at 1.5 m, 1.9 dB at 10 m.
    """
    if frequency_mhz <= _LARGE_CITY_SPLIT_MHZ:
        return 8.29 * math.log10(1.54 * height_ut_m) ** 2 - 1.1
    return 3.2 * math.log10(11.75 * height_ut_m) ** 2 - 4.97


@compiled
def _distance_term_db(distance_m: float, height_bs_m: float) -> float:
    """Terms in base height and distance that both formulas share."""
    log_bs = math.log10(height_bs_m)
    return -13.82 * log_bs + (44.9 - 6.55 * log_bs) * math.log10(distance_m / 1000.0)


@compiled
def okumura_hata_loss_db(
    area: int, distance_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Median path loss of Okumura-Hata by area code: Hata 1980, final formulas.

    Suburban and open areas start from the small or medium city.
    """
    positive = distance_m > 0.0 and frequency_ghz > 0.0 and height_bs_m > 0.0 and height_ut_m > 0.0
    if not positive:
        return np.nan
    frequency_mhz = 1000.0 * frequency_ghz
    log_f = math.log10(frequency_mhz)
    common_db = 69.55 + 26.16 * log_f + _distance_term_db(distance_m, height_bs_m)
    loss_db = common_db - city_mobile_gain_db(frequency_mhz, height_ut_m)
    if area == LARGE_CITY:
        loss_db = common_db - large_city_mobile_gain_db(frequency_mhz, height_ut_m)
    elif area == SUBURBAN:
        loss_db -= 2.0 * math.log10(frequency_mhz / 28.0) ** 2 + 5.4
    elif area == OPEN:
        loss_db -= 4.78 * log_f**2 - 18.33 * log_f + 40.94
    elif area != CITY:
        loss_db = np.nan
    return loss_db


@compiled
def cost231_hata_loss_db(
    area: int, distance_m: float, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> float:
    """Median path loss of COST 231-Hata by area code; COST 231 final report, eq. (4.4.3).

    ``COST231_CITY`` is a medium-sized city or a suburban centre with moderate tree density,
    ``COST231_METROPOLIS`` a metropolitan centre.
    """
    positive = distance_m > 0.0 and frequency_ghz > 0.0 and height_bs_m > 0.0 and height_ut_m > 0.0
    if not positive or area not in (COST231_CITY, COST231_METROPOLIS):
        return np.nan
    frequency_mhz = 1000.0 * frequency_ghz
    return (
        46.3
        + 33.9 * math.log10(frequency_mhz)
        + _distance_term_db(distance_m, height_bs_m)
        - city_mobile_gain_db(frequency_mhz, height_ut_m)
        + (3.0 if area == COST231_METROPOLIS else 0.0)
    )


@compiled
def hata_losses_db(
    area: int, distances_m: Floats, frequency_ghz: float, height_bs_m: float, height_ut_m: float
) -> Floats:
    """Median path loss at each of ``distances_m`` (float64, N) as float64 (N).

    The area code chooses between :func:`okumura_hata_loss_db` and :func:`cost231_hata_loss_db`.
    """
    losses_db = np.empty(distances_m.size)
    cost231 = area in (COST231_CITY, COST231_METROPOLIS)
    for i in range(distances_m.size):
        d = distances_m[i]
        if cost231:
            loss_db = cost231_hata_loss_db(area, d, frequency_ghz, height_bs_m, height_ut_m)
        else:
            loss_db = okumura_hata_loss_db(area, d, frequency_ghz, height_bs_m, height_ut_m)
        losses_db[i] = loss_db
    return losses_db


@compiled
def okumura_shadow_sigma_db(area: int, frequency_ghz: float) -> float:
    """Spread of shadow fading (standard deviation) that Okumura et al. measured in 1968.

    The fit to their curves in S. R. Saunders, Antennas and Propagation for Wireless Communication
    Systems, 1999, chapter 9: 5.2 dB in cities, 6.6 dB outside. Hata's paper gives none.
    """
    if not frequency_ghz > 0.0 or not LARGE_CITY <= area <= COST231_METROPOLIS:
        return np.nan
    log_f = math.log10(1000.0 * frequency_ghz)
    level_db = 6.6 if area in (SUBURBAN, OPEN) else 5.2
    return 0.65 * log_f**2 - 1.3 * log_f + level_db
