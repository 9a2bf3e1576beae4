"""Annealing: what it reports is true, limits hold, a seed repeats the run."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from kernels.sparse.anneal import (
    AnnealingSchedule,
    Best,
    Quota,
    anneal,
    press_unmet_zones,
    shortfall,
)
from kernels.sparse.cover import (
    SparseDemand,
    add_site,
    footprints,
    is_covered,
    limits_from_rows,
    no_cover,
)


def case(seed, rows, m=14, n=40):
    rng = np.random.default_rng(seed)
    covers = rng.random((m, n)) < 0.15
    people = rng.integers(1, 30, n).astype(float)
    fp = footprints(np.concatenate([[0], covers.sum(axis=1).cumsum()]), np.nonzero(covers)[1], n)
    demand = SparseDemand(people, (np.arange(n) % 2).astype(np.int32), people.copy())
    limits = limits_from_rows(m, rows)
    return covers, people, no_cover(fp, demand, limits, 2)


def run(parts, quota=(0.0, 0.0), target=0.0, *, seed=1, steps=20_000, enough=np.inf):
    _, people, cover = parts
    best = Best(np.zeros(len(cover.chosen), np.uint8), np.array([np.inf, -np.inf]))
    steps_done = anneal(
        cover, Quota(np.array(quota), np.array([target])), best,
        np.arange(len(cover.chosen)),
        AnnealingSchedule(steps, seed, people.mean() * 3, 0.1, enough),
    )  # fmt: skip
    return np.flatnonzero(best.chosen), best.score, steps_done


def weight_of(parts, sites):
    covers, people = parts[:2]
    return people[covers[list(sites)].any(axis=0)].sum()


@pytest.mark.parametrize("seed", range(5))
def test_finds_the_optimum_of_a_small_problem(seed) -> None:
    parts = case(seed, [(np.arange(14), 1.0, 4)])
    sites, score, _ = run(parts)
    assert score[0] == 0
    assert score[1] == weight_of(parts, sites)
    assert score[1] == max(weight_of(parts, s) for s in combinations(range(14), 4))
    fp = parts[2].fp
    covered = is_covered(fp.site_start, fp.customers, 40, sites)
    assert parts[1][covered].sum() == score[1]


@pytest.mark.parametrize("seed", range(5))
def test_finds_the_optimum_within_a_budget_and_apart(seed) -> None:
    cost = np.random.default_rng(seed).integers(1, 9, 14).astype(float)
    rows = [(np.arange(14), cost, 15.0), ([0, 1], 1.0, 1), ([2, 3], 1.0, 1), ([4, 5], 1.0, 1)]
    parts = case(seed, rows)
    sites, score, _ = run(parts, steps=60_000)
    assert cost[sites].sum() <= 15
    assert all(not {a, a + 1} <= set(sites.tolist()) for a in (0, 2, 4))
    best = max(
        weight_of(parts, s)
        for size in range(15)
        for s in combinations(range(14), size)
        if cost[list(s)].sum() <= 15 and all(not {a, a + 1} <= set(s) for a in (0, 2, 4))
    )
    assert score[1] >= 0.98 * best


def test_a_first_choice_beyond_a_limit_is_never_the_best() -> None:
    parts = case(6, [(np.arange(14), 1.0, 3)])
    _, _, cover = parts
    for site in max(combinations(range(14), 4), key=lambda sites: weight_of(parts, sites)):
        add_site(cover, site)
    sites, score, _ = run(parts)
    assert len(sites) == 3
    assert score[1] == weight_of(parts, sites)


def test_quotas_press_their_zones() -> None:
    parts = case(3, [(np.arange(14), 1.0, 5)])
    covers, people = parts[:2]
    even = np.arange(40) % 2 == 0
    most = max(people[covers[list(s)].any(axis=0) & even].sum() for s in combinations(range(14), 5))
    sites, score, _ = run(parts, quota=(most, 0.0))
    assert score[0] == 0
    assert people[covers[sites].any(axis=0) & even].sum() == most


def test_ends_as_soon_as_it_is_enough() -> None:
    parts = case(4, [(np.arange(14), 1.0, 5)])
    _, score, steps = run(parts, enough=10.0)
    assert score[1] >= 10
    assert steps < 100


def test_a_seed_repeats_the_run() -> None:
    rows = [(np.arange(14), 1.0, 4)]
    first, second = (run(case(6, rows), seed=9, steps=500) for _ in range(2))
    assert first[0].tolist() == second[0].tolist()
    assert first[1].tolist() == second[1].tolist()


def test_lower_limits_stay_kept() -> None:
    rows = [(np.arange(14), 1.0, 4), ([0, 1, 2], -1.0, -2)]
    parts = case(7, rows)
    _, _, cover = parts
    add_site(cover, 0)
    add_site(cover, 1)
    sites, score, _ = run(parts)
    allowed = [s for s in combinations(range(14), 4) if len({0, 1, 2} & set(s)) >= 2]
    assert len({0, 1, 2} & set(sites.tolist())) >= 2
    assert score[1] == max(weight_of(parts, s) for s in allowed)


def test_shortfall_and_pressure() -> None:
    _, people, cover = case(8, [])
    quota = Quota(np.array([10.0, 0.0]), np.array([4.0]))
    assert shortfall(cover, quota) == 14
    factor = np.ones(2)
    assert press_unmet_zones(cover, quota, factor)
    assert factor.tolist() == [1.25, 1.0]
    demand = cover.demand
    np.testing.assert_allclose(demand.weight, people * factor[demand.zone])
