"""Path-specific prediction from 30 MHz to 6 GHz: Recommendation ITU-R P.1812, point to point.

Edition: P.1812-8 (09/2025), as the implementation of Study Group 3 computes it: its relations are
those of P.1812-6 (09/2021), whose equation numbers are used here; P.1812-7 alone had another
tropospheric scatter. :file:`planner/radio/README.md` says how that was found. Validity of the
standard: 0.03 to 6 GHz, 0.25 to 3,000 km, antennas 1 to 3,000 m above ground, 1 to 50 percent of
time, 1 to 99 percent of places. The kernels compute wherever the relations have a meaning, and
give NaN elsewhere.

A profile is given by arrays of shape N, three points at least: ``distances_km`` from 0 upwards,
``terrain_m`` above sea level, ``clutter_m`` over the terrain (at the ends it stands in no
path; at the receiver it matters to the spread over places), ``zones`` (int8), the codes of
:mod:`kernels.radio.p1812.terms`.
"""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.models.p526 import HORIZONTAL, VERTICAL, is_profile
from kernels.radio.p1812.climate import is_zone, path_climate
from kernels.radio.p1812.losses import fixed_terms, path_losses
from kernels.radio.p1812.profile import profile_geometry
from kernels.radio.p1812.terms import Climate, Conditions, Floats, Geometry, Losses, Zones
from kernels.radio.p1812.variability import location_shift_db


@compiled
def in_domain(conditions: Conditions) -> bool:
    """Whether the relations have a meaning under these conditions."""
    return (
        conditions.frequency_ghz > 0.0
        and conditions.polarisation in (HORIZONTAL, VERTICAL)
        and conditions.tx_height_m > 0.0
        and conditions.rx_height_m > 0.0
        and 0.0 < conditions.time_percent <= 50.0
        and 0.0 < conditions.location_percent < 100.0
        and abs(conditions.latitude_deg) <= 90.0
        and 0.0 < conditions.lapse_rate < 157.0
        and not conditions.location_sigma_db < 0.0
        and conditions.area_width_m > 0.0
        and conditions.entry_sigma_db >= 0.0
    )


@compiled
def is_path(distances_km: Floats, terrain_m: Floats, clutter_m: Floats, zones: Zones) -> bool:
    """Whether the four arrays are a profile that can be computed."""
    if not is_profile(distances_km, terrain_m):
        return False
    count = distances_km.size
    if clutter_m.size != count or zones.size != count:
        return False
    for i in range(count):
        if not (clutter_m[i] >= 0.0 and math.isfinite(clutter_m[i]) and is_zone(zones[i])):
            return False
    return True


@compiled
def analysed_path(
    distances_km: Floats,
    terrain_m: Floats,
    clutter_m: Floats,
    zones: Zones,
    conditions: Conditions,
) -> tuple[Geometry, Climate, Losses]:
    """Return geometry, climate and every loss of a path; no checks."""
    fixed = fixed_terms(conditions, True)
    surface_m = terrain_m + clutter_m
    tx_m = terrain_m[0] + conditions.tx_height_m
    rx_m = terrain_m[-1] + conditions.rx_height_m
    geometry = profile_geometry(distances_km, terrain_m, surface_m, tx_m, rx_m, fixed)
    climate = path_climate(distances_km, zones, conditions.tx_coast_km, conditions.rx_coast_km)
    shift_db = location_shift_db(fixed.spread, clutter_m[-1], climate.rx_at_sea)
    return geometry, climate, path_losses(geometry, climate, fixed, shift_db)


@compiled
def path_loss_db(
    distances_km: Floats,
    terrain_m: Floats,
    clutter_m: Floats,
    zones: Zones,
    conditions: Conditions,
) -> float:
    """Return the basic transmission loss of one path, Eq. (69); NaN outside the domain."""
    if not (in_domain(conditions) and is_path(distances_km, terrain_m, clutter_m, zones)):
        return np.nan
    _, _, losses = analysed_path(distances_km, terrain_m, clutter_m, zones, conditions)
    return losses.lb


@compiled
def field_strength_dbuv_m(loss_db: float, frequency_ghz: float) -> float:
    """Field strength for 1 kW effective radiated power, dB(uV/m), Eq. (70)."""
    if not frequency_ghz > 0.0:
        return np.nan
    return 199.36 + 20.0 * math.log10(frequency_ghz) - loss_db
