"""Factors that stretch the reach of stations, measured on a first plan.

Siting counts a user as served by the nearest station alone, though others may be within reach. How
much those add depends on the density of stations where the users of a class live, so it is measured
on a first plan. With these factors siting counts, in that plan, as many users of each class as are
expected to be served.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from planner.ground.area_class import AREA_CLASSES
from planner.ground.ground import Ground
from planner.radio.user_situations import SituationReach, situation_reaches
from planner.scenario.service import ClassService, ServiceSection
from planner.sites.disc_radii import graded_radii_cells
from planner.sites.equipment import StationKind
from planner.sites.served_people import expected_shares
from planner.siting import Siting

Floats = npt.NDArray[np.float64]

_LEAST, _MOST, _STEPS = 1.0, 3.0, 16


def lacks_factors(service: ServiceSection, ground: Ground) -> bool:
    """Whether the reach factors of a service are to be measured."""
    given = [getattr(service, known.key).reach_factor for known in AREA_CLASSES]
    measured = service.is_graded and ground.terrain is None
    return measured and any(factor is None for factor in given)


def with_reach_factors(
    service: ServiceSection, kinds: Sequence[StationKind], ground: Ground, siting: Siting
) -> ServiceSection:
    """Return the service with the reach factors that a first plan shows, where none are given.

    ``kinds``: the network, then its equipment; the factors are those of the network.
    """
    network, demand = kinds[0], ground.demand
    if not len(siting):
        return service
    share = expected_shares(kinds, ground, siting.cell, siting.equipment)
    standing = np.ones(demand.people.shape, np.bool_)
    standing.ravel()[siting.cell] = False
    distance = ndimage.distance_transform_edt(standing)
    square = np.rint(distance**2).astype(np.int64)
    reaches = situation_reaches(network.radio, network.service)
    for known, reach in zip(AREA_CLASSES, reaches, strict=True):
        own: ClassService = getattr(service, known.key)
        here = (demand.area_class == known.code) & (demand.people > 0)
        if own.reach_factor is not None or not here.any():
            continue
        people = np.bincount(square[here], demand.people[here]).astype(np.float64)
        served = float((demand.people[here] * share[here]).sum(dtype=np.float64))
        factor = _matching(reach, people, served, network, ground.area.grid.cell_size_m)
        changed = own.model_copy(update={"reach_factor": factor})
        service = service.model_copy(update={known.key: changed})
    return service


def _matching(
    reach: SituationReach,
    people: Floats,
    served: float,
    network: StationKind,
    cell_size_m: float,
) -> float:
    """Return the factor with which the nearest station serves as many people as expected.

    ``people``: by the square of their distance from it in cells.
    """
    square = np.arange(people.size)
    situations = len(network.situation_m)
    low, high = _LEAST, _MOST
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        stretched = replace(reach, factor=middle)
        radii = graded_radii_cells([stretched], situations, 2 * network.longest_m, cell_size_m)
        within = (square[:, None] <= np.where(radii < 0, -1.0, radii**2 + 1e-6).T).mean(axis=1)
        low, high = (middle, high) if float((people * within).sum()) < served else (low, middle)
    return round(high, 4)
