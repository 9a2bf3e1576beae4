"""Share of locations that a station serves, by distance and over a cell, and the service radius.

A location has the service when path loss, shadow fading and loss into its building stay within
the link budget. Line of sight, type of building and floor form a mix with known shares, and within
each the loss in dB is normally distributed. So the share of locations served at a distance is a sum
of normal probabilities, and its mean over a disc is the share of the cell's area served. With one
kind of location and a power law this is Jakes' formula (W. C. Jakes, Microwave Mobile
Communications, 1974, section 2.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from kernels.numbers.normal import normal_probabilities
from planner.errors import InputError, Problem
from planner.radio.calibrated import class_buildings, class_model
from planner.radio.off_axis import off_axis_loss
from planner.radio.penetration import OUTDOORS, BuildingLoss
from planner.radio.propagation_model import Floats, Link, PropagationModel, Sight
from planner.scenario.radio import ClassRadio, RadioSection
from planner.scenario.service import ClassService, ServiceSection

FLOOR_HEIGHT_M = 3.0
"""Height of a storey: 3GPP TR 36.873, Table 6-1."""

_GRID_POINTS = 4000
_SMALLEST_SIGMA_DB = 1e-6
_LEAST_GRADED_SHARE = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Environment:
    """One area class: its propagation, and the positions of its users.

    ``link`` has the mean height of the terminals, ``ue_heights_m`` all of them;
    ``off_axis_sigma_db`` is the spread of the loss off the antennas' main directions, whose mean
    is in the link budget.
    """

    key: str
    radio: ClassRadio
    service: ClassService
    model: PropagationModel
    link: Link
    ue_heights_m: tuple[float, ...]
    buildings: tuple[BuildingLoss, ...]
    off_axis_sigma_db: float = 0.0

    def median_loss_db(self, distances_m: Floats) -> Floats:
        """Return the median loss without line of sight; below the model's range, that at its end.

        Most users at the edge of a cell have no line of sight, so the service radius is based on
        this loss (:mod:`planner.radio.service_radius`).
        """
        least_m, _ = self.model.distance_limits_m("nlos")
        return self.model.sight_loss_db(np.maximum(distances_m, least_m), self.link, "nlos")


@dataclass(frozen=True)
class Reach:
    """A radius, and the served shares of the area within it and of its edge.

    ``at_limit``: the radius is set by the propagation model's validity, not by the link budget.
    """

    radius_m: float
    area_share: float
    edge_share: float
    at_limit: bool


def environment_of(radio: RadioSection, service: ServiceSection, key: str) -> Environment:
    """Return propagation and users of one area class of the scenario.

    Raises
    ------
    InputError
        For an unknown propagation model, and for heights and frequencies outside its validity
        unless the scenario asks to flag them.
    """
    class_radio: ClassRadio = getattr(radio, key)
    class_service: ClassService = getattr(service, key)
    model = class_model(radio, key)
    indoor = service.kind == "indoor"
    floors = class_service.floors if indoor else 1
    heights_m = tuple(service.outdoor_ue_height_m + FLOOR_HEIGHT_M * i for i in range(floors))
    link = Link(
        frequency_ghz=radio.frequency_ghz,
        base_height_m=class_radio.base_height_m,
        ue_height_m=math.fsum(heights_m) / floors,
        building_height_m=class_radio.building_height_m,
        street_width_m=class_radio.street_width_m,
    )
    buildings: tuple[BuildingLoss, ...] = OUTDOORS
    if indoor:
        buildings = class_buildings(class_radio, service, key, link.frequency_ghz)
    environment = Environment(
        key,
        class_radio,
        class_service,
        model,
        link,
        heights_m,
        buildings,
        off_axis_loss(radio.antenna).sigma_db,
    )
    problems = validity_problems(environment)
    if problems and radio.outside_validity == "refuse":
        raise InputError(problems)
    return environment


def validity_problems(environment: Environment) -> list[Problem]:
    """Return the values of an environment that lie outside the validity of its model, by key."""
    keys = {
        "frequency_ghz": "radio.carrier_mhz",
        "ue_height_m": f"service.{environment.key}.floors",
    }
    nowhere = np.empty(0)
    found: dict[str, Problem] = {}
    for height_m in environment.ue_heights_m:
        link = replace(environment.link, ue_height_m=height_m)
        for problem in environment.model.problems(nowhere, link, "nlos"):
            quantity = problem.key or ""
            key = keys.get(quantity, f"radio.{environment.key}.{quantity}")
            message = f"{quantity} {problem.message}"
            found[key] = replace(problem, message=message, key=key)
    return list(found.values())


def served_shares(
    model: PropagationModel,
    link: Link,
    distances_m: Floats,
    *,
    ue_heights_m: tuple[float, ...],
    buildings: tuple[BuildingLoss, ...],
    max_loss_db: float,
    off_axis_sigma_db: float = 0.0,
) -> Floats:
    """Return the share of locations with the service at each distance (float64, N).

    Terminals are spread evenly over ``ue_heights_m``; ``max_loss_db`` includes walls and fading.
    """
    shares = np.zeros(distances_m.size)
    for height_m in ue_heights_m:
        here = replace(link, ue_height_m=height_m)
        line_of_sight = model.los_probability(distances_m, here)
        sights: tuple[tuple[Sight, Floats], ...] = (
            ("los", line_of_sight),
            ("nlos", 1.0 - line_of_sight),
        )
        for sight, probability in sights:
            spare_db = max_loss_db - model.sight_loss_db(distances_m, here, sight)
            sigma_db = model.sigma_db(distances_m, here, sight)
            for building in buildings:
                more_db = math.hypot(building.sigma_db, off_axis_sigma_db)
                spread_db = np.maximum(np.hypot(sigma_db, more_db), _SMALLEST_SIGMA_DB)
                served = normal_probabilities((spare_db - building.mean_db) / spread_db)
                shares += probability * building.share * served
    return shares / len(ue_heights_m)


def area_shares(distances_m: Floats, shares: Floats) -> Floats:
    """Return the mean of ``shares`` over the disc out to each distance (both ascending, N).

    Inside the first distance the share is taken to be that at it.
    """
    squares = distances_m**2
    rings = 0.5 * (shares[1:] + shares[:-1]) * np.diff(squares)
    return np.asarray(np.cumsum(np.r_[shares[0] * squares[0], rings]) / squares)


def is_had_near(environment: Environment, service: ServiceSection, max_loss_db: float) -> bool:
    """Return whether enough are served where the model's range begins for there to be a reach.

    Then :func:`reach_of`, which looks at all distances, raises no error.
    """
    least_m, _ = environment.model.distance_limits_m("nlos")
    (share,) = _shares_at(environment, np.array([least_m]), max_loss_db)
    graded = service.model == "graded"
    least = min(service.probability, _LEAST_GRADED_SHARE) if graded else service.probability
    return bool(share > least + _ROUNDING)


def reach_of(environment: Environment, service: ServiceSection, max_loss_db: float) -> Reach:
    """Return the largest distance within which the required share of locations is served.

    Measured loss may be higher next to the mast than farther away, below the antenna's beam. Graded
    service counts those who are served: where the share is reached at no distance, that with the
    largest share is taken.

    Raises
    ------
    InputError
        If the share, or half of the locations with graded service, is reached at no distance.
    """
    least_m, most_m = environment.model.distance_limits_m("nlos")
    distances_m = np.geomspace(least_m, most_m, _GRID_POINTS)
    edge = _shares_at(environment, distances_m, max_loss_db)
    area = area_shares(distances_m, edge)
    counted = area if service.probability_of == "area" else edge
    wanted = service.probability
    if service.model == "graded":
        wanted = min(wanted, max(float(counted.max()), _LEAST_GRADED_SHARE))
    enough = np.flatnonzero(counted >= wanted)
    first = int(enough[-1]) + 1 if enough.size else 0
    if first == counted.size:
        return Reach(float(most_m), float(area[-1]), float(edge[-1]), at_limit=True)
    if first == 0:
        raise InputError(
            Problem(
                f"the {service.kind} service cannot be had with this probability within the range "
                f"of {environment.model.name_en}, which begins at {least_m:g} m",
                key=f"service.{environment.key}",
                value=service.probability,
                expected="lower rates or probability, stronger equipment, or a model that begins "
                "nearer",
            )
        )
    before, after = float(counted[first - 1]), float(counted[first])
    step = (before - wanted) / (before - after)

    def between(values: Floats) -> float:
        return float(values[first - 1] + step * (values[first] - values[first - 1]))

    return Reach(between(distances_m), between(area), between(edge), at_limit=False)


def _shares_at(environment: Environment, distances_m: Floats, max_loss_db: float) -> Floats:
    return served_shares(
        environment.model,
        environment.link,
        distances_m,
        ue_heights_m=environment.ue_heights_m,
        buildings=environment.buildings,
        max_loss_db=max_loss_db,
        off_axis_sigma_db=environment.off_axis_sigma_db,
    )


def median_loss_db(environment: Environment, distance_m: float) -> float:
    """Return the median loss without line of sight at the mean height of the terminals."""
    loss_db = environment.model.sight_loss_db(np.array([distance_m]), environment.link, "nlos")
    return float(loss_db[0])


def shadow_sigma_db(environment: Environment, distance_m: float) -> float:
    """Return the standard deviation of shadow fading without line of sight."""
    sigma_db = environment.model.sigma_db(np.array([distance_m]), environment.link, "nlos")
    return float(sigma_db[0])
