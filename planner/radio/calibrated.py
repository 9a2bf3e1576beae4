"""Propagation models of area classes as measurements correct them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from planner.radio.penetration import BuildingLoss, class_building_losses
from planner.radio.propagation import propagation_model
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight
from planner.scenario.correction import CORRECTION_AT_M
from planner.scenario.radio import ClassRadio, RadioSection
from planner.scenario.service import ServiceSection

_LEAST_M = 1.0


def class_model(radio: RadioSection, key: str) -> PropagationModel:
    """Return the propagation model of an area class, with its correction if it has one.

    The correction is a loss that is added with and without line of sight alike: an offset at 100 m,
    a slope by decade of distance, and a loss by carrier. A shadowing that was measured replaces the
    model's own.
    """
    class_radio: ClassRadio = getattr(radio, key)
    model = propagation_model(class_radio.model, f"radio.{key}.model")
    fitted, by_carrier = class_radio.correction, radio.carrier_loss_db
    if fitted.changes_nothing and not by_carrier:
        return model

    def sight_loss_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:
        decades = np.log10(np.maximum(distances_m, _LEAST_M) / CORRECTION_AT_M)
        extra = fitted.offset_db + fitted.slope_db_per_decade * decades
        extra += float(carrier_loss_db(by_carrier, 1000.0 * link.frequency_ghz))
        return model.sight_loss_db(distances_m, link, sight) + extra

    def sigma_db(distances_m: Floats, link: Link, sight: Sight) -> Floats:
        if fitted.shadow_sigma_db is None:
            return model.sigma_db(distances_m, link, sight)
        return np.full(np.shape(distances_m), fitted.shadow_sigma_db)

    return replace(model, sight_loss_db=sight_loss_db, sigma_db=sigma_db)


def carrier_loss_db(by_carrier: Mapping[str, float], carrier_mhz: npt.ArrayLike) -> Floats:
    """Return the loss of carriers (MHz) by ``radio.carrier_loss_db``, in their shape.

    Between two carriers linear in the logarithm of frequency, beyond them that of the nearest;
    0 without any.

    Examples
    --------
    >>> from planner.radio.calibrated import carrier_loss_db
    >>> carrier_loss_db({"700": -2.0, "2800": 4.0}, [600.0, 1400.0, 3500.0]).tolist()
    [-2.0, 1.0, 4.0]
    """
    asked = np.log(np.asarray(carrier_mhz, float))
    if not by_carrier:
        return np.zeros_like(asked)
    known = sorted((float(mhz), loss_db) for mhz, loss_db in by_carrier.items())
    mhz, losses_db = np.array(known).T
    return np.asarray(np.interp(asked, np.log(mhz), losses_db))


def class_buildings(
    class_radio: ClassRadio, service: ServiceSection, key: str, frequency_ghz: float
) -> tuple[BuildingLoss, ...]:
    """Return the loss into the buildings of an area class, with its correction if it has one."""
    depth_m = propagation_model(class_radio.model, f"radio.{key}.model").indoor_depth_most_m
    extra_db = class_radio.correction.building_loss_db
    return tuple(
        replace(one, mean_db=max(one.mean_db + extra_db, 0.0))
        for one in class_building_losses(service, key, frequency_ghz, depth_m)
    )
