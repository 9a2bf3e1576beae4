"""Stations, people and costs of networks, and the savings by sharing: numbers without plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from planner.ground.demand import Demand
from planner.ground.ground import Ground
from planner.networks.cases import Group, SharingCase
from planner.results.served_range import StandingPlan
from planner.rollout import simulate
from planner.rollout.order import cumulative_need
from planner.scenario.rollout import RolloutSection
from planner.sites.equipment import StationKind
from planner.sites.served_people import expected_shares
from planner.siting import BASELINE

Cells = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """The stations of one group, and who they serve.

    ``plan``: the stations as they stand; ``kinds``: what they are; ``people``: that they are
    expected to serve. ``capital_cny``: of the new ones, from the plan's own money; None if the
    scenario gives no cost.
    """

    plan: StandingPlan
    kinds: tuple[StationKind, ...]
    people: float
    capital_cny: int | None

    @property
    def cell(self) -> Cells:
        """Cell of each station (int64[n])."""
        return self.plan.siting.cell

    @property
    def new(self) -> Bools:
        """Which were not in service before the plan (bool[n])."""
        return np.asarray(self.plan.siting.role != BASELINE)


def stations_of_all(standing: Sequence[Standing]) -> Cells:
    """Return the cells of all stations in an order that builds every network at the same pace."""
    cell = np.concatenate([np.zeros(0, np.int64), *(one.cell for one in standing)])
    pace = [(np.arange(len(one.cell)) + 0.5) / max(1, len(one.cell)) for one in standing]
    found: Cells = cell[np.argsort(np.concatenate([np.zeros(0), *pace]), kind="stable")]
    return found


@dataclass(frozen=True)
class GroupCount:
    """Stations, sites, people and money of one plan in one case.

    ``on_shared_sites``: stations on a site that another group of the case already has, which is
    counted and paid there; ``new_on_shared_sites``: the new ones among them.
    """

    group: Group
    stations_existing: int
    stations_new: int
    on_shared_sites: int
    new_on_shared_sites: int
    people_covered: float
    cost_cny: float | None

    @property
    def stations(self) -> int:
        """Radio stations, each counted once regardless of operator."""
        return self.stations_existing + self.stations_new

    @property
    def stations_per_operator(self) -> int:
        """The same, counted once for each operator whose subscribers they serve."""
        return self.stations * len(self.group.operators)

    @property
    def sites(self) -> int:
        """Sites that are counted with this group."""
        return self.stations - self.on_shared_sites

    @property
    def sites_new(self) -> int:
        """Sites that this group's new stations open."""
        return self.stations_new - self.new_on_shared_sites


@dataclass(frozen=True)
class CaseCount:
    """All networks of one case together.

    ``people_any`` and ``people_all``: people covered by at least one network, and by every network.
    ``months``: until all new stations are built; None if that is beyond the horizon of the
    build-out.
    """

    case: SharingCase
    groups: tuple[GroupCount, ...]
    people_total: float
    people_any: float
    people_all: float
    months: float | None

    def total(self, name: str) -> int:
        """Return the sum of a count over the groups."""
        return sum(getattr(count, name) for count in self.groups)

    @property
    def cost_cny(self) -> float | None:
        """Cost of all groups; None if the scenario gives no cost."""
        costs = [count.cost_cny for count in self.groups if count.cost_cny is not None]
        return sum(costs) if len(costs) == len(self.groups) else None

    def summary(self) -> dict[str, Any]:
        """Return the entry of the case in ``summary.json``."""
        totals = ("stations_existing", "stations_new", "stations", "stations_per_operator",
                  "sites", "sites_new", "new_on_shared_sites")  # fmt: skip
        return {
            "case": self.case.key,
            "title_en": self.case.title_en,
            "title_zh": self.case.title_zh,
            **{name: self.total(name) for name in totals},
            "population_covered_by_any": self.people_any,
            "population_covered_by_all": self.people_all,
            "cost_cny": self.cost_cny,
            "months": self.months,
            "networks": [self._row(count) for count in self.groups],
        }

    def _row(self, count: GroupCount) -> dict[str, Any]:
        names = ("stations_existing", "stations_new", "stations", "stations_per_operator",
                 "sites", "sites_new", "new_on_shared_sites", "cost_cny")  # fmt: skip
        return {
            "network": count.group.key,
            "title": count.group.title,
            "title_zh": count.group.title_zh,
            "operators": list(count.group.operators),
            "band": count.group.networks[0].radio.band,
            "counting_rule": count.group.counting_rule,
            "counting_rule_zh": count.group.counting_rule_zh,
            **{name: getattr(count, name) for name in names},
            "population_covered": count.people_covered,
            "population_covered_share": count.people_covered / max(self.people_total, 1e-9),
        }


Months = Callable[[Sequence[tuple[Cells, Bools]]], float | None]
"""Months of construction, from the cells of each group and which of them open a site."""


def count_case(
    case: SharingCase,
    standing: Mapping[str, Standing],
    ground: Ground,
    months: Months,
) -> CaseCount:
    """Count one case from the stations of its groups (by their keys)."""
    counts, work = [], []
    for cluster in case.clusters:
        others: Cells = np.zeros(0, dtype=np.int64)
        for group in cluster:
            mine = standing[group.key]
            shared = np.isin(mine.cell, others)
            others = np.union1d(others, mine.cell)
            counts.append(_counted(group, mine, shared))
            work.append((mine.cell[mine.new], ~shared[mine.new]))
    some, every = people_together([standing[group.key] for group in case.groups], ground)
    return CaseCount(
        case=case,
        groups=tuple(counts),
        people_total=ground.demand.people_total,
        people_any=some,
        people_all=every,
        months=months(work),
    )


def people_together(networks: Sequence[Standing], ground: Ground) -> tuple[float, float]:
    """Return the people that at least one of some networks serves, and that every one serves.

    Where users differ, the chance that all links of a user fail is worked out over the stations of
    several networks as over those of one; the users that are hard to serve are so for all networks.
    """
    if len(networks) == 1:
        return networks[0].people, networks[0].people
    some = everyone = 0.0
    for count in range(1, len(networks) + 1):
        for chosen in combinations(networks, count):
            some = chosen[0].people if count == 1 else _people_of_any(chosen, ground)
            everyone += some if count % 2 else -some
    # The last choice is that of all networks; people served by every one by their difference.
    # People on the grid are single precision, and so are sums of parts of them.
    alone = [one.people for one in networks]
    return max(some, *alone), max(min(everyone, *alone), 0.0)


def _people_of_any(networks: Sequence[Standing], ground: Ground) -> float:
    kinds, cells, names = [], [], []
    for number, one in enumerate(networks):
        kinds += [replace(kind, name=f"{number} {kind.name}") for kind in one.kinds]
        cells.append(one.cell)
        names += [f"{number} {name}" for name in one.plan.siting.equipment.tolist()]
    share = expected_shares(kinds, ground, np.concatenate(cells), np.array(names, dtype=object))
    return float((share * ground.demand.people).sum(dtype=np.float64))


def _counted(group: Group, mine: Standing, shared: Bools) -> GroupCount:
    new = int(mine.new.sum())
    return GroupCount(
        group=group,
        stations_existing=len(mine.cell) - new,
        stations_new=new,
        on_shared_sites=int(shared.sum()),
        new_on_shared_sites=int((mine.new & shared).sum()),
        people_covered=mine.people,
        cost_cny=mine.capital_cny,
    )


def months_at_rate(stations_per_month: float) -> Months:
    """Return the rule of a fixed number of new stations per month, each counted once."""

    def months(work: Sequence[tuple[Cells, Bools]]) -> float:
        return sum(len(cells) for cells, _ in work) / stations_per_month

    return months


def months_of_rollout(section: RolloutSection, demand: Demand, seed: int) -> Months:
    """Return the rule of the scenario's build-out: its resources, calendar and disruptions.

    All networks use the same resources; a station on another network's site needs no new site.
    Deterministic; None beyond the horizon.
    """

    def months(work: Sequence[tuple[Cells, Bools]]) -> float | None:
        cells = np.concatenate([np.zeros(0, np.int64), *(cells for cells, _ in work)])
        opens = np.concatenate([np.zeros(0), *(opens.astype(float) for _, opens in work)])
        code = demand.area_class.ravel()[cells]
        need = cumulative_need(section, code, section.new_site_share * opens)
        built = simulate(section, need, seed, runs=1).stated
        done = np.flatnonzero(built >= cells.size)
        return float(done[0] + 1) if done.size else None

    return months
