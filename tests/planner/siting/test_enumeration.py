"""Siting of a few listed candidates against every choice there is."""

from __future__ import annotations

import math
from pathlib import Path
from typing import get_args

import pytest

from planner.scenario.siting import ObjectiveKind
from planner.siting.objectives import OBJECTIVES
from tests.planner.siting.cases import CONSTRAINTS, COUNT, FREE, NOTHING_ASKED, Case

Chosen = tuple[int, ...]


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


PRICED = '[candidates]\nfile = "c.csv"\n[cost]\nstation_cny = 1\n[siting]\nexact = "EXACT"\n'
SHARE = "covered_share = 0.12\n"


@pytest.mark.parametrize("kind", ["fewest_stations", "least_cost"])
@pytest.mark.parametrize("seed", [5, 6])
def test_a_share_that_no_choice_reaches(tmp_path: Path, kind: str, seed: int) -> None:
    text = NOTHING_ASKED + PRICED + f'[objective]\nkind = "{kind}"\n{SHARE}'
    case = Case(tmp_path, seed, text.replace("EXACT", "always"))
    assert not [c for c in case.choices() if case.covered(c) >= 0.12 * case.total]
    found = case.sited()
    assert found.shortfalls[0].constraint == "objective.covered_share"
    assert found.people_gained.sum() == pytest.approx(case.covered(tuple(range(COUNT))))


def enough(case: Case, chosen: Chosen) -> bool:
    """Whether a choice covers the 12 % that :data:`SHARE` asks for."""
    return case.covered(chosen) >= 0.12 * case.total * (1 - 1e-9)


def spent(case: Case, chosen: Chosen) -> float:
    return float(case.cost[list(chosen)].sum())


# Keys of the target and of the objective; what a choice is worth, the greater the better (-inf
# if it is not allowed); the share of the best that the greedy is known to reach.
ROWS = {
    "most_covered": (
        "stations_new = 3\n",
        "",
        lambda case, chosen: case.covered(chosen) if len(chosen) <= 3 else -math.inf,
        1 - 1 / math.e,
    ),
    "fewest_stations": (
        "",
        SHARE,
        lambda case, chosen: -len(chosen) if enough(case, chosen) else -math.inf,
        None,
    ),
    "least_cost": (
        "",
        SHARE,
        lambda case, chosen: -spent(case, chosen) if enough(case, chosen) else -math.inf,
        None,
    ),
    "most_within_budget": (
        "",
        "budget_cny = 7000\n",
        lambda case, chosen: case.covered(chosen) if spent(case, chosen) <= 7000 else -math.inf,
        0.5 * (1 - 1 / math.e),
    ),
}


def test_every_objective_has_a_row_here() -> None:
    assert set(ROWS) == set(OBJECTIVES) == set(get_args(ObjectiveKind))


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("seed", [4, 9])
def test_the_best_of_all_choices_is_proven_and_the_greedy_allowed(
    tmp_path: Path, kind: str, seed: int
) -> None:
    target, more, worth, reached = ROWS[kind]
    text = NOTHING_ASKED.replace("[target]\n", f"[target]\n{target}")
    text += PRICED + f'[objective]\nkind = "{kind}"\n{more}'
    case = Case(tmp_path, seed, text.replace("EXACT", "always"))
    best = max(worth(case, chosen) for chosen in case.choices())
    assert best > -math.inf
    proven = case.sited()
    assert proven.proof is not None
    assert proven.proof.optimal
    assert worth(case, tuple(proven.site)) == pytest.approx(best)
    greedy = Case(tmp_path, seed, text.replace("EXACT", "never")).sited()
    least = -math.inf if reached is None else reached * best
    assert least < worth(case, tuple(greedy.site)) <= best + 1e-9 * abs(best)
    assert proven.shortfalls == greedy.shortfalls == ()
