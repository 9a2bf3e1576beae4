"""Spread over time and places: Recommendation ITU-R P.1812-6, §4.7 to §4.9 and Attachment 2."""

from __future__ import annotations

import math

import numpy as np

from kernels.compiled import compiled
from kernels.radio.p1812.terms import Conditions, LocationSpread


@compiled
def _lower_half_deviate(log_share: float) -> float:
    """Attachment 2, Eq. (97) and (98), from the natural logarithm of a share up to a half."""
    t = math.sqrt(-2.0 * log_share)
    rational = ((0.010328 * t + 0.802853) * t + 2.515516698) / (
        ((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0
    )
    return t - rational


@compiled
def complementary_deviate(share: float) -> float:
    """Deviate I(x) that a normal variable exceeds with probability ``share``, Attachment 2.

    An approximation (error below 0.00054 for 0.01 to 0.99), part of the standard; the share is
    held between 1e-6 and 1 - 1e-6. NaN outside 0 to 1.
    """
    if not 0.0 <= share <= 1.0:
        return np.nan
    share = min(max(share, 1e-6), 1.0 - 1e-6)
    if share <= 0.5:
        return _lower_half_deviate(math.log(share))
    return -_lower_half_deviate(math.log(1.0 - share))


@compiled
def log_percent_deviate(log_percent: float) -> float:
    """:func:`complementary_deviate` from the decimal logarithm of a percentage up to 50."""
    return _lower_half_deviate(math.log(10.0) * max(log_percent - 2.0, -6.0))


@compiled
def bare_sigma_db(frequency_ghz: float, width_m: float) -> float:
    """Spread of the loss over the places of a square among clutter, §4.7, Eq. (64)."""
    return (0.52 + 0.024 * frequency_ghz) * width_m**0.28


@compiled
def clutter_exposure(rx_height_m: float, clutter_m: float) -> float:
    """Share of that spread that an antenna feels, §4.7, Eq. (65): 1 in the clutter, 0 above.

    It falls linearly from the height of the clutter around the antenna to 10 m more.
    """
    return 1.0 - min(max((rx_height_m - clutter_m) / 10.0, 0.0), 1.0)


@compiled
def location_sigma_db(
    frequency_ghz: float, rx_height_m: float, clutter_m: float, width_m: float
) -> float:
    """Spread of the loss over the places of a square of this width, §4.7, Eq. (64) to (66).

    NaN unless the frequency is positive and neither a height nor the width negative.
    """
    if not (frequency_ghz > 0.0 and rx_height_m >= 0.0 and clutter_m >= 0.0 and width_m >= 0.0):
        return np.nan
    return clutter_exposure(rx_height_m, clutter_m) * bare_sigma_db(frequency_ghz, width_m)


@compiled
def location_spread(conditions: Conditions) -> LocationSpread:
    """Work out what is the same at every place under these conditions."""
    return LocationSpread(
        complementary_deviate(conditions.location_percent / 100.0),
        conditions.location_sigma_db,
        bare_sigma_db(conditions.frequency_ghz, conditions.area_width_m),
        conditions.rx_height_m,
        conditions.entry_loss_db,
        conditions.entry_sigma_db,
    )


@compiled
def location_shift_db(spread: LocationSpread, clutter_m: float, at_sea: bool) -> float:
    """Return what the share of places adds to the median loss, §4.9, Eq. (67) to (69).

    Indoors the spreads of place and building entry are independent: their squares add. Losses
    at sea do not vary with the place.
    """
    sigma_db = spread.location_sigma_db
    if at_sea:
        sigma_db = 0.0
    elif math.isnan(sigma_db):
        sigma_db = spread.bare_sigma_db * clutter_exposure(spread.rx_height_m, clutter_m)
    return spread.entry_loss_db - spread.deviate * math.sqrt(sigma_db**2 + spread.entry_sigma_db**2)
