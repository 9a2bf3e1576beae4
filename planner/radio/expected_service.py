"""Share of people served as the plan's radio expects it, by distance to the nearest station.

The radio maps say the same cell by cell, with the direction of each sector and several stations to
choose from (:mod:`planner.radio.service_table`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from planner.ground.area_class import AREA_CLASSES
from planner.radio.class_link import class_link
from planner.radio.propagation_model import Floats
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

_STEPS = 600


def expected_shares(
    radio: RadioSection,
    service: ServiceSection,
    area_class: npt.NDArray[np.uint8],
    stations: npt.NDArray[np.int64],
    cell_size_m: float,
) -> npt.NDArray[np.float32]:
    """Return the share of users served in each cell (float32, H x W), 0 outside the area.

    Parameters
    ----------
    radio, service
        The network and its service. A class whose radius the scenario gives is served within it.
    area_class
        Class of each cell (uint8), 255 outside the area.
    stations
        Flat indices of the cells that stations stand in (int64).
    cell_size_m
        Side of a cell.

    Raises
    ------
    InputError
        As :func:`planner.radio.class_link.class_link`.

    Examples
    --------
    >>> import numpy as np
    >>> from planner.scenario.radio import RadioSection
    >>> from planner.scenario.service import ServiceSection
    >>> classes = np.ones((1, 9), np.uint8)
    >>> near, *_, far = expected_shares(
    ...     RadioSection(), ServiceSection(), classes, np.array([0]), 100.0
    ... )[0]
    >>> bool(near > 0.99), bool(far < 0.5)
    (True, True)
    """
    shares = np.zeros(area_class.shape, np.float32)
    if stations.size == 0:
        return shares
    elsewhere = np.ones(area_class.shape, bool)
    elsewhere.ravel()[stations] = False
    distance_m = ndimage.distance_transform_edt(elsewhere) * cell_size_m
    for known in AREA_CLASSES:
        cells = area_class == known.code
        if cells.any():
            shares[cells] = _class_shares(radio, service, known.key, distance_m[cells])
    return shares


def _class_shares(
    radio: RadioSection, service: ServiceSection, key: str, distances_m: Floats
) -> Floats:
    given: float | None = getattr(service.radius_m, key)
    if given is not None:
        return np.asarray(distances_m <= given, dtype=float)
    link = class_link(radio, service, key)
    least_m, most_m = link.environment.model.distance_limits_m("nlos")
    held_m = np.clip(distances_m, least_m, most_m)
    steps_m = np.linspace(held_m.min(), held_m.max(), _STEPS)
    return np.interp(held_m, steps_m, link.served_shares(steps_m))
