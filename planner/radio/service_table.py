"""Share of users served by distance and by excess loss: what the radio maps look up."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kernels.radio.sweep.service import ServiceTable
from planner.ground.area_class import AREA_CLASSES
from planner.radio.class_link import class_link
from planner.radio.off_axis import off_axis_loss
from planner.radio.propagation_model import Floats
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

_LEAST_M = 5.0
_STEPS = 240
_EXCESS_STEP_DB = 0.5
_LEAST_EXCESS_DB, _MOST_EXCESS_DB = -40.0, 80.0


def service_table(
    radio: RadioSection, service: ServiceSection, users: Sequence[str]
) -> ServiceTable:
    """Return the table of the classes that users are in; other classes serve nobody.

    The excess is counted from the loss of the statistical model in the antenna's main direction, so
    that it holds the direction itself, of which the budget has the mean and the spread. A class
    whose radius the scenario gives is served within it, whatever the excess.

    Raises
    ------
    InputError
        As :func:`planner.radio.class_link.class_link`.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> table = service_table(scenario.radio, scenario.service, ["rural"])
    >>> table.share.shape
    (4, 241, 240)
    """
    excess_db = np.arange(_LEAST_EXCESS_DB, _MOST_EXCESS_DB + 0.1, _EXCESS_STEP_DB)
    distances_m = np.geomspace(_LEAST_M, max(radio.maps.reach_m, 10.0 * _LEAST_M), _STEPS)
    share = np.zeros((len(AREA_CLASSES), excess_db.size, _STEPS), np.float32)
    for known in AREA_CLASSES:
        if known.key not in users:
            continue
        given: float | None = getattr(service.radius_m, known.key)
        if given is not None:
            share[known.code] = distances_m <= given
        else:
            share[known.code] = _shares(radio, service, known.key, excess_db, distances_m)
    return ServiceTable(
        share,
        _LEAST_EXCESS_DB,
        _EXCESS_STEP_DB,
        math.log(_LEAST_M),
        math.log(distances_m[-1] / _LEAST_M) / (_STEPS - 1),
    )


def _shares(
    radio: RadioSection, service: ServiceSection, key: str, excess_db: Floats, distances_m: Floats
) -> Floats:
    """Return the share of users served by excess (rows) and distance, all directions known."""
    link = class_link(radio, service, key)
    least_m, most_m = link.environment.model.distance_limits_m("nlos")
    held_m = np.clip(distances_m, least_m, most_m)
    mean_db = off_axis_loss(radio.antenna).mean_db
    return np.stack([link.shares_in_direction(held_m, db - mean_db) for db in excess_db])
