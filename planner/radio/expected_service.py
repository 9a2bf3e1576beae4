"""Share of people served as the plan's radio expects it, by distance to the nearest station.

The radio maps say the same cell by cell, with the direction of each sector and several stations to
choose from (:mod:`planner.radio.service_table`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from kernels.footprints.served_share import by_square, served_share
from kernels.footprints.users import alike
from planner.ground.area_class import AREA_CLASSES
from planner.ground.terrain import Terrain
from planner.radio.class_link import class_link
from planner.radio.propagation_model import Floats
from planner.radio.service_radius import service_radii
from planner.radio.tiers import STEPS_DB, radii_behind_terrain_m, terrain_steps
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

_STEPS = 600
_PARTS = 100


def expected_shares(
    radio: RadioSection,
    service: ServiceSection,
    area_class: npt.NDArray[np.uint8],
    stations: npt.NDArray[np.int64],
    cell_size_m: float,
    terrain: Terrain | None = None,
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
    terrain
        What is between stations and users; None for the smooth earth, where the nearest station
        serves the most.

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
    if terrain is not None:
        return _shares_over(radio, service, area_class, stations, terrain)
    elsewhere = np.ones(area_class.shape, bool)
    elsewhere.ravel()[stations] = False
    distance_m = ndimage.distance_transform_edt(elsewhere) * cell_size_m
    for known in AREA_CLASSES:
        cells = area_class == known.code
        if cells.any():
            shares[cells] = _class_shares(radio, service, known.key, distance_m[cells])
    return shares


def farthest_served_m(radio: RadioSection, service: ServiceSection) -> float:
    """Return the distance beyond which a station serves less than half a per cent of users."""
    longest_m = max(one.radius_m for one in service_radii(radio, service))
    far_m = longest_m * np.linspace(1.0, 4.0, 61)
    served = [_class_shares(radio, service, known.key, far_m) for known in AREA_CLASSES]
    return float(far_m[min(int((np.max(served, axis=0) > 0.5 / _PARTS).sum()), far_m.size - 1)])


def _class_shares(
    radio: RadioSection,
    service: ServiceSection,
    key: str,
    distances_m: Floats,
    more_db: float = 0.0,
) -> Floats:
    given: float | None = getattr(service.radius_m, key)
    if given is not None:
        if more_db > 0.0:
            number = [known.key for known in AREA_CLASSES].index(key)
            same = [given] * len(AREA_CLASSES)
            given = radii_behind_terrain_m(radio, service, same, np.array([more_db]))[number, 0]
        return np.asarray(distances_m <= given, dtype=float)
    link = class_link(radio, service, key)
    least_m, most_m = link.environment.model.distance_limits_m("nlos")
    held_m = np.clip(distances_m, least_m, most_m)
    steps_m = np.linspace(held_m.min(), held_m.max(), _STEPS)
    return np.interp(held_m, steps_m, link.served_shares(steps_m, more_db))


def _shares_over(
    radio: RadioSection,
    service: ServiceSection,
    area_class: npt.NDArray[np.uint8],
    stations: npt.NDArray[np.int64],
    terrain: Terrain,
) -> npt.NDArray[np.float32]:
    """Return the shares that the best station of each cell serves, as parts of 1 in a hundred.

    A station serves the easiest users up to its share, so that several serve what the best does.
    """
    cell_m, reach_m = terrain.grid.cell_size_m, farthest_served_m(radio, service)
    parts = (np.arange(_PARTS) + 0.5) / _PARTS
    distances_m = cell_m * np.sqrt(np.arange(int(np.ceil(reach_m / cell_m)) ** 2 + 1))
    shares = [
        [_class_shares(radio, service, known.key, distances_m, more) for more in STEPS_DB]
        for known in AREA_CLASSES
    ]
    links = by_square((np.array([shares])[..., None] <= parts).astype(np.float32))
    reach = links.entry.shape[-1] // 2
    step = terrain_steps(radio, service, terrain, area_class, stations, reach)
    one_kind = np.zeros(stations.size, np.int64)
    return served_share(alike(area_class), stations, one_kind, links._replace(step=step))
