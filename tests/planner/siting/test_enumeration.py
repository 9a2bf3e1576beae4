"""Siting of a few listed candidates against every choice there is."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from tests.planner.siting.cases import (
    CONSTRAINTS,
    COUNT,
    FREE,
    NOTHING_ASKED,
    Case,
)


@pytest.mark.parametrize("name", CONSTRAINTS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_most_covered_with_three_stations(tmp_path: Path, name: str, seed: int) -> None:
    text = FREE.replace("stations_new = 6", "stations_new = 3")
    text += f'[candidates]\nfile = "c.csv"\n[siting]\nexact = "EXACT"\n{CONSTRAINTS[name]}'
    case = Case(tmp_path, seed, text.replace("EXACT", "always"))
    best = max(case.covered(c) for c in case.choices(3) if case.keeps(name, c))
    proven = case.sited()
    assert proven.proof is not None
    assert proven.proof.optimal
    assert proven.people_gained.sum() == pytest.approx(best)
    greedy = Case(tmp_path, seed, text.replace("EXACT", "never")).sited()
    assert greedy.proof is None
    for siting in (proven, greedy):
        assert siting.shortfalls == ()
        assert case.keeps(name, tuple(siting.site))
        assert siting.people_gained.sum() == pytest.approx(case.covered(tuple(siting.site)))
        assert siting.people_gained.sum() <= best * (1 + 1e-9)
    if name == "free":
        assert greedy.people_gained.sum() >= (1 - 1 / math.e) * best


def share_text(kind: str, exact: str) -> str:
    """A scenario that asks for 12 % of all people."""
    return NOTHING_ASKED + (
        f'[candidates]\nfile = "c.csv"\n[cost]\nstation_cny = 1\n[siting]\nexact = "{exact}"\n'
        f'[objective]\nkind = "{kind}"\ncovered_share = 0.12\n'
    )


@pytest.mark.parametrize("kind", ["fewest_stations", "least_cost"])
@pytest.mark.parametrize("seed", [5, 6])
def test_a_share_that_no_choice_reaches(tmp_path: Path, kind: str, seed: int) -> None:
    case = Case(tmp_path, seed, share_text(kind, "always"))
    assert not [c for c in case.choices() if case.covered(c) >= 0.12 * case.total]
    found = case.sited()
    assert found.shortfalls[0].constraint == "objective.covered_share"
    assert found.people_gained.sum() == pytest.approx(case.covered(tuple(range(COUNT))))


@pytest.mark.parametrize("kind", ["fewest_stations", "least_cost"])
@pytest.mark.parametrize("seed", [4, 9])
def test_shares_at_the_least(tmp_path: Path, kind: str, seed: int) -> None:
    case = Case(tmp_path, seed, share_text(kind, "always"))
    enough = [c for c in case.choices() if case.covered(c) >= 0.12 * case.total]
    assert enough
    proven = case.sited()
    price = np.ones(COUNT) if kind == "fewest_stations" else case.cost
    best = min(price[list(c)].sum() for c in enough)
    assert proven.proof is not None
    assert proven.proof.optimal
    assert price[proven.site].sum() == best
    greedy = Case(tmp_path, seed, share_text(kind, "never")).sited()
    assert best <= price[greedy.site].sum()
    for siting in (proven, greedy):
        assert case.covered(tuple(siting.site)) >= 0.12 * case.total * (1 - 1e-9)
        assert siting.shortfalls == ()


@pytest.mark.parametrize("seed", [6, 7, 8])
def test_a_budget_is_never_exceeded_and_spent_well(tmp_path: Path, seed: int) -> None:
    text = NOTHING_ASKED + (
        '[candidates]\nfile = "c.csv"\n[cost]\nstation_cny = 1\n[siting]\nexact = "EXACT"\n'
        '[objective]\nkind = "most_within_budget"\nbudget_cny = 7000\n'
    )
    case = Case(tmp_path, seed, text.replace("EXACT", "always"))
    bought = [c for c in case.choices() if case.cost[list(c)].sum() <= 7000]
    best = max(case.covered(c) for c in bought)
    assert case.sited().people_gained.sum() == pytest.approx(best)
    greedy = Case(tmp_path, seed, text.replace("EXACT", "never")).sited()
    assert case.cost[greedy.site].sum() <= 7000
    assert greedy.people_gained.sum() >= 0.5 * (1 - 1 / math.e) * best
