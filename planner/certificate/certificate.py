"""The certificate of a plan: an upper bound on the people that any plan could cover."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_curve import Bound, tightest
from kernels.covering.bound_limits import Limits
from kernels.covering.bound_search import Start, upper_bound, upper_bounds
from kernels.covering.bound_stations import built_kinds
from kernels.covering.bound_value import Kind, ToCover
from planner.certificate.limits import Question
from planner.certificate.sparse_raster import SparseRaster
from planner.ground.demand import Demand
from planner.sites.candidates import Candidates
from planner.sites.footprints import Footprints
from planner.siting import BASELINE, MUST_HAVE, Siting

Bools = npt.NDArray[np.bool_]

SATURATED = "the model is saturated: it counts all people as served"

_ROUNDING = 1e-12
"""Relative difference that sums of the same people in another order leave."""

_WORK = 2e10
"""Work of an automatic search, in cells times rows of the widest disc: some 20 s of a core."""

_WITHIN_LIMITS = 1.2
"""Work of a search that steers the worth of money or of limits too, as a share of one that does
not: it needs more steps."""

WORK_ALONG = 1.8
"""Work of the searches for every number of stations together, as a share of that for one."""

_FEWEST_STEPS = 10
_MILESTONES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.97, 0.99)
_COARSE, _COARSE_BELOW = ((4, 100), (2, 40)), 100
"""Factors and steps on coarser rasters, used if fewer steps than this fit on the finest one."""

_FOR_MONEY = 100, ((4, 200), (2, 100))
"""Most steps, and those on coarser rasters before them, where money is to be proven for a share."""


@dataclass(frozen=True)
class Certificate:
    """An upper bound for every plan with the same baseline, must-have sites and candidates.

    ``upper_bound_people`` (float64[n + 1]): bound for 0 to n new stations beyond the must-have
    sites, together with all others; n is the target's number. ``multipliers`` (uint16, stacked)
    prove it: :func:`kernels.covering.bound_check.check_bound` sums the bound from them with
    independent code; None where no proof is needed, because the model is saturated and counts all
    people as served. ``along``: multipliers that prove the bound for
    fewer stations, where it was sought for them too: the least of all holds; ``people_along``
    (float64[m + 1]) are then those covered after 0 to m new stations. ``people``: covered
    by the plan; ``fixed_stations``: baseline and must-have sites. ``fewest_new``: lower bound of
    the new stations for the required people; None if none are required. ``worth_per_yuan``: worth
    of a yuan in people, in the bound within a budget or in the proof of ``least_cost_cny``, the
    lower bound of the cost for the required people. ``method`` names the limits that the bound
    includes and those it leaves out; the latter only lower what a plan can cover, so the bound also
    holds for plans that keep them. ``feasible``: the plan satisfies all requirements of the
    scenario; otherwise it is never called optimal.
    """

    upper_bound_people: npt.NDArray[np.float64]
    multipliers: SparseRaster | None
    people: float
    fixed_stations: int
    method: str
    fewest_new: int | None = None
    worth_per_yuan: float = 0.0
    least_cost_cny: float | None = None
    feasible: bool = True
    along: tuple[SparseRaster, ...] = ()
    people_along: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @property
    def saturated(self) -> bool:
        """Whether the model counts all people as served, so that it prefers no plan to another."""
        return self.multipliers is None

    @property
    def gap(self) -> float:
        """Relative distance of the plan from the bound: the most it can be improved."""
        bound = float(self.upper_bound_people[-1])
        gap = (bound - self.people) / bound if bound > 0 else 0.0
        return gap if gap > _ROUNDING else 0.0

    def summary(self) -> dict[str, Any]:
        """Return the entry of the certificate in ``summary.json``."""
        known: dict[str, Any] = {
            "upper_bound_population": float(self.upper_bound_people[-1]),
            "gap": self.gap,
            "method": self.method,
            "proven_optimal": self.feasible and self.gap <= 1e-9,
            "saturated": self.saturated,
        }
        if self.fewest_new is not None:
            known["fewest_new_stations"] = self.fewest_new
        if self.least_cost_cny is not None:
            known["least_cost_cny"] = self.least_cost_cny
        if self.along:
            known["milestones"] = self._milestones()
        return known

    def _milestones(self) -> list[dict[str, Any]]:
        """Return, for a few shares of the people of the last bound, what they take and their gap.

        ``stations_new`` of the plan, and ``fewest_new_stations`` of any plan.
        """
        most, reached = float(self.upper_bound_people[-1]), self.people_along
        rows = []
        for share in _MILESTONES:
            people = share * most
            if reached[0] < people <= reached[-1]:
                here = int(np.searchsorted(reached, people))
                fewest = int(np.searchsorted(self.upper_bound_people, people))
                bound = float(self.upper_bound_people[here])
                rows.append(
                    {
                        "people": people,
                        "stations_new": here,
                        "fewest_new_stations": fewest,
                        "gap": max(0.0, 1 - float(reached[here]) / bound),
                    }
                )
        return rows


def certify(
    demand: Demand,
    candidates: Candidates,
    siting: Siting,
    footprints: Footprints,
    question: Question | None = None,
    *,
    iterations: int | Literal["auto"],
    work_share: float = 1.0,
    progress: Callable[[int], object] | None = None,
) -> Certificate | None:
    """Bound the coverage of any plan with this many new stations.

    ``footprints``: those of the network, for a plan without limits; ``question``: what is to be
    proven, by default the most people covered by the stations of the target. ``iterations``: steps
    of the primal-dual method, more of which lower the bound; "auto": a fixed amount of work, or
    ``work_share`` of it, or as few as prove the most people covered to ``question.enough_gap``.
    """
    asked = question or Question()
    people = float(siting.people_gained.sum())
    chosen = (siting.role != BASELINE) & (siting.role != MUST_HAVE)
    requested = siting.requested_new - int((siting.role == MUST_HAVE).sum())
    most_covered = asked.objective == "most_covered"
    free = max(0, requested) if most_covered else int(chosen.sum())
    fixed, feasible = int((~chosen).sum()), not siting.shortfalls
    if siting.saturated and asked.people_asked is None and not asked.along:
        bound = np.full(free + 1, demand.people_total)
        return Certificate(bound, None, demand.people_total, fixed, SATURATED, feasible=feasible)
    if not iterations:
        return None
    covered = np.zeros(demand.stack_shape, dtype=bool)
    siting.serving(~chosen).cover(covered, siting.cell[~chosen])
    to_cover = ToCover(demand.people_each, covered)
    held = np.tile(demand.people > 0, (demand.situations, 1))
    gained = siting.people_gained[chosen]
    if asked.limits is None:
        # Stations on the sites of another network need not be candidates of this one.
        allowed = candidates.allowed.copy()
        allowed.ravel()[siting.cell[chosen]] = True
        kinds: tuple[Kind, ...] = (Kind(allowed, footprints.serving_only(held).sums(allowed)),)
        within, n_most = Limits.none(free), free
        start = Start.of_order(siting.cell[chosen], gained, free)
    else:
        own = siting.serving(chosen).by_kind(siting.cell[chosen])[-len(asked.limits.kinds) :]
        kinds = tuple(
            Kind(places.candidate, serving.serving_only(held).sums(places.candidate), places.costs)
            for (serving, _), places in zip(own, asked.limits.kinds, strict=True)
        )
        cells = tuple(cells for _, cells in own)
        within = asked.limits.for_plan(asked.objective, free, cells, asked.people_asked)
        n_most = int(chosen.sum()) if np.isfinite(within.budget) else within.most_stations
        price = _last_gain(gained)
        if np.isfinite(within.budget) and len(kinds) > 1:
            price *= asked.limits.cheapest_share(cells)
        start = Start(price, cells)
    share = work_share * (1.0 if asked.limits is None else _WITHIN_LIMITS)
    if asked.along:
        share *= WORK_ALONG / (len(asked.along) + 1)
    built = built_kinds(kinds, start.stations, within)
    steps, coarse = automatic_steps(held, built, share, asked.effort)
    del held
    if within.asked and len(built) == 1 and steps > _FOR_MONEY[0]:
        steps, coarse = _FOR_MONEY
    if iterations != "auto":
        steps, coarse = iterations, ()
    if asked.along and asked.limits is None:
        bounds = upper_bounds(
            to_cover,
            kinds[0],
            sorted({round(share * free) for share in (*asked.along, 1.0)}),
            (siting.cell[chosen], gained),
            iterations=steps,
            coarse=coarse,
            progress=progress,
        )
        values, last = tightest(bounds), bounds.pop()
        along = tuple(SparseRaster.of(bound.multipliers) for bound in bounds)
        return Certificate(
            values,
            SparseRaster.of(last.multipliers),
            people,
            fixed,
            asked.method,
            feasible=feasible,
            along=along,
            people_along=people - gained.sum() + np.concatenate([[0.0], np.cumsum(gained)]),
        )
    may_end = iterations == "auto" and most_covered and asked.people_asked is None
    enough = people / (1.0 - asked.enough_gap) if may_end else -math.inf
    found = upper_bound(
        to_cover,
        kinds,
        within,
        start._replace(enough=enough),
        n_stations=n_most,
        iterations=steps,
        coarse=coarse,
        progress=progress,
    )
    certificate = Certificate(
        found.values,
        SparseRaster.of(found.multipliers),
        people,
        fixed,
        asked.method,
        worth_per_yuan=found.worth,
        feasible=feasible,
    )
    return _with_least(certificate, found, asked)


def _last_gain(gained: npt.NDArray[np.float64]) -> float:
    """People that one of the plan's last new stations adds."""
    useful = gained[gained > 0]
    return float(np.quantile(useful, 0.1)) if useful.size else 1.0


def _with_least(
    certificate: Certificate,
    bound: Bound,
    question: Question,
) -> Certificate:
    """Add lower bounds of the stations and the cost needed to cover ``people_asked``."""
    if question.people_asked is None:
        return certificate
    if question.limits is not None and bound.money:
        return replace(certificate, least_cost_cny=question.limits.given_cny + bound.money)
    if question.objective == "least_cost":
        return certificate
    fewest = int(np.searchsorted(bound.values, question.people_asked))
    return replace(certificate, fewest_new=fewest)


def automatic_steps(
    held: Bools, kinds: tuple[Kind, ...], work_share: float, effort: float
) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Return steps on the grid and on coarser rasters before it, within a fixed amount of work.

    ``held`` (stacked): where somebody is to be served.
    """
    work = sum(kind.sums.step_work(held) for kind in kinds)
    most = max(kind.sums.useful_steps for kind in kinds)
    steps = int(min(max(work_share * _WORK / work, _FEWEST_STEPS), most))
    steps = max(round(effort * steps), min(steps, _FEWEST_STEPS))
    return steps, (_COARSE if steps < _COARSE_BELOW else ())
