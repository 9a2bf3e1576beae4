"""Siting of a few listed candidates against every choice there is."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from planner.siting import Siting, site_stations
from tests.planner.siting.test_siting import naive_covered
from tests.planner.siting.test_within_limits import CELL_M, FREE, NOTHING_ASKED, RADII_M
from tests.planner.study import points, write_study

COUNT = 9
CONSTRAINTS = {
    "free": "",
    "apart": "min_separation_m = 4000\n",
    "zones": 'zone_stations = [{ zone = "440001", at_most = 1 }, '
    '{ zone = "440002", at_least = 1 }]\n',
}


class Case:
    """Every choice of a study's candidates, from coordinates alone."""

    def __init__(self, folder: Path, seed: int, text: str) -> None:
        rng = np.random.default_rng(seed)
        lonlat = np.column_stack(
            [rng.uniform(113.01, 113.23, COUNT), rng.uniform(23.01, 23.15, COUNT)]
        )
        path = write_study(folder, text)
        points(folder / "c.csv", [(float(lon), float(lat)) for lon, lat in lonlat])
        self.cost = 1000 * rng.integers(1, 6, COUNT)
        rows = [f"{lon},{lat},{cost}" for (lon, lat), cost in zip(lonlat, self.cost, strict=True)]
        (folder / "c.csv").write_text("lon,lat,cost_cny\n" + "\n".join(rows), encoding="utf-8")
        self.scenario = load_scenario(path)
        self.area = study_area(self.scenario, CELL_M)
        self.people = demand_on_grid(self.scenario, self.area)
        self.where = candidate_sites(self.scenario, self.area, self.people, RADII_M)
        assert self.where.listed is not None
        self.cell = self.where.listed.cell
        self.covers = [naive_covered(self.area, self.people, [c]) for c in self.cell]
        self.zone = self.area.zone_index.ravel()[self.cell]
        self.total = self.people.people.sum(dtype=float)

    def sited(self) -> Siting:
        return site_stations(self.scenario, self.area, self.people, self.where, RADII_M)

    def covered(self, chosen: tuple[int, ...]) -> float:
        marked = np.zeros(self.people.people.shape, bool)
        for one in chosen:
            marked |= self.covers[one]
        return float(self.people.people[marked].sum(dtype=float))

    def keeps(self, name: str, chosen: tuple[int, ...]) -> bool:
        x, y = self.area.grid.xy_m(self.cell[list(chosen)])
        if name == "apart":
            return all(
                math.hypot(x[a] - x[b], y[a] - y[b]) >= 4000 - 1e-6
                for a, b in combinations(range(len(chosen)), 2)
            )
        zone = self.zone[list(chosen)]
        return name == "free" or ((zone == 0).sum() <= 1 and (zone == 1).sum() >= 1)

    def choices(self, most: int = COUNT):
        for size in range(most + 1):
            yield from combinations(range(COUNT), size)


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


@pytest.mark.parametrize("kind", ["fewest_stations", "least_cost"])
@pytest.mark.parametrize("seed", [4, 5])
def test_shares_at_the_least(tmp_path: Path, kind: str, seed: int) -> None:
    text = NOTHING_ASKED + (
        '[candidates]\nfile = "c.csv"\n[cost]\nstation_cny = 1\n[siting]\nexact = "EXACT"\n'
        f'[objective]\nkind = "{kind}"\ncovered_share = 0.12\n'
    )
    case = Case(tmp_path, seed, text.replace("EXACT", "always"))
    enough = [c for c in case.choices() if case.covered(c) >= 0.12 * case.total]
    proven = case.sited()
    if not enough:
        assert proven.shortfalls[0].constraint == "objective.covered_share"
        assert len(proven) == COUNT or proven.people_gained.sum() == pytest.approx(
            case.covered(tuple(range(COUNT)))
        )
        return
    price = np.ones(COUNT) if kind == "fewest_stations" else case.cost
    best = min(price[list(c)].sum() for c in enough)
    assert proven.proof is not None
    assert proven.proof.optimal
    assert price[proven.site].sum() == best
    greedy = Case(tmp_path, seed, text.replace("EXACT", "never")).sited()
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
