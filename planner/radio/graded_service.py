"""Share of the users of each cell whom stations serve where users differ: any link may hold.

Links of the users of a stratum are independent (:mod:`planner.radio.user_situations`). The plan
takes all directions around a station for alike; radio maps know where the sectors face.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kernels.footprints.served_share import Links, alike, by_square, served_share
from planner.radio.antenna import AntennaPattern
from planner.radio.off_axis import off_axis_loss
from planner.radio.propagation_model import Floats
from planner.radio.user_situations import (
    UserStrata,
    cell_distances_m,
    strata_behind_terrain,
    strata_in_directions,
    user_strata,
)
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

Raster = npt.NDArray[np.float32]
Cells = npt.NDArray[np.int64]

LEAST_CHANCE = 1e-4
"""Farther away than where the easiest users have a link this seldom, links are left out.

Nearer, every link counts: many weak ones together serve some of the users who are easy to serve.
"""


def graded_links(
    kinds: Sequence[tuple[RadioSection, ServiceSection]],
    cell_size_m: float,
    more_db: Sequence[float] = (0.0,),
) -> Links:
    """Return the chances that links fail, by the square of the distance in cells.

    ``more_db``: loss by terrain at each step.
    """
    of_kinds = [user_strata(radio, service) for radio, service in kinds]
    distance_m = cell_distances_m(_reach_cells(of_kinds, cell_size_m), cell_size_m)
    tables = [
        _by_loss(radio, service, of_classes, distance_m, tuple(more_db))
        for (radio, service), of_classes in zip(kinds, of_kinds, strict=True)
    ]
    return by_square(np.concatenate(tables))


def graded_reach_m(kinds: Sequence[tuple[RadioSection, ServiceSection]]) -> float:
    """Return how far links of any of some kinds reach."""
    return _reach_m([user_strata(radio, service) for radio, service in kinds])


def shares_in_directions(
    carriers: Sequence[tuple[RadioSection, tuple[float, ...]]],
    service: ServiceSection,
    pattern: AntennaPattern,
    area_class: npt.NDArray[np.uint8],
    stations: tuple[Cells, Cells],
    cell_size_m: float,
) -> Raster:
    """Return the share of users served in each cell (float32, H x W) by sectors as they face.

    Parameters
    ----------
    carriers
        Radio of each kind of station, and the directions of its sectors.
    service, pattern
        What counts as service, and the antenna; a user is in the best sector of every station.
    area_class
        Class of each cell (uint8), 255 outside the area.
    stations
        Cell of each station (flat), and its kind.
    cell_size_m
        Side of a cell.

    Raises
    ------
    InputError
        As :func:`planner.radio.service_radii`.

    Examples
    --------
    >>> import numpy as np
    >>> from planner.radio.antenna import sector_pattern
    >>> from planner.scenario.radio import RadioSection
    >>> from planner.scenario.service import ServiceSection
    >>> area, one = np.zeros((21, 21), np.uint8), (np.array([220]), np.array([0]))
    >>> carriers = [(RadioSection(), (0.0, 120.0, 240.0))]
    >>> graded = ServiceSection(model="graded")
    >>> share = shares_in_directions(carriers, graded, sector_pattern(), area, one, 100.0)
    >>> bool(share[5, 10] > share[15, 10])  # A sector faces north, none south.
    True
    """
    of_kinds = [user_strata(radio, service) for radio, _ in carriers]
    reach = _reach_cells(of_kinds, cell_size_m)
    away = np.arange(-reach, reach + 1)
    squares = np.add.outer(away**2, away**2)
    within = squares <= reach**2
    entry = np.where(within, np.cumsum(within).reshape(within.shape) - 1, -1).astype(np.int32)
    distance_m = cell_distances_m(reach, cell_size_m)
    bearing_deg = np.degrees(np.arctan2(away[None, :], -away[:, None]))[within]
    tables = []
    for (radio, azimuths_deg), of_classes in zip(carriers, of_kinds, strict=True):
        more_db = _more_db(radio, azimuths_deg, pattern, bearing_deg)
        steps_db, step = np.unique(np.round(more_db), return_inverse=True)
        step[squares[within] == 0] = np.argmin(np.abs(steps_db))
        by_class = strata_in_directions(radio, service, steps_db)
        tables.append(
            [
                _by_direction(usual.distance_m, chances, distance_m, step, squares[within])
                for usual, chances in zip(of_classes, by_class, strict=True)
            ]
        )
    miss = _misses(np.array(tables))
    kinds, classes, places, strata = miss.shape
    first = places * np.arange(kinds * classes).reshape(kinds, classes, 1, 1, 1)
    links = Links(miss.reshape(-1, strata), np.where(entry < 0, -1, first + entry).astype(np.int32))
    return served_share(alike(area_class), *stations, links)


def _reach_cells(of_kinds: Sequence[Sequence[UserStrata]], cell_size_m: float) -> int:
    return max(1, int(np.ceil(_reach_m(of_kinds) / cell_size_m)))


def _reach_m(of_kinds: Sequence[Sequence[UserStrata]]) -> float:
    return max(
        float(strata.distance_m[strata.served[0] >= LEAST_CHANCE].max(initial=0.0))
        for of_classes in of_kinds
        for strata in of_classes
    )


def _by_loss(
    radio: RadioSection,
    service: ServiceSection,
    of_classes: Sequence[UserStrata],
    distance_m: Floats,
    more_db: tuple[float, ...],
) -> Raster:
    """Return what links of a kind miss (float32[1, classes, losses, squares, strata])."""
    chances = [one.served[None] for one in of_classes]
    if more_db != (0.0,):
        chances = list(strata_behind_terrain(radio, service, np.array(more_db)))
    found = [
        [_in_cells(UserStrata(one.distance_m, chance), distance_m).T for chance in own]
        for one, own in zip(of_classes, chances, strict=True)
    ]
    return _misses(np.array([found]))


def _in_cells(strata: UserStrata, distance_m: Floats) -> Floats:
    """Return the chance of a link by the square of the distance (float64[strata, squares])."""
    return np.asarray(strata.at(distance_m.ravel()).reshape(-1, *distance_m.shape).mean(axis=2))


def _by_direction(
    known_m: Floats, chances: Floats, distance_m: Floats, step: Cells, square: Cells
) -> Floats:
    """Return the chance of a link at each place beside a station (float64[places, strata])."""
    found = np.zeros((step.size, chances.shape[1]))
    for number, chance in enumerate(chances):
        here = step == number
        found[here] = _in_cells(UserStrata(known_m, chance), distance_m).T[square[here]]
    return found


def _more_db(
    radio: RadioSection,
    azimuths_deg: Sequence[float],
    pattern: AntennaPattern,
    bearing_deg: Floats,
) -> Floats:
    """Return the loss off the best sector's direction, beyond the mean that the budget has."""
    if pattern.is_omni:
        return np.zeros(bearing_deg.size)
    turned = np.subtract.outer(bearing_deg, np.asarray(azimuths_deg)) % 360.0
    around_db = np.append(pattern.cuts_db[0], pattern.cuts_db[0][0])
    angles_deg = np.linspace(0.0, 360.0, around_db.size)
    loss_db = np.interp(turned, angles_deg, around_db).min(axis=1)
    return np.asarray(loss_db - off_axis_loss(radio.antenna).mean_db)


def _misses(chance: Floats) -> Raster:
    return np.clip(1.0 - chance, 0.0, 1.0).astype(np.float32)
