"""Loss into buildings, as a mix of building types."""

from __future__ import annotations

import math
from dataclasses import dataclass

from kernels.tr38901 import (
    HIGH_LOSS,
    LOW_LOSS,
    indoor_loss_db,
    penetration_sigma_db,
    wall_loss_db,
)


@dataclass(frozen=True)
class BuildingLoss:
    """Loss into one type of building: its share of all buildings, mean and standard deviation."""

    share: float
    mean_db: float
    sigma_db: float


OUTDOORS = (BuildingLoss(1.0, 0.0, 0.0),)
"""What outdoor users lose to buildings: nothing."""


def building_losses(
    frequency_ghz: float, high_loss_share: float, depth_most_m: float
) -> tuple[BuildingLoss, ...]:
    """Return the loss into low-loss and high-loss buildings, 3GPP TR 38.901 Table 7.4.3-2.

    Users stand at the lesser of two depths drawn evenly from 0 to ``depth_most_m``: on average a
    third of it, with a variance of an eighteenth of its square. The mean indoor loss is part of
    the mean, its spread part of the standard deviation.
    """
    mean_depth_db = indoor_loss_db(depth_most_m / 3.0)
    spread_db = indoor_loss_db(depth_most_m / math.sqrt(18.0))
    return tuple(
        BuildingLoss(
            share=share,
            mean_db=wall_loss_db(building, frequency_ghz) + mean_depth_db,
            sigma_db=math.hypot(penetration_sigma_db(building), spread_db),
        )
        for building, share in ((LOW_LOSS, 1.0 - high_loss_share), (HIGH_LOSS, high_loss_share))
        if share > 0.0
    )


def mean_loss_db(buildings: tuple[BuildingLoss, ...]) -> float:
    """Return the mean loss over all types of building."""
    return sum(building.share * building.mean_db for building in buildings)


def loss_sigma_db(buildings: tuple[BuildingLoss, ...]) -> float:
    """Return the standard deviation over all types: within each, and between their means."""
    mean = mean_loss_db(buildings)
    return math.sqrt(sum(b.share * (b.sigma_db**2 + (b.mean_db - mean) ** 2) for b in buildings))
