"""Share of the users of each cell that stations serve where users differ; any link may serve.

Links of the users of a stratum are independent (:mod:`planner.radio.user_situations`). The plan
takes all directions around a station for alike; radio maps know where the sectors face.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kernels.footprints.served_share import Links, by_square, served_share
from kernels.footprints.users import alike
from planner.ground.terrain import Terrain
from planner.radio.antenna import AntennaPattern
from planner.radio.off_axis import off_axis_loss
from planner.radio.propagation_model import Floats
from planner.radio.tiers import STEPS_DB, terrain_steps
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


def graded_links_over(
    kinds: Sequence[tuple[RadioSection, ServiceSection]],
    terrain: Terrain | None,
    area_class: npt.NDArray[np.uint8],
    stations: tuple[Cells, Cells],
    cell_size_m: float,
) -> Links:
    """Return :func:`graded_links` with the steps of the loss by terrain around stations.

    ``stations``: their cells, and their kinds.
    """
    if terrain is None:
        return graded_links(kinds, cell_size_m)
    links = graded_links(kinds, cell_size_m, STEPS_DB)
    step = _steps(kinds, terrain, area_class, stations, links.entry.shape[-1] // 2)
    return links._replace(step=step)


def shares_in_directions(
    carriers: Sequence[tuple[RadioSection, tuple[float, ...]]],
    service: ServiceSection,
    pattern: AntennaPattern,
    area_class: npt.NDArray[np.uint8],
    stations: tuple[Cells, Cells],
    cell_size_m: float,
    terrain: Terrain | None = None,
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
    terrain
        What is between stations and users; None for the smooth earth.

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
    kinds = [(radio, service) for radio, _ in carriers]
    of_kinds = [user_strata(radio, service) for radio, _ in carriers]
    reach = _reach_cells(of_kinds, cell_size_m)
    away = np.arange(-reach, reach + 1)
    squares = np.add.outer(away**2, away**2)
    distance_m = cell_distances_m(reach, cell_size_m)
    bearing_deg = np.degrees(np.arctan2(away[None, :], -away[:, None]))
    by_terrain_db = np.array([0.0] if terrain is None else STEPS_DB).astype(np.int64)
    tables: list[Raster] = []
    entry = np.full(
        (len(kinds), len(of_kinds[0]), by_terrain_db.size, *squares.shape), -1, np.int32
    )
    for kind, (radio, azimuths_deg) in enumerate(carriers):
        more_db = np.rint(_more_db(radio, azimuths_deg, pattern, bearing_deg)).astype(np.int64)
        more_db[reach, reach] = 0
        summed_db = more_db + by_terrain_db[:, None, None]
        known_db = np.arange(summed_db.min(), summed_db.max() + 1)
        places = (summed_db - known_db[0]) * len(distance_m) + squares
        by_class = strata_in_directions(radio, service, known_db.astype(float))
        for code, (usual, chances) in enumerate(zip(of_kinds[kind], by_class, strict=True)):
            first = sum(map(len, tables))
            entry[kind, code] = np.where(squares <= reach**2, first + places, -1)
            tables += [
                _misses(_in_cells(UserStrata(usual.distance_m, chance), distance_m).T)
                for chance in chances
            ]
    links = Links(np.concatenate(tables), entry)
    if terrain is not None:
        links = links._replace(step=_steps(kinds, terrain, area_class, stations, reach))
    return served_share(alike(area_class), *stations, links)


def _steps(
    kinds: Sequence[tuple[RadioSection, ServiceSection]],
    terrain: Terrain,
    area_class: npt.NDArray[np.uint8],
    stations: tuple[Cells, Cells],
    reach: int,
) -> npt.NDArray[np.uint8]:
    """Return the steps of the loss by terrain around each station, by its own kind."""
    cell, kind = stations
    step = np.empty((cell.size, 2 * reach + 1, 2 * reach + 1), np.uint8)
    for number, (radio, service) in enumerate(kinds):
        own = kind == number
        step[own] = terrain_steps(radio, service, terrain, area_class, cell[own], reach)
    return step


def _reach_cells(of_kinds: Sequence[Sequence[UserStrata]], cell_size_m: float) -> int:
    reach_m = max(
        float(strata.distance_m[strata.served[0] >= LEAST_CHANCE].max(initial=0.0))
        for of_classes in of_kinds
        for strata in of_classes
    )
    return max(1, int(np.ceil(reach_m / cell_size_m)))


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


def _more_db(
    radio: RadioSection,
    azimuths_deg: Sequence[float],
    pattern: AntennaPattern,
    bearing_deg: Floats,
) -> Floats:
    """Return the loss off the best sector's direction, beyond the mean that the budget has."""
    if pattern.is_omni:
        return np.zeros(bearing_deg.shape)
    turned = np.subtract.outer(bearing_deg, np.asarray(azimuths_deg)) % 360.0
    around_db = np.append(pattern.cuts_db[0], pattern.cuts_db[0][0])
    angles_deg = np.linspace(0.0, 360.0, around_db.size)
    loss_db = np.interp(turned, angles_deg, around_db).min(axis=-1)
    return np.asarray(loss_db - off_axis_loss(radio.antenna).mean_db)


def _misses(chance: Floats) -> Raster:
    return np.clip(1.0 - chance, 0.0, 1.0).astype(np.float32)
