"""A covering problem with its goal, reduced to what is left to decide.

Fixed, forbidden and dominated sites are removed, as are customers that fixed sites or no site can
cover; customers covered by the same sites are merged. What remains is a mixed-integer programme,
``maximise reward * cover - price`` under limits and quotas, whose optimal choices together with
the fixed sites are optimal for the problem.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kernels.sparse.cover import (
    ROUNDING,
    SparseDemand,
    SparseFootprints,
    SparseLimits,
    footprints,
    is_covered,
    limits_from_rows,
)
from kernels.sparse.reduce import alike, dominated_sites
from planner.covering.limits import limit_rows
from planner.covering.objectives.goal import Goal, LimitRow
from planner.covering.problem import CoveringProblem

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]

_DOMINANCE_WORK = 300_000_000


@dataclass(frozen=True)
class Model:
    """The reduced problem, and the mapping back to the original one.

    ``sites`` and ``rows`` are the positions of the remaining sites and limits in the problem;
    ``group`` gives each customer its aggregated one, or -1, ``customer_zone`` its zone; the last
    number stands for none. ``quota`` has one value more than there are zones (0, for customers
    without zone). It and ``target`` are the remainders after the fixed sites; ``covered`` and
    ``spent`` are the cover and cost of these. ``broken`` names limits that no choice keeps, with
    the amount; in ``limits`` they are relaxed by that amount. All values of the objective are
    multiples of ``grain``, 0 if unknown.
    """

    sites: Index
    rows: Index
    group: Index
    covered_by_fixed: npt.NDArray[np.bool_]
    customer_zone: npt.NDArray[np.int32]
    fp: SparseFootprints
    people: Floats
    zone: npt.NDArray[np.int32]
    quota: Floats
    target: float
    price: Floats
    reward: float
    limits: SparseLimits
    covered: float
    spent: float
    broken: tuple[tuple[str, float], ...]
    grain: float

    @property
    def n_sites(self) -> int:
        """How many sites are left to decide on."""
        return len(self.sites)

    @property
    def n_customers(self) -> int:
        """How many aggregated customers are left to cover."""
        return len(self.people)

    def demand(self) -> SparseDemand:
        """Customers for a search, their weights not yet pressed by quotas."""
        return SparseDemand(self.people, self.zone, self.people.copy())


def reduced(problem: CoveringProblem, goal: Goal) -> Model:
    """Remove what is already decided from ``problem``, and merge equal customers."""
    rows = limit_rows(problem, goal)
    sites = np.setdiff1d(
        np.arange(problem.n_sites), np.concatenate([problem.fixed, problem.forbidden])
    )
    open_rows, kept, broken = _remaining_rows(problem, rows, sites)
    covered = is_covered(problem.indptr, problem.indices, problem.n_customers, problem.fixed)
    group, start, customers, first = _united(problem, sites, covered)
    n_groups = len(first)
    fp = footprints(start, customers, n_groups)
    limits = limits_from_rows(len(sites), _renumbered(open_rows, np.arange(len(sites)), len(sites)))
    price = goal.price[sites]
    out = dominated_sites(fp, price, limits, _DOMINANCE_WORK)
    if out.any():
        stay = np.flatnonzero(~out)
        fp = _rows_of(fp, stay, n_groups)
        limits = limits_from_rows(len(stay), _renumbered(open_rows, stay, len(sites)))
        sites, price = sites[stay], price[stay]
    people = np.bincount(group[group >= 0], problem.weights[group >= 0], minlength=n_groups)
    quota, target = _open_quotas(problem, goal, covered)
    zone = _zones(problem)[first] if n_groups else np.zeros(0, np.int32)
    return Model(
        sites=sites,
        rows=kept,
        group=group,
        covered_by_fixed=covered,
        customer_zone=_zones(problem),
        fp=fp,
        people=people.astype(np.float64),
        zone=zone,
        quota=quota,
        target=target,
        price=price,
        reward=goal.reward,
        limits=limits,
        covered=math.fsum(problem.weights[covered]),
        spent=math.fsum(goal.price[problem.fixed]),
        broken=broken,
        grain=common_measure(problem.weights if goal.reward else goal.price),
    )


def _remaining_rows(
    problem: CoveringProblem, rows: list[LimitRow], sites: Index
) -> tuple[list[LimitRow], Index, tuple[tuple[str, float], ...]]:
    """Rows that can still be broken, over the remaining sites, minus the use by fixed sites."""
    position = np.full(problem.n_sites, -1, np.int64)
    position[sites] = np.arange(len(sites))
    is_fixed = np.zeros(problem.n_sites, bool)
    is_fixed[problem.fixed] = True
    remaining, kept, broken = [], [], []
    for index, row in enumerate(rows):
        limit = row.limit - float(row.coefficient[is_fixed[row.sites]].sum())
        free = position[row.sites] >= 0
        coefficient = row.coefficient[free]
        slack = 1e-9 * max(1.0, abs(row.limit))
        least = float(coefficient[coefficient < 0].sum())
        if least > limit + slack:
            broken.append((row.name, least - limit))
            limit = least
        if float(coefficient[coefficient > 0].sum()) > limit + slack:
            remaining.append(LimitRow(row.name, position[row.sites[free]], coefficient, limit))
            kept.append(index)
    return remaining, np.array(kept, np.int64), tuple(broken)


def _renumbered(
    rows: list[LimitRow], stay: Index, n_sites: int
) -> list[tuple[npt.ArrayLike, npt.ArrayLike, float]]:
    position = np.full(n_sites, -1, np.int64)
    position[stay] = np.arange(len(stay))
    result: list[tuple[npt.ArrayLike, npt.ArrayLike, float]] = []
    for row in rows:
        there = position[row.sites] >= 0
        result.append((position[row.sites[there]], row.coefficient[there], row.limit))
    return result


def _zones(problem: CoveringProblem) -> npt.NDArray[np.int32]:
    """Zone of each customer; the number of zones stands for none."""
    if problem.customer_zone is None or problem.quota is None:
        return np.zeros(problem.n_customers, np.int32)
    last = len(problem.quota)
    return np.where(problem.customer_zone < 0, last, problem.customer_zone).astype(np.int32)


def _open_quotas(
    problem: CoveringProblem, goal: Goal, covered: npt.NDArray[np.bool_]
) -> tuple[Floats, float]:
    asked = goal.cover_target
    target = _still_open(asked, math.fsum(problem.weights[covered]))
    if problem.quota is None:
        return np.zeros(1), float(target)
    zone, quota = _zones(problem), np.append(problem.quota, 0.0)
    met = np.bincount(zone[covered], problem.weights[covered], minlength=len(quota))
    return _still_open(quota, met), float(target)


def _still_open(asked: npt.ArrayLike, met: npt.ArrayLike) -> Floats:
    """The missing part of ``asked``, 0 if it is within the rounding error of its sum."""
    missing = np.subtract(asked, met)
    return np.where(missing > ROUNDING * np.asarray(asked), missing, 0.0)


def _united(
    problem: CoveringProblem, sites: Index, covered: npt.NDArray[np.bool_]
) -> tuple[Index, Index, npt.NDArray[np.int32], Index]:
    """Merge customers of the same sites and zone; return the footprints and one of each group."""
    start, customers = _sliced(problem.indptr, problem.indices, sites)
    n = problem.n_customers
    whole = footprints(start, customers, n)
    wanted = ~covered & (problem.weights > 0) & (np.diff(whole.customer_start) > 0)
    first = alike(whole.customer_start, whole.sites, _zones(problem))
    group = np.full(n, -1, np.int64)
    leaders = np.unique(first[wanted])
    number = np.full(n, -1, np.int64)
    number[leaders] = np.arange(len(leaders))
    group[wanted] = number[first[wanted]]
    # One customer of each kind carries the footprints: the first with weight.
    carrier = np.full(len(leaders), n, np.int64)
    np.minimum.at(carrier, group[wanted], np.flatnonzero(wanted))
    carries = np.zeros(n, bool)
    carries[carrier] = True
    keep = carries[customers]
    site = np.repeat(np.arange(len(sites)), np.diff(start))[keep]
    column = group[customers[keep]]
    order = np.lexsort((column, site))
    new_start = np.concatenate([[0], np.cumsum(np.bincount(site, minlength=len(sites)))])
    return group, new_start.astype(np.int64), column[order].astype(np.int32), carrier


def _sliced(
    start: Index, customers: npt.NDArray[np.int32], sites: Index
) -> tuple[Index, npt.NDArray[np.int32]]:
    """Rows ``sites`` of sparse footprints."""
    length = np.diff(start)[sites]
    new_start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    where = np.arange(new_start[-1]) + np.repeat(start[sites] - new_start[:-1], length)
    return new_start, customers[where]


def _rows_of(fp: SparseFootprints, sites: Index, n_customers: int) -> SparseFootprints:
    return footprints(*_sliced(fp.site_start, fp.customers, sites), n_customers)


def common_measure(values: Floats) -> float:
    """Largest number of which all ``values`` are whole multiples, 0 if it would be too small."""
    there = values[values > 0]
    if len(there) == 0:
        return 0.0
    fraction, exponent = np.frexp(there)
    digits = (fraction * 2.0**53).astype(np.int64)
    finest = float(np.ldexp((digits & -digits).astype(np.float64), exponent - 53).min())
    if there.max() >= finest * 2.0**53:
        return 0.0
    return finest * float(np.gcd.reduce((there / finest).astype(np.int64)))
