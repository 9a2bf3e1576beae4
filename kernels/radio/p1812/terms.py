"""Named tuples of numbers that the parts of Recommendation ITU-R P.1812 pass to each other.

Compiled code knows no dataclass: a named tuple is its frozen record.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.radio.models.p526 import ElectricGround

Floats = npt.NDArray[np.float64]
Zones = npt.NDArray[np.int8]

# Radio-climatic zones of Table 4, by the codes of Study Group 3's profile files.
SEA = 1
COASTAL = 3
INLAND = 4

# How the Bullington loss of the smooth path is found: on the points of the profile (§4.3.4), or
# without them (Attachment 4).
SMOOTH_BY_POINTS = 0
SMOOTH_ANALYTIC = 1

FROM_ZONES = float("nan")
FROM_CLUTTER = float("nan")


class Conditions(NamedTuple):
    """Parameters of a path that a planner sets, apart from the profile.

    ``time_percent`` and ``location_percent``: the loss is not exceeded for these shares of time
    and places. ``lapse_rate`` is delta-N (N-units/km) and ``refractivity`` N0 (N-units) at the
    middle of the path. ``tx_coast_km``, ``rx_coast_km``: from each antenna over land to the
    coast, along the path; :data:`FROM_ZONES` to measure it on the profile. ``location_sigma_db``
    is the spread over places outdoors; :data:`FROM_CLUTTER` for that of §4.7 in a square of
    ``area_width_m``. ``entry_loss_db`` and ``entry_sigma_db``: median and spread of building
    entry loss, 0 outdoors.
    """

    frequency_ghz: float
    polarisation: int
    tx_height_m: float
    rx_height_m: float
    time_percent: float = 50.0
    location_percent: float = 50.0
    latitude_deg: float = 30.0
    lapse_rate: float = 45.0
    refractivity: float = 325.0
    tx_coast_km: float = FROM_ZONES
    rx_coast_km: float = FROM_ZONES
    location_sigma_db: float = 0.0
    area_width_m: float = 100.0
    entry_loss_db: float = 0.0
    entry_sigma_db: float = 0.0
    smooth_method: int = SMOOTH_BY_POINTS


class LocationSpread(NamedTuple):
    """Terms of the spread over places: deviate, spread outdoors, and building entry."""

    deviate: float
    location_sigma_db: float
    bare_sigma_db: float
    rx_height_m: float
    entry_loss_db: float
    entry_sigma_db: float


class FixedTerms(NamedTuple):
    """Terms that follow from the conditions alone, the same for every path of a sweep.

    ``with_beta``: work out the diffraction loss of the enhanced Earth's radius too; for 50
    percent of time nothing but the log of a path depends on it.
    """

    ground: ElectricGround
    median_radius_km: float
    beta_radius_km: float
    time_percent: float
    log_time: float
    time_deviate: float
    log_beta0_intercept: float
    log_beta0_slope: float
    free_space_db: float
    scatter_db: float
    ducting_db: float
    ducting_db_mrad: float
    spread: LocationSpread
    smooth_method: int
    with_beta: bool


class Climate(NamedTuple):
    """Zones of one path: longest land and inland stretch, share over sea, land to the coasts."""

    land_km: float
    inland_km: float
    sea_share: float
    tx_coast_km: float
    rx_coast_km: float
    rx_at_sea: bool


class Geometry(NamedTuple):
    """Result of the path profile analysis, Attachment 1: heights in m, angles in mrad.

    ``surface`` are the ends of the fitted line, Eq. (85) and (86); ``smooth`` those of the
    diffraction model, Eq. (89); ``duct`` those of the ducting model, Eq. (90). ``nu``: parameter
    of the equivalent edge of the terrain and of the smooth path, for the median (50) and the
    enhanced Earth's radius (beta).
    """

    distance_km: float
    tx_m: float
    rx_m: float
    tx_horizon_km: float
    rx_horizon_km: float
    tx_horizon_mrad: float
    rx_horizon_mrad: float
    tx_surface_m: float
    rx_surface_m: float
    tx_smooth_m: float
    rx_smooth_m: float
    tx_duct_m: float
    rx_duct_m: float
    roughness_m: float
    terrain_nu_50: float
    terrain_nu_beta: float
    smooth_nu_50: float
    smooth_nu_beta: float


class Diffraction(NamedTuple):
    """Diffraction terms of one path in dB, named as in the recommendation.

    ``_50`` are those of the median Earth's radius; those without are of the enhanced radius.
    """

    lbulla_50: float
    lbulls_50: float
    ldsph_50: float
    lbulla: float
    lbulls: float
    ldsph: float
    ld50: float
    ldb: float
    ldp: float


class Losses(NamedTuple):
    """Every term of the prediction, named as in the recommendation, in its order; in dB.

    ``fi``, ``fj``, ``fk`` are the interpolation factors, ``beta0`` the percentage of Eq. (5).
    """

    beta0: float
    fi: float
    fj: float
    fk: float
    lbfs: float
    lb0p: float
    lb0b: float
    diffraction: Diffraction
    lbd50: float
    lbd: float
    lminb0p: float
    lba: float
    lminbap: float
    lbda: float
    lbam: float
    lbs: float
    lbc: float
    lb: float
