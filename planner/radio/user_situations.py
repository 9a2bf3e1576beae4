"""Share of users served by distance, where users differ by place, building and shadowing.

A user is outdoors, in a room along the outer wall or deep inside, on some floor of some type of
building, and has shadow fading. What a user has in common towards all sites (place, building, and
the part of the shadowing that sites share) makes users easy or hard to serve; the rest of the
shadowing and the line of sight are each link's own and give every link a chance of its own. Users
are sorted by what is common into *strata*, equal shares from the easiest to the hardest
(:func:`user_strata`), and within a stratum links are independent: with ``p`` of each station, the
share ``1 - prod(1 - p)`` of its users is served.

Siting uses fewer and simpler *situations*: in each, a user is served within a radius of the nearest
station. The share that one station alone serves is stretched in distance by one factor for each
class (:class:`SituationReach`): first so that in a hexagonal network the nearest station serves as
many users as any of the stations within reach do, then as a first plan shows
(:mod:`planner.results.reach_factors`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from kernels.radio.link_chances import link_chances
from planner.ground.area_class import AREA_CLASSES
from planner.radio.propagation_model import Floats, Sight
from planner.radio.service_area import (
    Environment,
    area_shares,
    environment_of,
    served_shares,
)
from planner.radio.service_radius import ClassBudget, class_budgets, service_radii
from planner.scenario.radio import RadioSection
from planner.scenario.service import ServiceSection

N_STRATA = 24
_DISTANCES = 400
_NODES_OF_SHADOWING, _NODES_OF_WALLS = 7, 5
_SMALLEST_SIGMA_DB = 1e-6
_STEPS = 40
_LOSS_STEP_DB = 2.0
_PLACES = 4
"""Places in a cell at which its users live, along each side."""
_USUAL_SHARE = 0.8
"""Of a hexagonal network, for a first guess of what several stations within reach add."""


@dataclass(frozen=True)
class UserStrata:
    """Equal shares of the users of one area class, from the easiest to the hardest to serve.

    ``distance_m`` (float64[N], rising in equal ratios); ``served`` (float64[K, N]): chance of a
    link of a user of each stratum to a station at each distance.
    """

    distance_m: Floats
    served: Floats

    def at(self, distance_m: Floats) -> Floats:
        """Return ``served`` at other distances (float64[K, M]): 0 beyond the last."""
        return np.ascontiguousarray(self.by_distance(distance_m).T)

    def by_distance(self, distance_m: Floats) -> Floats:
        """Return :meth:`at` by distance and stratum (float64[M, K])."""
        step = math.log(self.distance_m[1] / self.distance_m[0])
        place = np.log(np.maximum(distance_m, self.distance_m[0]) / self.distance_m[0]) / step
        before = np.minimum(place.astype(np.int64), self.distance_m.size - 2)
        share = (place - before)[:, None]
        found: Floats = self._rows[before] * (1 - share)
        found += self._rows[before + 1] * share
        found[distance_m > self.distance_m[-1] * (1 + 1e-9)] = 0.0
        return found

    @cached_property
    def _rows(self) -> Floats:
        return np.ascontiguousarray(self.served.T)

    @cached_property
    def single(self) -> Floats:
        """Share of all users that one station serves at each distance."""
        return np.asarray(self.served.mean(axis=0))


def cell_distances_m(reach_cells: int, cell_size_m: float, places: int = _PLACES) -> Floats:
    """Return distances from a station in the middle of a cell to places spread over other cells.

    float64[reach_cells**2 + 1, places**2]: for a cell at a distance of the root of i cells. Where
    no cell is so far away, as for one straight ahead.
    """
    ahead = np.sqrt(np.arange(reach_cells**2 + 1))
    aside = np.zeros(ahead.size)
    for row in range(reach_cells + 1):
        columns = np.arange(min(row, math.isqrt(reach_cells**2 - row**2)) + 1)
        ahead[row**2 + columns**2], aside[row**2 + columns**2] = row, columns
    within = (np.arange(places) + 0.5) / places - 0.5
    along, across = (one.ravel() for one in np.meshgrid(within, within))
    return np.asarray(cell_size_m * np.hypot(ahead[:, None] + along, aside[:, None] + across))


def user_strata(radio: RadioSection, service: ServiceSection) -> tuple[UserStrata, ...]:
    """Return the strata of users of each area class, in the order of their codes.

    Raises
    ------
    InputError
        As :func:`planner.radio.service_radii`.

    Examples
    --------
    >>> from planner.scenario.radio import RadioSection
    >>> from planner.scenario.service import ServiceSection
    >>> dense, *_ = user_strata(RadioSection(), ServiceSection())
    >>> dense.served.shape[0]
    24
    >>> bool((dense.at(dense.distance_m[:1]) > dense.at(dense.distance_m[-1:])).all())
    True
    """
    return _strata(radio.model_dump_json(), _of_links(service).model_dump_json())


def _of_links(service: ServiceSection) -> ServiceSection:
    """Return the service without reach factors, which are siting's: links are the same."""
    classes = {known.key: getattr(service, known.key) for known in AREA_CLASSES}
    return service.model_copy(
        update={key: one.model_copy(update={"reach_factor": None}) for key, one in classes.items()}
    )


def strata_in_directions(
    radio: RadioSection, service: ServiceSection, more_db: Floats
) -> tuple[Floats, ...]:
    """Return the chance of a link in known directions, of the users of each area class.

    float64[directions, strata, N] at the distances of :func:`user_strata`, whose strata these are.
    ``more_db``: loss in each direction beyond the mean over all of them.

    Raises
    ------
    InputError
        As :func:`planner.radio.service_radii`.
    """
    return _with_loss(radio, service, more_db, 0.0)


def strata_behind_terrain(
    radio: RadioSection, service: ServiceSection, more_db: Floats
) -> tuple[Floats, ...]:
    """Return the chance of a link with more loss than over smooth earth, as for directions.

    float64[losses, strata, N]: every link loses ``more_db``, in sight or not.

    Raises
    ------
    InputError
        As :func:`planner.radio.service_radii`.
    """
    return _with_loss(radio, service, more_db, None)


def _with_loss(
    radio: RadioSection, service: ServiceSection, more_db: Floats, off_axis_sigma_db: float | None
) -> tuple[Floats, ...]:
    """Interpolate between losses 2 dB apart: to 0.005 where shadowing has 5 dB."""
    first = math.floor(float(more_db.min()) / _LOSS_STEP_DB)
    count = math.ceil(float(more_db.max()) / _LOSS_STEP_DB) - first + 1
    known = _strata_by_loss(
        radio.model_dump_json(), service.model_dump_json(), first, max(2, count), off_axis_sigma_db
    )
    place = more_db / _LOSS_STEP_DB - first
    before = np.minimum(place.astype(np.int64), max(2, count) - 2)
    share = (place - before)[:, None, None]
    return tuple(one[before] * (1.0 - share) + one[before + 1] * share for one in known)


@cache
def _strata_by_loss(
    radio_json: str, service_json: str, first: int, count: int, off_axis_sigma_db: float | None
) -> tuple[Floats, ...]:
    radio = RadioSection.model_validate_json(radio_json)
    service = ServiceSection.model_validate_json(service_json)
    more_db = np.asarray(_LOSS_STEP_DB * np.arange(first, first + count), np.float64)
    return tuple(
        _class_strata_with_loss(radio, service, one, more_db, off_axis_sigma_db)
        for one in class_budgets(radio, service)
    )


def situation_radii(radio: RadioSection, service: ServiceSection) -> tuple[tuple[float, ...], ...]:
    """Return the radius of each situation, the easiest first, in each area class, in metres.

    One situation, with the service radii, where the service is not graded.

    Raises
    ------
    InputError
        As :func:`planner.radio.service_radii`.

    Examples
    --------
    >>> from planner.scenario.radio import RadioSection
    >>> from planner.scenario.service import ServiceSection
    >>> radii = situation_radii(RadioSection(), ServiceSection(model="graded", situations=3))
    >>> [len(one) for one in radii]
    [4, 4, 4]
    >>> radii[0][0] > radii[1][0] > radii[2][0]
    True
    """
    if service.model == "disc":
        return (tuple(one.radius_m for one in service_radii(radio, service)),)
    columns = [one.radii_m(service.situations) for one in situation_reaches(radio, service)]
    return tuple(tuple(float(radius) for radius in row) for row in np.transpose(columns))


@cache
def _strata(radio_json: str, service_json: str) -> tuple[UserStrata, ...]:
    radio = RadioSection.model_validate_json(radio_json)
    service = ServiceSection.model_validate_json(service_json)
    return tuple(_class_strata(radio, service, one) for one in class_budgets(radio, service))


@dataclass(frozen=True)
class SituationReach:
    """How far users of one area class are served, as siting counts them.

    ``factor``: by how much farther than by one station alone, since several are within reach.
    """

    strata: UserStrata
    factor: float

    def share_served(self, distance_m: Floats) -> Floats:
        """Return the share of users served at each distance from the nearest station."""
        return np.asarray(self.strata.at(distance_m / self.factor).mean(axis=0))

    def radii_m(self, count: int) -> Floats:
        """Return the radius of each of ``count`` equal shares of users, the easiest first."""
        return self.factor * _radii_of_one(self.strata, count)


def situation_reaches(radio: RadioSection, service: ServiceSection) -> tuple[SituationReach, ...]:
    """Return the reach of graded service in each area class, in the order of their codes."""
    return _reaches(radio.model_dump_json(), service.model_dump_json())


@cache
def _reaches(radio_json: str, service_json: str) -> tuple[SituationReach, ...]:
    service = ServiceSection.model_validate_json(service_json)
    strata = _strata(radio_json, _of_links(service).model_dump_json())
    return tuple(
        SituationReach(one, getattr(service, known.key).reach_factor or _factor(one))
        for known, one in zip(AREA_CLASSES, strata, strict=True)
    )


def _class_strata(radio: RadioSection, service: ServiceSection, budget: ClassBudget) -> UserStrata:
    environment = environment_of(radio, service, budget.area_class)
    distance_m = _distances_m(environment, budget)
    max_loss_db = _max_loss_db(environment, service, budget)
    shares, chances = _all_cases(environment, service, distance_m, max_loss_db)
    order = _easiest_first(chances, distance_m)
    return UserStrata(distance_m, _sorted(shares, chances, order))


def _class_strata_with_loss(
    radio: RadioSection,
    service: ServiceSection,
    budget: ClassBudget,
    more_db: Floats,
    off_axis_sigma_db: float | None,
) -> Floats:
    """Return chances with more loss; ``off_axis_sigma_db``: other than that of the antennas."""
    environment = environment_of(radio, service, budget.area_class)
    distance_m = _distances_m(environment, budget)
    max_loss_db = _max_loss_db(environment, service, budget)
    _, usual = _all_cases(environment, service, distance_m, max_loss_db)
    order = _easiest_first(usual, distance_m)
    known = environment
    if off_axis_sigma_db is not None:
        known = replace(environment, off_axis_sigma_db=off_axis_sigma_db)
    cases = (_all_cases(known, service, distance_m, max_loss_db - float(db)) for db in more_db)
    return np.array([_sorted(shares, chances, order) for shares, chances in cases])


def _distances_m(environment: Environment, budget: ClassBudget) -> Floats:
    least_m, most_m = environment.model.distance_limits_m("nlos")
    return np.geomspace(least_m, max(most_m, budget.radius_m or 0.0), _DISTANCES)


def _all_cases(
    environment: Environment, service: ServiceSection, distance_m: Floats, max_loss_db: float
) -> tuple[Floats, Floats]:
    """Return users that are alike in all that is common to their links, one row each.

    Their share (float64[n]), and the chance of a link (float64[n, N]).
    """
    shares, chances = [], []
    # Users at the same height have the same path.
    for height_m, places in groupby(_places(environment, service), key=itemgetter(1)):
        rows = np.array([row for place in places for row in _alike(*place)])
        shares.append(rows[:, 0])
        chances.append(
            link_chances(
                *_states(environment, service, distance_m, max_loss_db, height_m),
                *np.ascontiguousarray(rows[:, 1:].T),
            )
        )
    return np.concatenate(shares), np.concatenate(chances)


def _states(
    environment: Environment,
    service: ServiceSection,
    distance_m: Floats,
    max_loss_db: float,
    height_m: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the loss of links in sight and not in sight, outdoors at a height (float64[2, N]).

    Their probability, the loss that is spare, and shadowing in common and of their own.
    """
    model = environment.model
    link = replace(environment.link, ue_height_m=height_m)
    sights: tuple[Sight, ...] = ("los", "nlos")
    in_sight = model.los_probability(distance_m, link)
    losses_db = np.array([model.sight_loss_db(distance_m, link, sight) for sight in sights])
    spread_db = np.array([model.sigma_db(distance_m, link, sight) for sight in sights])
    common_db = math.sqrt(service.shadowing_correlation) * spread_db
    beam_db = max(environment.off_axis_sigma_db, _SMALLEST_SIGMA_DB)
    own_db = np.hypot(math.sqrt(1.0 - service.shadowing_correlation) * spread_db, beam_db)
    return np.array([in_sight, 1.0 - in_sight]), max_loss_db - losses_db, common_db, own_db


def _alike(
    share: float, _height_m: float, mean_db: float, sigma_db: float
) -> Iterator[tuple[float, float, float]]:
    """Yield share, loss into the building and deviate of the common shadowing of users."""
    walls = zip(*_nodes(_NODES_OF_WALLS), strict=True) if sigma_db > 0 else [(0.0, 1.0)]
    for wall, of_wall in walls:
        for deviate, weight in zip(*_nodes(_NODES_OF_SHADOWING), strict=True):
            yield share * of_wall * weight, mean_db + sigma_db * wall, deviate


def _places(
    environment: Environment, service: ServiceSection
) -> Iterator[tuple[float, float, float, float]]:
    """Yield share of the users, height of the terminal, mean and spread of the loss of walls."""
    indoors = 1.0 - service.outdoor_share if service.kind == "indoor" else 0.0
    if indoors < 1.0:
        yield 1.0 - indoors, service.outdoor_ue_height_m, 0.0, 0.0
    deep = service.deep_share / indoors if indoors > 0.0 else 0.0
    for height_m in environment.ue_heights_m if indoors > 0.0 else ():
        for building in environment.buildings:
            own = indoors * building.share / len(environment.ue_heights_m)
            for share, loss_db in ((1.0 - deep, 0.0), (deep, service.deep_loss_db)):
                if share > 0.0:
                    yield own * share, height_m, building.mean_db + loss_db, building.sigma_db


@cache
def _nodes(count: int) -> tuple[Floats, Floats]:
    """Return Gauss-Hermite nodes of a standard normal deviate, and their weights."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return nodes, weights / weights.sum()


def _easiest_first(chances: Floats, distance_m: Floats) -> npt.NDArray[np.int64]:
    """Return the order of cases by the area over which one station serves them."""
    area = (chances * np.gradient(distance_m**2)).sum(axis=1)
    return np.argsort(-area, kind="stable")


def _sorted(shares: Floats, chances: Floats, order: npt.NDArray[np.int64]) -> Floats:
    """Return the mean chances (float64[K, N]) of equal shares of users, in the order of cases."""
    ends = np.cumsum(shares[order]) / shares.sum()
    begins = np.concatenate([[0.0], ends[:-1]])
    edges = np.linspace(0.0, 1.0, N_STRATA + 1)
    part = np.empty((N_STRATA, order.size))
    part[:, order] = np.minimum(ends, edges[1:, None]) - np.maximum(begins, edges[:-1, None])
    # So small a product takes longer in BLAS, whose threads wait for busy cores.
    return np.asarray(np.einsum("ki,in->kn", N_STRATA * np.maximum(part, 0.0), chances))


def _max_loss_db(environment: Environment, service: ServiceSection, budget: ClassBudget) -> float:
    """Return the loss that the budget of a class allows, walls and fading included."""
    if budget.radius_m is None:
        assert budget.max_loss_db is not None
        return budget.max_loss_db
    # The radius is given: that loss with which the required share is served within it.
    least_m, _ = environment.model.distance_limits_m("nlos")
    distance_m = np.geomspace(min(least_m, budget.radius_m / 2), budget.radius_m, _DISTANCES)
    low_db, high_db = 0.0, 300.0
    for _ in range(_STEPS):
        middle_db = (low_db + high_db) / 2
        edge = served_shares(
            environment.model,
            environment.link,
            np.maximum(distance_m, least_m),
            ue_heights_m=environment.ue_heights_m,
            buildings=environment.buildings,
            max_loss_db=middle_db,
            off_axis_sigma_db=environment.off_axis_sigma_db,
        )
        counted = area_shares(distance_m, edge) if service.probability_of == "area" else edge
        if counted[-1] < service.probability:
            low_db = middle_db
        else:
            high_db = middle_db
    return high_db


def _factor(strata: UserStrata) -> float:
    """Return the factor on reach where several stations may serve a user.

    In a hexagonal network that serves a usual share, the nearest station alone then serves as many
    as any of them do.
    """
    nearest_m = _network()[:, 0] * _spacing_m(strata, _USUAL_SHARE)
    single = replace(strata, served=strata.single[None])
    return _ratio_at(lambda factor: float(single.at(nearest_m / factor).mean()), _USUAL_SHARE, 3.0)


def _ratio_at(share_of: Callable[[float], float], share: float, most: float) -> float:
    """Return the ratio from 1 to ``most`` at which a monotonic share has a value, or an end."""
    ends = share_of(1.0) - share, share_of(most) - share
    if ends[0] * ends[1] >= 0.0:
        return 1.0 if abs(ends[0]) <= abs(ends[1]) else most
    root = brentq(lambda log: share_of(math.exp(log)) - share, 0.0, math.log(most), xtol=1e-12)
    return math.exp(root)


def _radii_of_one(strata: UserStrata, count: int) -> Floats:
    """Return radii whose discs have the area over which one station serves each situation."""
    shares = (np.arange(200 * count) + 0.5) / (200 * count)
    falling = np.minimum.accumulate(strata.single)[::-1]
    reach_m = np.interp(shares, falling, strata.distance_m[::-1], left=strata.distance_m[-1])
    reach_m[shares > falling[-1]] = 0.0
    return np.asarray(np.sqrt((reach_m**2).reshape(count, 200).mean(axis=1)))


def _spacing_m(strata: UserStrata, share: float) -> float:
    """Return the spacing of a hexagonal network that serves a share of the users."""
    least_m, most_m = float(strata.distance_m[0]), 4.0 * float(strata.distance_m[-1])
    return least_m * _ratio_at(
        lambda ratio: _served_in_network(strata, least_m * ratio), share, most_m / least_m
    )


def _served_in_network(strata: UserStrata, spacing_m: float) -> float:
    """Return the share of users served in a hexagonal network by any of its stations."""
    distance_m = _network() * spacing_m
    missed = 1.0 - strata.by_distance(distance_m.reshape(-1)).reshape(*distance_m.shape, -1)
    return float(1.0 - np.prod(missed, axis=1).mean())


@cache
def _network() -> Floats:
    """Distances from places spread evenly over a cell of a hexagonal network to 19 stations.

    float64[M, 19], the nearest first, over the spacing.
    """
    row, column = np.mgrid[-4:5, -4:5].reshape(2, -1)
    stations = np.column_stack([row + column / 2, column * math.sqrt(3) / 2])
    side = (np.arange(28) + 0.5) / 28
    along, across = np.meshgrid(side, side)
    places = np.column_stack(
        [(along + across / 2).reshape(-1), (across * math.sqrt(3) / 2).reshape(-1)]
    )
    distance = np.hypot(*(places[:, None] - stations).transpose(2, 0, 1))
    return np.sort(distance, axis=1)[:, :19]
