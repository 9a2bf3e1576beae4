"""One call from a covering problem to a plan with a proof of its quality."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Literal

import numpy as np
import numpy.typing as npt

from kernels.sparse.cover import (
    ROUNDING,
    SparseDemand,
    footprints,
    is_covered,
    limits_from_rows,
    no_cover,
)
from kernels.sparse.greedy import greedy_sites
from planner.covering.certificate import Multipliers, proven_bound
from planner.covering.deadline import Deadline
from planner.covering.dual import LARGEST_FOR_HIGHS, Prices, Relaxation, multipliers, relaxation
from planner.covering.exact import (
    TOLERANCE,
    ExactAnswer,
    branch_and_bound,
    merged,
    nearest_choice,
    restricted,
    sites_at_no_loss,
    sites_that_can_improve,
)
from planner.covering.limits import limit_rows
from planner.covering.meanwhile import searching
from planner.covering.model import Model, reduced
from planner.covering.objectives import OBJECTIVES
from planner.covering.objectives.goal import Goal, Objective
from planner.covering.odd_sets import MANY, carried, tightened
from planner.covering.plan import CoveringPlan, Status, UnmetConstraint
from planner.covering.problem import CoveringProblem
from planner.covering.search import WARM, Choice, Effort, better, choice_of, pruned, ranked, search
from planner.covering.units import ScaledProblem, in_handy_units
from planner.errors import InputError, Problem

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.int64]
Exact = Literal["auto", "always", "never"]

_QUICK, _LONG, _LONGEST = 0.1, 2.0, 16.0
_PILOT, _SHORTEST, _UNTIL_THE_END = 0.01, 1e-4, 1e3
_SHARE_FOR_PRICES, _SHARE_FOR_SEARCH, _SHARE_FOR_SETS, _SHARE_FOR_BRANCHES = 0.5, 0.4, 0.5, 0.4
_SHARE_FOR_MERGING = 0.05
# Where odd sets and a search share the time, a short search comes first, and merging last.
_SEARCHES_BEFORE_SETS, _SHARE_FOR_SETS_AND_SEARCH, _SHARE_FOR_LAST_MERGING = 2, 0.9, 0.3
# Pairs of site and customer beyond which HiGHS has found nothing in minutes.
_LARGEST_TO_BRANCH = 150_000
_SETS_S, _EXACT_S = 20.0, 60.0
_MOST_SITES_FOR_SEVERAL, _MOST_SITES_FOR_SEVERAL_IN_TIME = 20_000, 5_000
_MOST_DUAL_ROUNDS, _FEWEST_DUAL_ROUNDS = 1500, 300
_DUAL_WORK = 3_000_000_000
_MOST_SEED = 2**31


@dataclass(frozen=True)
class _Found:
    """The best choice so far, a bound on ``Choice.value``, and how it was found.

    ``finished`` is False if branch and bound hit its time limit.
    """

    choice: Choice
    bound: float
    proven_infeasible: bool = False
    method: str = "greedy and annealing"
    finished: bool = True


def solve_covering(
    problem: CoveringProblem,
    objective: Objective,
    *,
    exact: Exact = "auto",
    effort: float = 1.0,
    seed: int = 0,
    time_limit_s: float = math.inf,
    progress: Callable[[str], object] | None = None,
) -> CoveringPlan:
    """Find a plan and a bound that no plan beats; for small problems, prove the best one.

    Parameters
    ----------
    problem, objective
        The problem, and the objective that says which choice is best.
    exact
        Odd sets and branch and bound by HiGHS: ``"auto"`` if what reduction leaves is small (the
        latter: if what reduced costs leave is), ``"always"`` or ``"never"``: then it only chooses
        among the sites of the choices found.
    effort
        Length of the heuristic search, 1 for the usual one.
    seed
        Seed of the search. The same seed gives the same plan, for any number of threads, unless
        a time limit is hit.
    time_limit_s
        For the whole solve, s: prices, search, odd sets and branch and bound share it. Without one,
        the last two alone are limited, to 20 s and 60 s; if branch and bound takes longer, a longer
        heuristic search follows.
    progress
        Called with the name of each stage.

    Returns
    -------
    CoveringPlan
        If no plan keeps every constraint: the nearest one, with its shortfalls.

    Raises
    ------
    InputError
        When the objective makes no sense for the problem, or an option does not exist.
    """
    _check_options(objective, exact, effort, seed, time_limit_s)
    deadline = Deadline.after(time_limit_s)
    tell = progress or (lambda _: None)
    goal = objective.goal(problem)
    case = in_handy_units(problem, goal)
    model = reduced(case.problem, case.goal)
    tell("prices")
    rounds = int(_DUAL_WORK * effort / max(1, len(model.fp.customers)))
    rounds = min(max(rounds, _FEWEST_DUAL_ROUNDS), _MOST_DUAL_ROUNDS)
    relaxed = relaxation(model, rounds, deadline.share(_SHARE_FOR_PRICES))

    def certified(found: Prices) -> tuple[float, Multipliers]:
        certificate = case.original(multipliers(case.problem, case.goal, model, found))
        return proven_bound(problem, objective, certificate), certificate

    proof = certified(relaxed.prices)
    tell("search")
    use_exact = exact == "always" or (
        exact == "auto" and len(model.fp.customers) <= LARGEST_FOR_HIGHS
    )
    bound = _rounded_down(_as_value(model, proof[0] / case.value), model.grain)
    searched = deadline.share(_SHARE_FOR_SEARCH) if use_exact else deadline
    efforts = _efforts(model, effort, seed, searched, several=not use_exact)
    limited = math.isfinite(deadline.at_s)
    meanwhile = use_exact and limited and len(model.fp.customers) > _LARGEST_TO_BRANCH
    at_least = _SEARCHES_BEFORE_SETS if meanwhile else len(efforts)
    found = _first_found(case, model, relaxed.prices, bound, efforts, at_least)
    if use_exact and not _is_proven(model, found):
        if found.choice.feasible:
            tell("odd sets")
            if meanwhile:
                first = Effort(_QUICK * effort, 1, efforts[-1].seed + 1, deadline)
                relaxed, found = _searched_too(case, model, relaxed, found, first)
            else:
                share = deadline.share(_SHARE_FOR_SETS) if limited else Deadline.after(_SETS_S)
                relaxed = tightened(model, relaxed, found.choice.value(model), share)
            sign = 1 if goal.reward else -1
            proof = min(proof, certified(relaxed.prices), key=lambda made: sign * made[0])
            bound = _rounded_down(_as_value(model, proof[0] / case.value), model.grain)
            found = replace(found, bound=min(found.bound, bound))
        if not _is_proven(model, found):
            left = _undecided(case, model, relaxed.prices, found.choice)
            found = replace(found, finished=False)
            is_small = len(left.fp.customers) <= _LARGEST_TO_BRANCH
            if is_small or exact == "always" or not found.choice.feasible:
                tell("branch and bound")
                share = deadline.share(_SHARE_FOR_BRANCHES) if limited else Deadline.after(_EXACT_S)
                found = _exact(case, model, left, relaxed.prices, found, share.left_s)
        if not (found.finished or deadline.passed or _is_proven(model, found)):
            more = _further(efforts[-1], effort, deadline)
            further = _heuristic(case, model, relaxed.prices, found.bound, more, found.choice)
            found = replace(found, choice=further.choice)
    return _plan(problem, goal, case, model, found, *proof)


def _check_options(
    objective: object, exact: object, effort: float, seed: int, time_limit_s: float
) -> None:
    found = []
    if isinstance(objective, type) or not callable(getattr(objective, "goal", None)):
        expected = " or ".join(f"{kind.__name__}(...)" for kind in OBJECTIVES.values())
        found.append(Problem("no objective", key="objective", value=objective, expected=expected))
    if exact not in ("auto", "always", "never"):
        found.append(
            Problem("no such way", key="exact", value=exact, expected="auto, always or never")
        )
    if not (isinstance(effort, Real) and 0 < effort < math.inf):
        found.append(
            Problem("is not a valid effort", key="effort", value=effort, expected="above 0, finite")
        )
    if not (isinstance(time_limit_s, Real) and time_limit_s > 0):
        found.append(Problem("no time", key="time_limit_s", value=time_limit_s, expected="above 0"))
    if not (isinstance(seed, Integral) and 0 <= seed < _MOST_SEED):
        found.append(
            Problem("no seed", key="seed", value=seed, expected=f"0 to {_MOST_SEED - 1}, whole")
        )
    if found:
        raise InputError(found)


def _as_value(model: Model, objective_bound: float) -> float:
    """A bound on the objective as one on ``Choice.value``: what is left to decide, maximised."""
    return objective_bound - model.covered if model.reward else model.spent - objective_bound


def _rounded_down(value: float, grain: float) -> float:
    """Largest multiple of ``grain`` not above ``value``, allowing for rounding errors."""
    if grain <= 0 or not math.isfinite(value):
        return value
    slack = min(0.1 * grain, TOLERANCE * max(1.0, abs(value)))
    return math.floor((value + slack) / grain) * grain


def _is_proven(model: Model, found: _Found) -> bool:
    value = found.choice.value(model)
    return found.choice.feasible and value >= found.bound - 1e-9 * max(1.0, abs(found.bound))


def _efforts(
    model: Model, effort: float, seed: int, deadline: Deadline, *, several: bool
) -> list[Effort]:
    """Searches to make: a single one if it takes long, else longer and longer ones.

    With a deadline a short one comes first, by whose time the others are cut; where sites are many,
    one long search then finds more than several at once.
    """
    scales, runs = [_QUICK, 1.0] + several * [_LONG], Effort.runs
    if model.n_sites > _MOST_SITES_FOR_SEVERAL:
        scales, runs = [1.0], 1
    if math.isfinite(deadline.at_s):
        scales = [_PILOT, *scales]
        if model.n_sites > _MOST_SITES_FOR_SEVERAL_IN_TIME:
            scales, runs = [_PILOT, _QUICK, _LONGEST], 1
    return [Effort(scale * effort, runs, seed + k, deadline) for k, scale in enumerate(scales)]


def _further(last: Effort, effort: float, deadline: Deadline) -> list[Effort]:
    """Searches from a good choice: a long one, or longer and longer ones until the deadline."""
    scales = [_QUICK, 1.0, _UNTIL_THE_END] if math.isfinite(deadline.at_s) else [_LONG]
    warm = replace(last, hot=WARM, deadline=deadline)
    return [replace(warm, scale=s * effort, seed=last.seed + 1 + k) for k, s in enumerate(scales)]


def _heuristic(
    case: ScaledProblem,
    model: Model,
    found_prices: Prices,
    bound: float,
    efforts: list[Effort],
    start: Choice | None = None,
) -> _Found:
    """Search longer and longer, each time from the best choice, until one reaches the bound."""
    pace_s = 0.0
    left_s = efforts[0].deadline.left_s
    merging_s = _SHARE_FOR_MERGING * left_s if math.isfinite(left_s) else None
    for number, effort in enumerate(efforts):
        cut = _in_time(effort, pace_s)
        if number and cut.scale < _SHORTEST:
            break
        began = time.monotonic()
        choices = search(model, found_prices, cut, bound=bound, start=start)
        pace_s = (time.monotonic() - began) / cut.scale
        choice = choices[0]
        if not _is_proven(model, _Found(choice, bound)):
            sites = [c.sites for c in choices]
            if start is None and len(sites) == 1:
                sites.append(sites_at_no_loss(model, found_prices))
            choice = _with_merged(case, model, choice, sites, merging_s)
        start = choice
        if _is_proven(model, _Found(choice, bound)) or model.broken:
            break
    return _Found(choice, bound)


def _first_found(
    case: ScaledProblem,
    model: Model,
    found_prices: Prices,
    bound: float,
    efforts: list[Effort],
    at_least: int,
) -> _Found:
    """Make the first ``at_least`` searches, and the others if no choice is feasible."""
    found = _heuristic(case, model, found_prices, bound, efforts[:at_least])
    if efforts[at_least:] and not found.choice.feasible:
        found = _heuristic(case, model, found_prices, bound, efforts[at_least:], found.choice)
    return found


def _with_merged(
    case: ScaledProblem, model: Model, choice: Choice, sites: list[Index], limit_s: float | None
) -> Choice:
    """The better of a choice and those among the sites of several."""
    if len(sites) > 1:
        for union in merged(case.problem, case.goal, model, sites, limit_s):
            choice = better(model, choice, choice_of(model, union))
    return choice


def _searched_too(
    case: ScaledProblem, model: Model, relaxed: Relaxation, found: _Found, effort: Effort
) -> tuple[Relaxation, _Found]:
    """Tighten the bound and search at the same time, then merge the choices."""
    share = effort.deadline.share(_SHARE_FOR_SETS_AND_SEARCH)
    reached, first = found.choice.value(model), replace(effort, deadline=share)
    with searching(model, relaxed.prices, first, found.bound, found.choice) as more:
        relaxed = tightened(model, relaxed, reached, share, MANY)
    choices = ranked(model, more)
    limit_s = _SHARE_FOR_LAST_MERGING * effort.deadline.left_s
    sites = [c.sites for c in choices]
    return relaxed, replace(found, choice=_with_merged(case, model, choices[0], sites, limit_s))


def _in_time(effort: Effort, pace_s: float) -> Effort:
    """Cut a search to what its deadline leaves at this pace, s for a scale of 1; 0 if not known."""
    left_s = effort.deadline.left_s
    if math.isinf(left_s) or pace_s == 0:
        return effort
    return replace(effort, scale=min(effort.scale, (1 - _SHARE_FOR_MERGING) * left_s / pace_s))


def _undecided(case: ScaledProblem, model: Model, found_prices: Prices, choice: Choice) -> Model:
    """The model without the sites that cannot improve the choice."""
    if not choice.feasible:
        return model
    stay = np.flatnonzero(sites_that_can_improve(model, found_prices, choice.value(model)))
    return restricted(case.problem, case.goal, model, stay)


def _exact(
    case: ScaledProblem,
    model: Model,
    left: Model,
    found_prices: Prices,
    found: _Found,
    time_limit_s: float,
) -> _Found:
    """Branch and bound on what is ``left`` of the model for a better choice."""
    ends = time.monotonic() + time_limit_s
    choice = found.choice
    worst = choice.value(model) if choice.feasible else -np.inf
    sets = carried(found_prices.sets, model, left)
    answer = branch_and_bound(left, sets, time_limit_s=ends - time.monotonic())
    choice = _with_answer(model, choice, answer)
    if answer.finished:
        # HiGHS has called feasible problems infeasible, so that no verdict of one solve counts.
        if choice.feasible:
            left = _undecided(case, model, found_prices, choice)
            sets = carried(found_prices.sets, model, left)
        again = branch_and_bound(left, sets, time_limit_s=ends - time.monotonic(), seed=1)
        choice = _with_answer(model, choice, again)
        answer = again.or_weaker(answer)
    method = "branch and bound" + ("" if answer.finished else ", stopped by its time limit")
    if answer.finished and not choice.feasible:
        nearest = nearest_choice(model, max(5.0, ends - time.monotonic()))
        if nearest is not None:
            found_sites = _positions(model, nearest.sites)
            choice = better(model, choice, pruned(model, choice_of(model, found_sites)))
        return _Found(choice, found.bound, proven_infeasible=True, method=method)
    proven = _rounded_down(max(answer.bound, worst), model.grain)
    if choice.feasible:
        proven = max(proven, choice.value(model))
    return _Found(choice, min(found.bound, proven), method=method, finished=answer.finished)


def _with_answer(model: Model, choice: Choice, answer: ExactAnswer) -> Choice:
    """The better of a choice and that of branch and bound."""
    if answer.sites is None:
        return choice
    return better(model, choice, choice_of(model, _positions(model, answer.sites)))


def _positions(model: Model, sites: Index) -> Index:
    return np.searchsorted(model.sites, sites)


def _plan(
    problem: CoveringProblem,
    goal: Goal,
    case: ScaledProblem,
    model: Model,
    found: _Found,
    dual_bound: float,
    certificate: Multipliers,
) -> CoveringPlan:
    sites, gains = in_order_of_gain(problem, problem.fixed, model.sites[found.choice.sites])
    covered = is_covered(problem.indptr, problem.indices, problem.n_customers, sites)
    covered_weight = math.fsum(problem.weights[covered])
    shortfalls = _shortfalls(problem, goal, sites, covered)
    if not shortfalls:
        status = Status.OPTIMAL if _is_proven(model, found) else Status.FEASIBLE
    elif found.proven_infeasible or model.broken or _is_out_of_reach(model):
        status = Status.INFEASIBLE
    else:
        status = Status.UNKNOWN
    bound = model.covered + found.bound if goal.reward else model.spent - found.bound
    bound *= case.value
    if status is Status.INFEASIBLE:
        bound = math.nan
    elif status is Status.OPTIMAL:
        bound = covered_weight if goal.reward else math.fsum(goal.price[sites])
    return CoveringPlan(
        sites=sites,
        gains=gains,
        covered_weight=covered_weight,
        n_stations=int(problem.counts[sites].sum()),
        cost=math.fsum(problem.costs[sites]),
        value=covered_weight if goal.reward else math.fsum(goal.price[sites]),
        bound=bound,
        dual_bound=dual_bound,
        multipliers=certificate,
        status=status,
        method=found.method,
        shortfalls=shortfalls,
    )


def _is_out_of_reach(model: Model) -> bool:
    """Whether all sites together fall short of a quota or the target."""
    within = np.bincount(model.zone, model.people, minlength=len(model.quota))
    total = float(model.people.sum())
    return bool(
        (within < model.quota * (1 - ROUNDING)).any() or total < model.target * (1 - ROUNDING)
    )


def in_order_of_gain(problem: CoveringProblem, first: Index, then: Index) -> tuple[Index, Floats]:
    """Order of construction: ``first``, then ``then``, each by largest newly covered weight.

    Returns
    -------
    tuple of arrays
        Sites ``int64[k]`` and the weight that each adds to those before it, ``float64[k]``.
    """
    sites = np.concatenate([first, then]).astype(np.int64)
    length = np.diff(problem.indptr)[sites]
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    where = np.arange(start[-1]) + np.repeat(problem.indptr[sites] - start[:-1], length)
    fp = footprints(start, problem.indices[where], problem.n_customers)
    demand = SparseDemand(
        problem.weights, np.zeros(problem.n_customers, np.int32), problem.weights.copy()
    )
    limits = limits_from_rows(len(sites), [])
    cover = no_cover(fp, demand, limits, 1)
    order, gains = [], []
    for begin, end in ((0, len(first)), (len(first), len(sites))):
        allowed = np.zeros(len(sites), np.bool_)
        allowed[begin:end] = True
        chosen, gain = greedy_sites(cover, np.ones(len(sites)), allowed)
        idle = np.setdiff1d(np.arange(begin, end), chosen)
        order += [chosen, idle]
        gains += [gain, np.zeros(len(idle))]
    return sites[np.concatenate(order)], np.concatenate(gains)


def _shortfalls(
    problem: CoveringProblem, goal: Goal, sites: Index, covered: npt.NDArray[np.bool_]
) -> tuple[UnmetConstraint, ...]:
    """Constraints that ``sites`` violate, from the problem's own arrays."""
    missed = []
    weight = np.where(covered, problem.weights, 0.0)
    reached = math.fsum(weight)
    if reached < goal.cover_target * (1 - ROUNDING):
        missed.append(UnmetConstraint("cover target", goal.cover_target, reached))
    if problem.quota is not None and problem.customer_zone is not None:
        for zone, quota in enumerate(problem.quota.tolist()):
            met = math.fsum(weight[problem.customer_zone == zone])
            if met < quota * (1 - ROUNDING):
                missed.append(UnmetConstraint(f"quota of zone {zone}", quota, met))
    chosen = np.zeros(problem.n_sites, bool)
    chosen[sites] = True
    for row in limit_rows(problem, goal):
        use = math.fsum(row.coefficient[chosen[row.sites]])
        size = max(abs(row.limit), float(np.abs(row.coefficient).max(initial=0.0)))
        if use > row.limit + ROUNDING * size:
            missed.append(UnmetConstraint(row.name, abs(row.limit), abs(use)))
    return tuple(missed)
