"""The certificate of a plan: an upper bound on the people that any plan could cover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kernels.covering.bound_limits import Kind, Limits, least_cost
from kernels.covering.bound_list import upper_list_bound
from kernels.covering.bound_list_limited import limited_list_bound
from kernels.covering.bound_raster import Bound, upper_bound
from kernels.covering.bound_raster_limited import LimitedBound, limited_bound
from kernels.covering.bound_value import WHOLE, bound_values
from kernels.footprints.spans import Spans
from planner.certificate.limits import BoundLimits
from planner.ground.demand import Demand
from planner.sites.candidates import Candidates
from planner.sites.footprints import DiscFootprints, Footprints, TerrainFootprints
from planner.siting import BASELINE, MUST_HAVE, NEW, Siting
from planner.siting.mixed_footprints import MixedFootprints

_EVERYBODY = "everybody is covered"
_DUAL = "dual of the covering relaxation"

_WORK = 3.5e10
"""Work of an automatic search, in cells times rows of the widest disc: half a minute of a core."""

_RUN_WORK = 1.2e9
"""The same over terrain, in spans and cells of the raster: about as long."""

_MOST_STEPS, _FEWEST_STEPS = 400, 10
_MOST_RUN_STEPS = 1000
_COARSE, _COARSE_BELOW = ((4, 100), (2, 40)), 100
"""Factors and steps on coarser rasters, used if fewer steps than this fit on the finest one."""


@dataclass(frozen=True)
class Certificate:
    """An upper bound for every plan with the same baseline, must-have sites and candidates.

    ``upper_bound_people`` (float64[n + 1]): bound for 0 to n new stations beyond the must-have
    sites, together with all others; n is the target's number. ``multipliers`` (uint16, grid shape)
    prove it: :func:`kernels.covering.check_raster.check_bound` sums the bound from them with
    independent code; None if no proof is needed because everybody is covered. ``people``: covered
    by the plan; ``fixed_stations``: baseline and must-have sites. ``fewest_new``: lower bound of
    the new stations for the required people; None if none are required. ``worth_per_yuan``: worth
    of a yuan in people, in the bound within a budget or in the proof of ``least_cost_cny``, the
    lower bound of the cost for the required people. ``method`` names the limits that the bound
    includes and those it leaves out; the latter only lower what a plan can cover, so the bound also
    holds for plans that keep them. ``feasible``: the plan satisfies all requirements of the
    scenario; otherwise it is never called optimal.
    """

    upper_bound_people: npt.NDArray[np.float64]
    multipliers: npt.NDArray[np.uint16] | None
    people: float
    fixed_stations: int
    method: str
    fewest_new: int | None = None
    worth_per_yuan: float = 0.0
    least_cost_cny: float | None = None
    feasible: bool = True

    @property
    def gap(self) -> float:
        """Relative distance of the plan from the bound: the most it can be improved."""
        bound = float(self.upper_bound_people[-1])
        return max(0.0, (bound - self.people) / bound) if bound > 0 else 0.0

    def summary(self) -> dict[str, Any]:
        """Return the entry of the certificate in ``summary.json``."""
        known: dict[str, Any] = {
            "upper_bound_population": float(self.upper_bound_people[-1]),
            "gap": self.gap,
            "method": self.method,
            "proven_optimal": self.feasible and self.gap <= 1e-9,
        }
        if self.fewest_new is not None:
            known["fewest_new_stations"] = self.fewest_new
        if self.least_cost_cny is not None:
            known["least_cost_cny"] = self.least_cost_cny
        return known


def certify(
    demand: Demand,
    candidates: Candidates,
    siting: Siting,
    footprints: Footprints,
    *,
    iterations: int | Literal["auto"],
    objective: str = "most_covered",
    people_asked: float | None = None,
    limits: BoundLimits | None = None,
    method: str = _DUAL,
    progress: Callable[[int], object] | None = None,
) -> Certificate | None:
    """Bound the coverage of any plan with this many new stations.

    ``iterations``: steps of the primal-dual method, more of which lower the bound; "auto": a fixed
    amount of work. ``objective``: kind of the scenario's objective; if it minimises stations or
    cost for a required share, the bound is for the plan's number of stations, and ``people_asked``
    gives a lower bound of that number. ``limits``: limits of the scenario beyond the number of
    stations, see :func:`planner.certificate.limits.bound_limits`; ``method``: description of them
    in the certificate.
    """
    people = float(siting.people_gained.sum())
    chosen = (siting.role != BASELINE) & (siting.role != MUST_HAVE)
    asked = siting.requested_new - int((siting.role == MUST_HAVE).sum())
    free = max(0, asked) if objective == "most_covered" else int(chosen.sum())
    fixed, feasible = int((~chosen).sum()), not siting.shortfalls
    if siting.everybody_covered and people_asked is None:
        bound = np.full(free + 1, demand.people_total)
        people = min(people, demand.people_total)
        return Certificate(bound, None, people, fixed, _EVERYBODY, feasible=feasible)
    if not iterations:
        return None
    covered = np.zeros(demand.people.shape, dtype=bool)
    siting.serving(~chosen).cover(covered, siting.cell[~chosen])
    if limits is not None:
        within = limits.for_plan(objective, free)
        search = _limited_bound if footprints_by_kind(footprints) is None else _limited_list_bound
        limited = search(demand, siting, limits.kinds, within, covered, iterations, progress)
        proven = Certificate(
            limited.values,
            limited.multipliers,
            people,
            fixed,
            method,
            worth_per_yuan=limited.worth,
            feasible=feasible,
        )
        return _with_least(proven, limited, limits, people_asked)
    if not isinstance(footprints, DiscFootprints | TerrainFootprints):
        raise TypeError(f"no bound for {type(footprints).__name__}")
    # Stations on the sites of another network need not be candidates of this one.
    allowed = candidates.allowed.copy()
    allowed.ravel()[siting.cell[chosen]] = True
    place = (allowed, covered, free)
    if isinstance(footprints, TerrainFootprints):
        found = _list_bound(demand, footprints, *place, siting.cell[chosen], iterations, progress)
    else:
        found = _disc_bound(demand, footprints, *place, siting.cell[chosen], iterations, progress)
    fewest = None if people_asked is None else _fewest(found.values, people_asked)
    return Certificate(
        found.values, found.multipliers, people, fixed, method, fewest, feasible=feasible
    )


def footprints_by_kind(footprints: Footprints) -> tuple[TerrainFootprints, ...] | None:
    """Return the footprints of each kind over terrain, the network's first; None for discs."""
    kinds = footprints.kinds if isinstance(footprints, MixedFootprints) else (footprints,)
    terrain = tuple(kind for kind in kinds if isinstance(kind, TerrainFootprints))
    return terrain if len(terrain) == len(kinds) else None


def spans_of_kinds(footprints: Sequence[TerrainFootprints], kinds: Sequence[Kind]) -> list[Spans]:
    """Return the spans of candidates of each kind, row by row; ``kinds``: the last of all."""
    own = footprints[len(footprints) - len(kinds) :]
    return [
        serving.spans_of(np.flatnonzero(kind.candidate))
        for serving, kind in zip(own, kinds, strict=True)
    ]


def _limited_bound(
    demand: Demand,
    siting: Siting,
    kinds: tuple[Kind, ...],
    limits: Limits,
    covered: npt.NDArray[np.bool_],
    iterations: int | Literal["auto"],
    progress: Callable[[int], object] | None,
) -> LimitedBound:
    reach = max(float(kind.radius_cells.max()) for kind in kinds)
    steps = max(_FEWEST_STEPS, _steps_of_work(demand, reach) // len(kinds))
    n_new = int((siting.role == NEW).sum())
    return limited_bound(
        demand.people,
        demand.area_class,
        kinds,
        covered,
        limits,
        n_stations=n_new if np.isfinite(limits.budget) else limits.most_stations,
        price=_last_gain(siting),
        iterations=steps if iterations == "auto" else iterations,
        progress=progress,
    )


def _limited_list_bound(
    demand: Demand,
    siting: Siting,
    kinds: tuple[Kind, ...],
    limits: Limits,
    covered: npt.NDArray[np.bool_],
    iterations: int | Literal["auto"],
    progress: Callable[[int], object] | None,
) -> LimitedBound:
    serving, new = siting.footprints, siting.role == NEW
    spans = spans_of_kinds(footprints_by_kind(serving) or (), kinds)
    kind = np.zeros(int(new.sum()), np.int64)
    if isinstance(serving, MixedFootprints):
        kind = serving.kind[new] - (len(serving.kinds) - len(kinds))
    before = np.cumsum([0, *(own.cost.size for own in kinds)])
    start = [
        before[number]
        + np.searchsorted(np.flatnonzero(own.candidate), siting.cell[new][kind == number])
        for number, own in enumerate(kinds)
    ]
    if iterations == "auto":
        size = sum(own.length.size for own in spans) + demand.people.size
        iterations = int(min(max(_RUN_WORK / size, _FEWEST_STEPS), _MOST_RUN_STEPS))
    return limited_list_bound(
        demand.people,
        spans,
        kinds,
        covered,
        limits,
        n_stations=int(new.sum()) if np.isfinite(limits.budget) else limits.most_stations,
        start=np.concatenate(start),
        price=_last_gain(siting),
        iterations=iterations,
        progress=progress,
    )


def _last_gain(siting: Siting) -> float:
    """People that one of the plan's last new stations adds."""
    gained = siting.people_gained[siting.role == NEW]
    useful = gained[gained > 0]
    return float(np.quantile(useful, 0.1)) if useful.size else 1.0


def _with_least(
    found: Certificate, bound: LimitedBound, limits: BoundLimits, people_asked: float | None
) -> Certificate:
    """Add lower bounds of the stations and the cost needed to cover ``people_asked``."""
    if people_asked is None:
        return found
    found = replace(found, fewest_new=_fewest(bound.values, people_asked))
    if not all((kind.cost > 0).all() for kind in limits.kinds):
        return found
    money, worth = least_cost(bound.gains, limits.limits, people_asked)
    return replace(found, least_cost_cny=limits.given_cny + money, worth_per_yuan=worth)


def _disc_bound(
    demand: Demand,
    footprints: DiscFootprints,
    allowed: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    free: int,
    start: npt.NDArray[np.int64],
    iterations: int | Literal["auto"],
    progress: Callable[[int], object] | None,
) -> Bound:
    steps, coarse = (
        _automatic_steps(demand, footprints) if iterations == "auto" else (iterations, ())
    )
    place = (demand.people, footprints.area_class, footprints.radius_cells, allowed, covered)
    found = upper_bound(
        *place, free, start=start, iterations=steps, coarse=coarse, progress=progress
    )
    # Multipliers equal to the weights give the sum of the best single stations.
    single = bound_values(np.full(allowed.shape, WHOLE, dtype=np.uint16), *place, free)
    return replace(found, values=np.minimum(found.values, single))


def _list_bound(
    demand: Demand,
    footprints: TerrainFootprints,
    allowed: npt.NDArray[np.bool_],
    covered: npt.NDArray[np.bool_],
    free: int,
    start: npt.NDArray[np.int64],
    iterations: int | Literal["auto"],
    progress: Callable[[int], object] | None,
) -> Bound:
    if iterations == "auto":
        steps = _RUN_WORK / (footprints.spans.length.size + demand.people.size)
        iterations = int(min(max(steps, _FEWEST_STEPS), _MOST_RUN_STEPS))
    return upper_list_bound(
        demand.people,
        footprints.spans,
        footprints.allowed_numbers(allowed),
        covered,
        free,
        start=footprints.numbers(start),
        iterations=iterations,
        progress=progress,
    )


def _automatic_steps(
    demand: Demand, footprints: DiscFootprints
) -> tuple[int, tuple[tuple[int, int], ...]]:
    """Steps on the grid and on coarser rasters before it, within a fixed amount of work."""
    steps = _steps_of_work(demand, float(footprints.radius_cells.max()))
    return steps, (_COARSE if steps < _COARSE_BELOW else ())


def _steps_of_work(demand: Demand, reach_cells: float) -> int:
    rows = 2 * reach_cells + 1
    steps = _WORK / (rows * max(1, int(np.count_nonzero(demand.people > 0))))
    return int(min(max(steps, _FEWEST_STEPS), _MOST_STEPS))


def _fewest(values: npt.NDArray[np.float64], people_asked: float) -> int:
    """Return a lower bound of the new stations needed to cover ``people_asked``."""
    return int(np.searchsorted(values, people_asked))
