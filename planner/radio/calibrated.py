"""Propagation models of area classes as measurements correct them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planner.radio.penetration import BuildingLoss, class_building_losses
from planner.radio.propagation import propagation_model
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight
from planner.scenario.correction import CORRECTION_AT_M
from planner.scenario.radio import ClassRadio
from planner.scenario.service import ServiceSection

_LEAST_M = 1.0


def class_model(class_radio: ClassRadio, key: str) -> PropagationModel:
    """Return the propagation model of an area class, with its correction if it has one.

    The correction is a loss that is added with and without line of sight alike: an offset at 100 m
    and a slope by decade of distance. A shadowing that was measured replaces the model's own.
    """
    model = propagation_model(class_radio.model, f"radio.{key}.model")
    fitted = class_radio.correction
    if fitted.changes_nothing:
        return model

    def sight_loss_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:
        decades = np.log10(np.maximum(distances_m, _LEAST_M) / CORRECTION_AT_M)
        extra = fitted.offset_db + fitted.slope_db_per_decade * decades
        return model.sight_loss_db(distances_m, link, sight) + extra

    def sigma_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:
        if fitted.shadow_sigma_db is None:
            return model.sigma_db(distances_m, link, sight)
        return np.full(np.shape(distances_m), fitted.shadow_sigma_db)

    return replace(model, sight_loss_db=sight_loss_db, sigma_db=sigma_db)


def class_buildings(
    class_radio: ClassRadio, service: ServiceSection, key: str, frequency_ghz: float
) -> tuple[BuildingLoss, ...]:
    """Return the loss into the buildings of an area class, with its correction if it has one."""
    depth_m = class_model(class_radio, key).indoor_depth_most_m
    extra_db = class_radio.correction.building_loss_db
    return tuple(
        replace(one, mean_db=max(one.mean_db + extra_db, 0.0))
        for one in class_building_losses(service, key, frequency_ghz, depth_m)
    )
