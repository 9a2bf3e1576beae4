"""Loss of users off an antenna's main direction, as a mean and a spread for the link budget."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from kernels.radio.antenna import sector_loss_db
from planner.scenario.radio import AntennaSection

_DIRECTIONS = 720


class OffAxisLoss(NamedTuple):
    """Mean and standard deviation in dB over the directions around a station."""

    mean_db: float
    sigma_db: float


@cache
def off_axis_loss(antenna: AntennaSection) -> OffAxisLoss:
    """Return the loss over evenly spread directions, each served by its best sector.

    That of the horizontal cut of 3GPP TR 38.901, Table 7.3-1, which radio maps have too; an
    antenna file is represented by this cut. Nothing for an omni antenna, and where the budget
    takes the main direction.

    Examples
    --------
    >>> from planner.scenario.radio import AntennaSection
    >>> mean_db, sigma_db = off_axis_loss(AntennaSection())
    >>> round(mean_db, 2), round(sigma_db, 2)
    (3.41, 3.05)
    """
    if antenna.pattern == "omni" or antenna.direction_in_budget == "main":
        return OffAxisLoss(0.0, 0.0)
    directions_deg = (np.arange(_DIRECTIONS) + 0.5) * (360.0 / _DIRECTIONS)
    away_deg = np.subtract.outer(directions_deg, np.asarray(antenna.azimuths_deg))
    nearest_deg = np.abs((away_deg + 180.0) % 360.0 - 180.0).min(axis=1)
    loss_db = np.array(
        [
            sector_loss_db(
                float(angle_deg),
                0.0,
                antenna.horizontal_beamwidth_deg,
                antenna.vertical_beamwidth_deg,
                antenna.most_loss_db,
            )
            for angle_deg in nearest_deg
        ]
    )
    loss_db *= antenna.pattern_weight
    return OffAxisLoss(float(loss_db.mean()), float(loss_db.std()))
