"""Radio-climatic zones along one radial, for every receiver on it: P.1812-6, §3.3 and §3.6.

:func:`kernels.radio.p1812.climate.path_climate` walks the whole path; here one walk along the
radial serves all receivers. A zone reaches half-way to the next point of another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.compiled import compiled, compiled_inner
from kernels.radio.p1812.climate import coast_km
from kernels.radio.p1812.terms import INLAND, SEA, Climate, Conditions, Floats, Zones


class Stretches(NamedTuple):
    """Stretches of some zones on a radial; element i speaks of the points up to i.

    ``inside``: whether the point is in the zones; ``longest_km``: longest stretch that ended
    before point i; ``start_km``: where the stretch of point i began, of no meaning outside one.
    """

    inside: npt.NDArray[np.bool_]
    longest_km: Floats
    start_km: Floats


class Shore(NamedTuple):
    """Zones of one radial. ``sea_km``: length over sea up to half-way before point i.

    ``sea_end_km``: end of the last sea before point i, NaN for none; ``first_sea``: first point
    at sea, beyond the radial for none.
    """

    all_inland: bool
    step_km: float
    land: Stretches
    inland: Stretches
    sea_km: Floats
    sea_end_km: Floats
    first_sea: int


@compiled
def stretches_of(step_km: float, inside: npt.NDArray[np.bool_]) -> Stretches:
    """Walk the stretches of the points that are ``inside``."""
    count = inside.size
    longest_km = np.zeros(count)
    start_km = np.zeros(count)
    for i in range(1, count):
        border_km = (i - 0.5) * step_km
        longest_km[i] = longest_km[i - 1]
        start_km[i] = start_km[i - 1]
        if inside[i] and not inside[i - 1]:
            start_km[i] = border_km
        elif inside[i - 1] and not inside[i]:
            longest_km[i] = max(longest_km[i], border_km - start_km[i])
    return Stretches(inside, longest_km, start_km)


@compiled_inner
def longest_stretch_km(
    stretches: Stretches, last: int, border_km: float, distance_km: float, rx_inside: bool
) -> float:
    """Longest stretch of a path whose last point but the receiver is ``last``."""
    longest_km = stretches.longest_km[last]
    end_km = distance_km if rx_inside else border_km
    if stretches.inside[last]:
        return max(longest_km, end_km - stretches.start_km[last])
    return max(longest_km, end_km - border_km)


@compiled
def shore_of(step_km: float, zones: Zones) -> Shore:
    """Walk the zones (int8, N) of a radial of points ``step_km`` apart."""
    all_inland = bool(np.all(zones == INLAND))
    count = 1 if all_inland else zones.size
    sea_km = np.zeros(count)
    sea_end_km = np.full(count, np.nan)
    first_sea = zones.size
    for i in range(1, count):
        length_km = 0.5 * step_km if i == 1 else step_km
        at_sea = zones[i - 1] == SEA
        sea_km[i] = sea_km[i - 1] + (length_km if at_sea else 0.0)
        sea_end_km[i] = (i - 0.5) * step_km if at_sea else sea_end_km[i - 1]
    for i in range(zones.size):
        if zones[i] == SEA:
            first_sea = i
            break
    land = stretches_of(step_km, zones[:count] != SEA)
    inland = stretches_of(step_km, zones[:count] == INLAND)
    return Shore(all_inland, step_km, land, inland, sea_km, sea_end_km, first_sea)


@compiled_inner
def climate_at(
    shore: Shore, last: int, distance_km: float, rx_zone: int, conditions: Conditions
) -> Climate:
    """Climate of the path to a receiver beyond point ``last`` of the radial."""
    rx_at_sea = rx_zone == SEA
    tx_coast_km, rx_coast_km = conditions.tx_coast_km, conditions.rx_coast_km
    if shore.all_inland and rx_zone == INLAND:
        return Climate(
            distance_km,
            distance_km,
            0.0,
            coast_km(tx_coast_km, np.nan, False),
            coast_km(rx_coast_km, np.nan, False),
            False,
        )
    border_km = 0.5 * (last * shore.step_km + distance_km)
    if shore.all_inland:
        return _beyond_inland(border_km, distance_km, rx_zone, conditions)
    tx_at_sea = not shore.land.inside[0]
    last_at_sea = not shore.land.inside[last]
    sea_km = shore.sea_km[last]
    sea_end_km = border_km if last_at_sea else shore.sea_end_km[last]
    if last_at_sea:
        sea_km += border_km - (last - 0.5) * shore.step_km
    if rx_at_sea:
        sea_km += distance_km - border_km
    first_sea_km = border_km if rx_at_sea else np.nan
    if shore.first_sea <= last:
        first_sea_km = max((shore.first_sea - 0.5) * shore.step_km, 0.0)
    return Climate(
        longest_stretch_km(shore.land, last, border_km, distance_km, not rx_at_sea),
        longest_stretch_km(shore.inland, last, border_km, distance_km, rx_zone == INLAND),
        min(sea_km / distance_km, 1.0),
        coast_km(tx_coast_km, first_sea_km, tx_at_sea),
        coast_km(rx_coast_km, distance_km - sea_end_km, rx_at_sea),
        rx_at_sea,
    )


@compiled
def _beyond_inland(
    border_km: float, distance_km: float, rx_zone: int, conditions: Conditions
) -> Climate:
    """Climate of a path that is inland up to a receiver at the coast or at sea."""
    rx_at_sea = rx_zone == SEA
    first_sea_km = border_km if rx_at_sea else np.nan
    return Climate(
        border_km if rx_at_sea else distance_km,
        border_km,
        (distance_km - border_km) / distance_km if rx_at_sea else 0.0,
        coast_km(conditions.tx_coast_km, first_sea_km, False),
        coast_km(conditions.rx_coast_km, np.nan, rx_at_sea),
        rx_at_sea,
    )
