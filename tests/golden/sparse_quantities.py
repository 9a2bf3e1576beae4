"""What the kernels of sparse footprints and of months give: one thin adapter for each quantity."""

from __future__ import annotations

import numpy as np

from kernels.rollout.months import Disruptions, Resources, stations_built
from kernels.sparse.anneal import AnnealingSchedule, Best, Quota, anneal
from kernels.sparse.cover import (
    SparseDemand,
    add_site,
    footprints,
    is_covered,
    limits_from_rows,
    no_cover,
)
from kernels.sparse.dual import limit_use, lower_to_no_surplus, reduced_value, times_covered
from kernels.sparse.greedy import greedy_sites
from kernels.sparse.odd_sets import Shares, odd_triples, with_two_more
from kernels.sparse.reduce import alike, dominated_sites
from kernels.sparse.swap import climb
from tests.golden.cases import SEED, MonthsCase, SparseCase
from tests.golden.values import Values, real, whole


def _sparse_parts(case: SparseCase):
    sites, customers = case.covers.shape
    fp = footprints(case.starts, np.nonzero(case.covers)[1], customers)
    demand = SparseDemand(case.people, case.zone, case.people.copy())
    limits = limits_from_rows(sites, case.rows)
    return no_cover(fp, demand, limits, 2)


def sparse_values(case: SparseCase) -> Values:
    values = greedy_on_sparse(case)
    values |= climbed_on_sparse(case)
    values |= annealed_on_sparse(case)
    values |= dual_on_sparse(case)
    values |= reduced_sparse(case)
    values |= odd_sets_of(case)
    return values


def greedy_on_sparse(case: SparseCase) -> Values:
    """Sites by newly covered weight per price, within limits."""
    state = _sparse_parts(case)
    chosen, gain = greedy_sites(state, case.price, np.ones(case.price.size, bool))
    covered = is_covered(state.fp.site_start, state.fp.customers, case.people.size, chosen)
    return {
        "greedy.sites": whole(chosen),
        "greedy.gain": real(gain),
        "greedy.covered": whole(covered),
        "greedy.met": real(state.met),
        "greedy.use": real(state.use),
    }


def climbed_on_sparse(case: SparseCase) -> Values:
    """Sites after adds and swaps, from three of them."""
    state = _sparse_parts(case)
    for site in (1, 11, 31):
        add_site(state, site)
    work = climb(state, np.arange(case.price.size), 10**7)
    return {"swap.chosen": whole(state.chosen), "swap.work": int(work), "swap.met": real(state.met)}


def annealed_on_sparse(case: SparseCase) -> Values:
    """Best choice that annealing meets, its score, and the proposals made."""
    state = _sparse_parts(case)
    best = Best(np.zeros(case.price.size, np.uint8), np.array([np.inf, -np.inf]))
    if case.quota[0]:
        for site in (50, 52):
            add_site(state, site)
    schedule = AnnealingSchedule(20_000, SEED, float(case.people.mean()) * 3, 0.1, np.inf)
    quota = Quota(np.array(case.quota), np.zeros(1))
    every = np.arange(case.price.size)
    steps = anneal(state, quota, best, every, schedule)
    return {
        "anneal.chosen": whole(best.chosen),
        "anneal.short": float(best.score[0]),
        "anneal.people": float(best.score[1]),
        "anneal.steps": int(steps),
    }


def dual_on_sparse(case: SparseCase) -> Values:
    """The products of the dual, and prices of customers without surplus."""
    state = _sparse_parts(case)
    fp, limits = state.fp, state.limits
    rng = np.random.default_rng(SEED)
    lam = case.people * rng.integers(0, 256, case.people.size) / 256.0
    nu = rng.integers(0, 64, limits.limit.size) / 16.0
    part = rng.integers(0, 65, case.price.size) / 64.0
    value = reduced_value(fp, case.price, limits, lam, nu)
    values = {
        "dual.value": real(value),
        "dual.times": real(times_covered(fp, part)),
        "dual.use": real(limit_use(limits, part)),
    }
    lower_to_no_surplus(fp, value, lam)
    return values | {"dual.lowered": real(lam), "dual.value_lowered": real(value)}


def reduced_sparse(case: SparseCase) -> Values:
    """Customers that are alike and sites that others beat, where covers are cut short."""
    some = case.covers[:, :12]
    starts = np.concatenate([[0], some.sum(axis=1).cumsum()])
    fp = footprints(starts, np.nonzero(some)[1], 12)
    limits = limits_from_rows(case.price.size, case.rows)
    few = footprints(
        np.concatenate([[0], case.covers[:5].sum(axis=1).cumsum()]),
        np.nonzero(case.covers[:5])[1],
        case.people.size,
    )
    return {
        "reduce.alike": whole(alike(few.customer_start, few.sites, case.zone)),
        "reduce.dominated": whole(dominated_sites(fp, case.price, limits, 10**9)),
    }


def odd_sets_of(case: SparseCase) -> Values:
    """Triples of customers that shares of halves overstate, and the same with two more."""
    fp = _sparse_parts(case).fp
    shares = np.random.default_rng(SEED).integers(0, 3, case.price.size) / 8.0
    covered = times_covered(fp, shares)
    reached = np.minimum(covered, 1.0)
    at = Shares(fp, shares, covered - reached + 1.0 - reached, case.people)
    triples, odd = odd_triples(at, 1.5, 2)
    more, odd_of_more = with_two_more(at, triples)
    return {
        "odd_sets.triples": whole(triples),
        "odd_sets.odd": real(odd),
        "odd_sets.more": whole(more),
        "odd_sets.odd_of_more": real(odd_of_more),
    }


def months_built(case: MonthsCase) -> Values:
    """Stations built by the end of each month, and the resource that binds."""
    months, days = 12, 20
    works = np.ones((months * days, 2), bool)
    works[::7] = False
    resources = Resources(
        per_day=np.tile([2.0, 0.75], (months, 1)),
        works=works,
        lead_months=np.array([0, 1]),
        stock=np.array([0.0, 9.0]),
        keeps=np.array([False, True]),
        sigma_month=np.full(2, case.sigma),
        address=2**31 + np.arange(2),
    )
    events = Disruptions(
        hits=np.array([[True, False], [True, True]]),
        first=np.array([25, 110]),
        last=np.array([40, 125]),
        factor=np.array([0.25, 0.5]),
        factor_sigma=np.full(2, case.sigma),
        end_sigma_days=np.full(2, 20 * case.sigma),
        probability=np.array([1.0, case.probability]),
        address=np.arange(2),
    )
    need = np.outer([2.5, 1.0], np.arange(151, dtype=float))
    key = np.array([SEED, 2020], np.uint64)
    first_day = np.arange(months + 1) * days
    built, binding = stations_built(resources, events, first_day, need, case.sigma, key, case.runs)
    return {"months.built": whole(built), "months.binding": whole(binding)}
