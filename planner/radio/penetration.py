"""Loss into buildings, as a mix of building types: 3GPP TR 38.901 or ITU-R P.2109.

TR 38.901 separates the wall from the depth behind it, with a normally distributed loss for each of
two types of building. P.2109 gives the loss anywhere inside relative to outside as a distribution
that is not normal; it is used as strata of equal probability, each with its own loss.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kernels.radio.models import p2109
from kernels.radio.models.tr38901 import (
    HIGH_LOSS,
    LOW_LOSS,
    indoor_loss_db,
    penetration_sigma_db,
    wall_loss_db,
)
from planner.radio.propagation_model import Floats
from planner.scenario.service import ClassService, PenetrationModel, ServiceSection

PENETRATION_SOURCES: dict[PenetrationModel, str] = {
    "tr38901": "3GPP TR 38.901 V17.0.0, clause 7.4.3",
    "p2109": "ITU-R P.2109-2, section 3 and Table 1, paths along the horizon",
}
"""Source of each model of the loss into buildings."""

_STRATA = 32


@dataclass(frozen=True)
class BuildingLoss:
    """Loss into one type of building: its share of all buildings, mean and standard deviation."""

    share: float
    mean_db: float
    sigma_db: float


OUTDOORS = (BuildingLoss(1.0, 0.0, 0.0),)
"""Outdoor users have no loss by buildings."""


def class_building_losses(
    service: ServiceSection, key: str, frequency_ghz: float, depth_most_m: float
) -> tuple[BuildingLoss, ...]:
    """Return the loss into the buildings of an area class by the model that the scenario names.

    ``depth_most_m`` is used by TR 38.901 only: P.2109 already includes all depths.
    """
    here: ClassService = getattr(service, key)
    if service.penetration_model == "p2109":
        share, probability = here.high_loss_building_share, service.penetration_probability
        return entry_losses(frequency_ghz, share, probability)
    return building_losses(frequency_ghz, here.high_loss_building_share, depth_most_m)


def building_losses(
    frequency_ghz: float, high_loss_share: float, depth_most_m: float
) -> tuple[BuildingLoss, ...]:
    """Return the loss into low-loss and high-loss buildings, 3GPP TR 38.901 Table 7.4.3-2.

    Users are at the lesser of two depths drawn evenly from 0 to ``depth_most_m``: on average a
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


def entry_losses(
    frequency_ghz: float, efficient_share: float, probability: float | None = None
) -> tuple[BuildingLoss, ...]:
    """Return the loss into traditional and thermally efficient buildings, ITU-R P.2109-2.

    With a ``probability``: the loss not exceeded with it, the same in every building of a type.
    Without one: strata of the whole distribution. Paths are taken as horizontal. At the facade, a
    path to a station of usual height rises a few degrees, which would add 0.212 dB per degree.
    """
    shares = (
        (p2109.TRADITIONAL, 1.0 - efficient_share),
        (p2109.THERMALLY_EFFICIENT, efficient_share),
    )
    return tuple(
        BuildingLoss(share / losses_db.size, float(loss_db), 0.0)
        for building, share in shares
        if share > 0.0
        for losses_db in (_entry_losses_db(building, frequency_ghz, probability),)
        for loss_db in losses_db
    )


def _entry_losses_db(building: int, frequency_ghz: float, probability: float | None) -> Floats:
    """Return the loss at one probability, or the mean loss of each stratum of probability.

    The strata at the ends hold the tails: their means are taken over a hundred points each.
    """
    if probability is not None:
        return np.array([p2109.entry_loss_db(building, frequency_ghz, 0.0, probability)])
    points = (np.arange(100 * _STRATA) + 0.5) / (100 * _STRATA)
    losses_db = p2109.entry_losses_db(building, frequency_ghz, 0.0, points)
    return np.asarray(losses_db.reshape(_STRATA, 100).mean(axis=1))


def mean_loss_db(buildings: tuple[BuildingLoss, ...]) -> float:
    """Return the mean loss over all types of building."""
    return sum(building.share * building.mean_db for building in buildings)


def loss_sigma_db(buildings: tuple[BuildingLoss, ...]) -> float:
    """Return the standard deviation over all types: within each, and between their means."""
    mean = mean_loss_db(buildings)
    return math.sqrt(sum(b.share * (b.sigma_db**2 + (b.mean_db - mean) ** 2) for b in buildings))
