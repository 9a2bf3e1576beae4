"""Limits of a scenario as the bound takes them: zones, kinds of stations, upgrades, a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_limits import NO_LIMIT, Limits, Parts
from kernels.covering.limits import PLENTY
from planner.ground.ground import Ground
from planner.scenario import Scenario
from planner.scenario.model import SitingSection
from planner.scenario.siting import Equipment, MustServe, ObjectiveSection
from planner.scenario.target import TargetSection
from planner.sites.candidates import Candidates
from planner.sites.equipment import station_kinds
from planner.sites.station_price import StationPrices
from planner.siting.options import (
    NEW_SITE,
    Options,
    SitingCase,
    explicit_options,
    new_costs,
    upgrade_options,
)
from planner.siting.rules import Rules, rules_of

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_ROUNDING = 1 + 1e-9
"""Siting lets a plan exceed its budget by a rounding error, and so does the bound."""

_DUAL = "dual of the covering relaxation"

ALONG = (
    *(0.02, 0.03, 0.045, 0.066, 0.097, 0.13, 0.165),
    *(0.2, 0.23, 0.265, 0.315, 0.38, 0.47, 0.6, 0.8),
)
"""Shares of the new stations for which the bound of a nested plan is sought, besides all."""


class KindPlaces(NamedTuple):
    """Places of a kind of station: ``candidate`` (bool, grid shape), the cost of each (float64)."""

    candidate: Bools
    cost_cny: npt.NDArray[np.float64]

    @property
    def costs(self) -> npt.NDArray[np.float64]:
        """Cost in each cell, or one for all where they are the same."""
        same = bool((self.cost_cny == self.cost_cny[:1]).all())
        return self.cost_cny[:1] if same and self.cost_cny.size else self.cost_cny

    def cost_at(self, cells: Cells) -> float:
        """Return the total cost, yuan, of stations of this kind in ``cells`` (flat indices)."""
        costs = np.zeros(self.candidate.shape)
        costs[self.candidate] = self.cost_cny
        return float(costs.reshape(-1)[cells].sum())


@dataclass(frozen=True)
class BoundLimits:
    """Kinds of stations and limits of those that a plan adds to its must-have sites.

    ``given_cny``: cost of the must-have sites, already subtracted from ``limits.budget``.
    """

    kinds: tuple[KindPlaces, ...]
    limits: Limits
    given_cny: float

    def for_plan(
        self, objective: str, n_new: int, cells: Sequence[Cells], people_asked: float | None
    ) -> Limits:
        """Return the limits of a plan's rivals: ``n_new`` new stations, or the money that it costs.

        ``cells``: of its new stations, by kind. Within the scenario's budget rivals may have any
        number of stations, and so they may where the least cost for ``people_asked`` is asked.
        """
        if objective == "most_within_budget":
            return self.limits
        if objective == "least_cost" and self._priced:
            spent = sum(places.cost_at(own) for places, own in zip(self.kinds, cells, strict=True))
            return self.limits._replace(budget=spent * _ROUNDING, asked=people_asked or 0.0)
        return self.limits._replace(most_stations=n_new)

    def cheapest_share(self, cells: Sequence[Cells]) -> float:
        """Return the cost of the cheapest station over the mean of those in ``cells``, by kind."""
        spent = sum(places.cost_at(own) for places, own in zip(self.kinds, cells, strict=True))
        cheapest = min(float(places.cost_cny.min(initial=np.inf)) for places in self.kinds)
        share = cheapest * sum(len(own) for own in cells) / spent if spent > 0 else 1.0
        return share if 0 < share <= 1 else 1.0

    @property
    def _priced(self) -> bool:
        return all(bool((places.cost_cny > 0).all()) for places in self.kinds)


@dataclass(frozen=True)
class Question:
    """The question of a scenario to a bound.

    ``objective``: kind of the scenario's objective; if it minimises stations or cost for a required
    share, the bound is for the plan's number of stations, and ``people_asked`` gives a lower bound
    of that number. ``limits``: limits of the scenario beyond the number of stations; ``method``:
    description of them in the certificate. ``effort``: share of the automatic steps that the answer
    is worth. ``along``: shares of the new stations for which the bound is sought too, of a plan
    whose first stations are to be good. ``enough_gap``: distance of the plan from the bound at
    which the search may end; not with ``along``.
    """

    objective: str = "most_covered"
    people_asked: float | None = None
    limits: BoundLimits | None = None
    method: str = _DUAL
    effort: float = 1.0
    along: tuple[float, ...] = ()
    enough_gap: float = 0.0


def bound_limits(
    scenario: Scenario,
    ground: Ground,
    candidates: Candidates,
    chosen: Cells,
    missed: Sequence[str] = (),
) -> BoundLimits | None:
    """Return the limits of a scenario; None where only the number of stations is limited.

    ``chosen``: cells of the plan's new stations, which are candidates in any case. ``missed``:
    constraints that the plan violates, as named in ``infeasible`` of the summary; those of zones
    are then left out, because they would prove too much.
    """
    objective, target, equipment = scenario.objective, scenario.target, scenario.equipment
    if not _has_limits(objective, scenario.siting, target, equipment):
        return None
    kinds = station_kinds(equipment, scenario.radio, scenario.service, scenario.cost, scenario.file)
    area = ground.area
    rules = bound_rules(objective, scenario.siting, target, ground)
    prices = StationPrices.of(scenario.cost, objective, equipment, ground)
    case = SitingCase(scenario.sites, area, candidates, kinds, (), 0, prices)
    given = candidates.must_have.cell
    given_cny = float(np.nansum(case.must_have().cost_cny))
    options = _kinds(case, chosen)
    most = _left(rules.most_stations, len(given))
    budget = max(0.0, rules.budget_cny - given_cny) * _ROUNDING
    if np.isfinite(budget):
        costs = [float(kind.cost_cny.min()) for kind in options if kind.cost_cny.size]
        cheapest = min(costs, default=0.0)
        most = min(most, int(budget / cheapest)) if cheapest > 0 else most
    parts = []
    if rules.limits_zones and not any("zone_stations" in one for one in missed):
        parts.append(_zones(rules, given))
    if target.stations_upgraded is not None:
        parts.append(_groups(rules, case, len(given)))
    return BoundLimits(options, Limits(most, budget, tuple(parts)), given_cny)


def bound_rules(
    objective: ObjectiveSection, siting: SitingSection, target: TargetSection, ground: Ground
) -> Rules:
    """Return the rules of a scenario for people, without places that must be served."""
    people = ground.demand.people_by_situation
    nowhere = np.zeros(people.shape, dtype=bool)
    return rules_of(objective, siting, target, ground.area, people, nowhere)


def people_asked(objective: ObjectiveSection, rules: Rules, *, people_steer: bool) -> float | None:
    """Return the number of people that the objective requires; None if it requires none.

    The share of all people, or the sum of the shares of zones if that is more. ``rules``: as
    :func:`bound_rules` returns them; ``people_steer``: the plan weighs people only.
    """
    if not objective.covers_a_share or not people_steer:
        return None
    asked = max(rules.total_weight, float(rules.zone_weight.sum()))
    return asked or None


def method_of(
    objective: ObjectiveSection,
    siting: SitingSection,
    target: TargetSection,
    equipment: Sequence[Equipment],
    must_serve: Sequence[MustServe],
    missed: Sequence[str] = (),
) -> str:
    """Return the method of the proof, the limits it includes, and those it leaves out."""
    zones = bool(siting.zone_stations) or target.fixes_new
    kept = zones and not any("zone_stations" in one for one in missed)
    within = {
        "the budget": objective.budget_cny is not None,
        "station limits of zones": kept,
        "the kinds of equipment": bool(equipment),
        "the numbers of new and upgraded sites": target.stations_upgraded is not None,
    }
    shares = objective.zone_share > 0 or bool(objective.zone_shares)
    without = {
        "station limits of zones, which the plan violates": zones and not kept,
        "minimum distances": siting.min_separation_m > 0,
        "places that must be served": bool(must_serve),
        "shares of zones one by one": shares,
    }
    text = _DUAL
    if any(within.values()):
        text += ", within " + ", ".join(name for name, here in within.items() if here)
    if any(without.values()):
        text += "; leaves out " + ", ".join(name for name, here in without.items() if here)
    return text


def _has_limits(
    objective: ObjectiveSection,
    siting: SitingSection,
    target: TargetSection,
    equipment: Sequence[Equipment],
) -> bool:
    return (
        objective.by_cost
        or bool(equipment or siting.zone_stations or target.fixes_new)
        or target.stations_upgraded is not None
    )


def _left(most: int, used: int) -> int:
    return NO_LIMIT if most >= PLENTY else max(0, most - used)


def _kinds(case: SitingCase, chosen: Cells) -> tuple[KindPlaces, ...]:
    """Return every kind of station with the cells that may take it, and the cost in each."""
    new_cells = case.new_cells
    if case.candidates.listed is None:
        options = upgrade_options(case)
    else:
        options = explicit_options(case)
        new_cells = np.zeros_like(new_cells)
    masks = []
    for number in range(len(case.kinds)):
        mask = new_cells.copy()
        mask.ravel()[options.cell[options.kind == number]] = True
        masks.append(mask)
    known = np.logical_or.reduce(masks).ravel()[chosen]
    for mask in masks:
        mask.ravel()[chosen[~known]] = True
    place_class = case.prices.place_class()
    return tuple(
        KindPlaces(
            mask,
            _costs(
                mask,
                new_costs(case, number)[place_class[mask]],
                options.taken(options.kind == number),
            ),
        )
        for number, mask in enumerate(masks)
    )


def _costs(
    mask: Bools, new_cny: npt.NDArray[np.float64], options: Options
) -> npt.NDArray[np.float64]:
    """Return the cost in each cell of a mask: that of a new station, or of the option there."""
    new_cny[np.searchsorted(np.flatnonzero(mask), options.cell)] = options.cost_cny
    return np.asarray(np.nan_to_num(new_cny))


def _zones(rules: Rules, given: Cells) -> Parts:
    zone = rules.zone.ravel()[given]
    count = np.bincount(zone[zone >= 0], minlength=len(rules.zone_code))
    most = np.where(rules.most >= PLENTY, NO_LIMIT, np.maximum(rules.most - count, 0))
    return Parts(rules.zone, np.maximum(rules.least - count, 0), most)


def _groups(rules: Rules, case: SitingCase, given: int) -> Parts:
    """Return the division into new sites, the must-have ones counted, and upgrades."""
    group = np.full(rules.zone.shape, NEW_SITE, dtype=np.int16)
    group.ravel()[case.upgrades.cell] = 1
    new, upgraded = (int(most) for most in rules.most_of_group)
    most = np.array([_left(new, given), _left(upgraded, 0)])
    return Parts(group, np.zeros(2, np.int64), most)
