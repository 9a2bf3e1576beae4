"""The best plan proven by branch and bound, where explicit options are few."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from kernels.covering.limits import PLENTY
from kernels.footprints.spans import span_cells
from planner.covering import CoveringPlan, CoveringProblem, Objective, Status, solve_covering
from planner.covering.objectives.goal import Goal, LimitRow
from planner.errors import InputError, Problem
from planner.sites.footprints import Footprints
from planner.siting.construction import Construction, Remaining
from planner.siting.objectives import SitingObjective
from planner.siting.options import NEW_SITE, UPGRADE, Options, SitingCase
from planner.siting.picking import OptionPicker, option_picker
from planner.siting.result import Proof

_AUTO_OPTIONS, _AUTO_CELLS, _AUTO_PAIRS = 2_000, 200_000, 10_000
_MOST_CELLS, _MOST_PAIRS = 60_000_000, 200_000


def options_for_exact(
    case: SitingCase, plan: Construction, *, mode: str, file: str
) -> OptionPicker | None:
    """Return the explicit options, if the scenario wants a proof or they are few; else None.

    ``mode``: ``siting.exact`` of the scenario; ``file``: the scenario's, for messages.

    Raises
    ------
    InputError
        When the scenario insists on a proof for more than memory holds.
    """
    if mode == "never":
        return None
    places = int(case.candidates.allowed.sum()) + len(case.upgrades)
    if mode == "auto" and places * (len(case.kinds) - case.first) > _AUTO_OPTIONS:
        return None
    if mode == "always":
        cells = _footprint_cells(case, places)
        _check_size(file, "candidate and cell", cells, _MOST_CELLS)
    picker = plan.picker if isinstance(plan.picker, OptionPicker) else option_picker(case)
    pairs = _pairs_too_close(picker.options, plan)
    if mode == "always":
        what = "candidates too close to each other"
        _check_size(file, what, pairs, _MOST_PAIRS)
        return picker if len(picker.options) else None
    cells = int(picker.spans.length.sum(dtype=np.int64))
    few = cells <= _AUTO_CELLS and pairs <= _AUTO_PAIRS
    return picker if len(picker.options) and few else None


def are_few(footprints: Footprints, cells: npt.NDArray[np.int64]) -> bool:
    """Whether stations in these cells, of one kind, are few enough to prove a plan unasked."""
    if not 0 < len(cells) <= _AUTO_OPTIONS:
        return False
    return int(footprints.spans_of(cells).length.sum(dtype=np.int64)) <= _AUTO_CELLS


def _footprint_cells(case: SitingCase, places: int) -> int:
    most, longest = float(np.prod(case.area.grid.shape)), float(np.hypot(*case.area.grid.shape))
    cells = 0.0
    for kind in case.kinds:
        for radii in kind.radii_m:
            widest = min(max(radii) / case.area.grid.cell_size_m, longest)
            cells += min(np.pi * widest**2, most)
    return int(places * cells)


def _pairs_too_close(options: Options, plan: Construction) -> int:
    """Count the pairs of places of which a plan has at most one."""
    rules = plan.rules
    cells = np.unique(options.cell[~plan.closed.ravel()[options.cell]])
    if rules.separation_cells <= 0 or len(cells) < 2:
        return 0
    tree = KDTree(np.column_stack(np.divmod(cells, rules.zone.shape[1])).astype(np.float64))
    near = int(tree.count_neighbors(tree, rules.separation_cells * (1 - 1e-9)))
    return (near - len(cells)) // 2


def _check_size(file: str, what: str, pairs: int, most: int) -> None:
    if pairs > most:
        raise InputError(
            Problem(
                f"a proof by branch and bound would take {pairs:,} pairs of {what}",
                file,
                "siting.exact",
                "always",
                f'"auto" or "never", or candidates that make at most {most:,} pairs',
            )
        )


@dataclass(frozen=True)
class _Within:
    """An objective of :mod:`planner.covering` with further limits on the choice."""

    name: ClassVar[str] = "within"
    objective: Objective
    rows: tuple[LimitRow, ...]

    def goal(self, problem: CoveringProblem) -> Goal:
        """Return the goal of the objective, and the limits on top of its own."""
        goal = self.objective.goal(problem)
        return replace(goal, limits=(*goal.limits, *self.rows))


def exact_options(
    objective: SitingObjective, picker: OptionPicker, plan: Construction, *, seed: int
) -> tuple[Options | None, Proof]:
    """Return the options of the best plan found, with what is proven about it.

    The must-have sites stand; what they cost, cover and take up is gone from every limit. None
    where the fewest stations found are more than ``target.stations_new``: the proof then says how
    many it takes at least.
    """
    open_options = np.flatnonzero(~plan.closed.ravel()[picker.options.cell])
    problem, numbers = _problem(picker, plan, open_options)
    given = objective.given(plan)
    if problem is None:
        return Options.joined([]), Proof(given, given, True, "nothing is left to decide")
    options = picker.options.taken(numbers)
    missing = plan.rules.missing_in_all(plan.weight, plan.covered)
    left = Remaining(
        min(plan.room, len(np.unique(options.cell))),
        min(missing, float(problem.weights.sum())),
        min(max(0.0, plan.rules.budget_cny - plan.spent_cny), 1e18),
    )
    rows = _group_rows(options, plan)
    found = _solved(problem, _Within(objective.on_arrays(left), tuple(rows)), seed)
    if len(found.sites) > plan.room and objective.by_cost:
        every = np.arange(len(options))
        cap = LimitRow("number of stations", every, np.ones(len(every)), float(plan.room))
        found = _solved(problem, _Within(objective.on_arrays(left), (*rows, cap)), seed)
    reachable = missing <= left.cover_target * (1 + 1e-9)
    impossible = found.status is Status.INFEASIBLE or not reachable
    proof = Proof(
        given + found.value,
        math.nan if impossible else given + found.bound,
        found.proven_optimal and reachable,
        found.method,
        impossible,
    )
    if len(found.sites) > plan.room:
        least = float(np.ceil(proof.bound - 1e-6))
        too_many = impossible or least > given + plan.room
        return None, Proof(math.nan, least, False, found.method, too_many)
    kept = found.sites
    if not plan.rules.limits_zones:
        kept = kept[(found.gains > 0) | _serves_a_place(problem)[kept]]
    return options.taken(kept), proof


def _solved(problem: CoveringProblem, objective: _Within, seed: int) -> CoveringPlan:
    return solve_covering(problem, objective, exact="always", seed=seed)


def _serves_a_place(problem: CoveringProblem) -> npt.NDArray[np.bool_]:
    """Mark the candidates that a customer of any weight may need."""
    wanted = np.zeros(problem.n_customers, bool)
    wanted[problem.must_cover] = True
    site = np.repeat(np.arange(problem.n_sites), np.diff(problem.indptr))
    return np.bincount(site[wanted[problem.indices]], minlength=problem.n_sites) > 0


def _problem(
    picker: OptionPicker, plan: Construction, numbers: npt.NDArray[np.int64]
) -> tuple[CoveringProblem | None, npt.NDArray[np.int64]]:
    """Return the remaining decisions as a covering problem, and its options."""
    first, cells = span_cells(picker.spans)
    length = np.diff(first)[numbers]
    where = np.repeat(first[numbers] - np.concatenate([[0], np.cumsum(length)[:-1]]), length)
    cell = cells[np.arange(length.sum()) + where] if len(numbers) else np.zeros(0, np.int32)
    option = np.repeat(np.arange(len(numbers)), length)
    rules = plan.rules
    unserved = rules.unserved(plan.covered).ravel()
    counts = ~plan.covered.ravel()[cell] & ((plan.weight.ravel()[cell] > 0) | unserved[cell])
    cell, option = cell[counts], option[counts]
    customers, column = np.unique(cell, return_inverse=True)
    if not len(customers):
        return None, numbers
    order = np.lexsort((column, option))
    indptr = np.concatenate([[0], np.cumsum(np.bincount(option, minlength=len(numbers)))])
    options = picker.options.taken(numbers)
    missing = rules.missing_by_zone(plan.weight, plan.covered)
    zone = rules.people_zone.ravel()
    problem = CoveringProblem(
        weights=plan.weight.ravel()[customers].astype(np.float64),
        indptr=indptr,
        indices=column[order].astype(np.int32),
        cost=None if np.isnan(options.cost_cny).any() else options.cost_cny,
        customer_zone=zone[customers].astype(np.int64) if missing.any() else None,
        quota=missing if missing.any() else None,
        must_cover=np.flatnonzero(unserved[customers]),
        conflicts=_conflicts(options, rules.separation_cells, rules.zone.shape[1]),
        place=np.unique(options.cell, return_inverse=True)[1],
        **_station_zones(options, plan),
    )
    return problem, numbers


def _station_zones(options: Options, plan: Construction) -> dict[str, Any]:
    """Return the stations that zones must and may still get."""
    rules = plan.rules
    if not rules.limits_zones:
        return {}
    most = np.minimum(np.maximum(rules.most - plan.count_by_zone(), 0), len(options))
    return {
        "site_zone": rules.zone.ravel()[options.cell].astype(np.int64),
        "zone_least": plan.owed,
        "zone_most": np.maximum(most, plan.owed),
    }


def _group_rows(options: Options, plan: Construction) -> list[LimitRow]:
    """Return the limits on new stations and on upgrades, where each has a number of its own."""
    used = (len(plan.given), 0)
    rows = []
    for group, name in ((NEW_SITE, "new stations"), (UPGRADE, "upgrades")):
        most = int(plan.rules.most_of_group[group])
        if most < PLENTY:
            sites = np.flatnonzero(options.group == group)
            rows.append(LimitRow(name, sites, np.ones(len(sites)), max(0.0, most - used[group])))
    return rows


def _conflicts(options: Options, separation_cells: float, width: int) -> npt.NDArray[np.int64]:
    if separation_cells <= 0 or len(options) < 2:
        return np.zeros((0, 2), np.int64)
    place = np.column_stack(np.divmod(options.cell, width)).astype(np.float64)
    pairs = KDTree(place).query_pairs(separation_cells * (1 - 1e-9), output_type="ndarray")
    apart = options.cell[pairs[:, 0]] != options.cell[pairs[:, 1]]
    return np.asarray(pairs[apart], dtype=np.int64)
