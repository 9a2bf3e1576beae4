"""Improvement of plans within limits: every rule kept, never worse, beside every choice."""

from __future__ import annotations

import warnings
from pathlib import Path

import numba
import numpy as np
import pytest

import planner
from planner.errors import PlannerWarning
from planner.ground.ground import Ground
from planner.siting import Siting
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.siting.cases import (
    ASKED,
    CONSTRAINTS,
    FREE,
    NOTHING_ASKED,
    Case,
    marked_to_serve,
    naive_covered,
    plan_of,
    stations_in,
)
from tests.planner.study import SCENARIO, points, rectangle, write_geojson

GREEDY = 'exact = "never"\nimprovement_rounds = 0\n'
IMPROVED = 'exact = "never"\nimprovement_rounds = 12\n'
LISTED = '[candidates]\nfile = "c.csv"\n[cost]\nstation_cny = 1\n'
TWO_KINDS = """
[[equipment]]
name = "far"
station_cny = 400_000
[[equipment]]
name = "near"
station_cny = 250_000
radius_m = { dense_urban = 500, urban = 700, suburban = 1000, rural = 1400 }
"""


def people(siting: Siting) -> float:
    return float(siting.people_gained.sum())


def pair(folder: Path, text: str, seed: int) -> tuple[Case, Siting, Siting]:
    """The greedy's plan of a case and the improved one; ``SITING`` in the text becomes either."""
    greedy = Case(folder, seed, text.replace("SITING", GREEDY)).sited()
    case = Case(folder, seed, text.replace("SITING", IMPROVED))
    return case, greedy, case.sited()


@pytest.mark.parametrize("name", ["apart", "zones"])
def test_most_covered_within_limits_comes_to_the_best_choice(tmp_path: Path, name: str) -> None:
    text = FREE.replace("stations_new = 6", "stations_new = 4")
    text += f"{LISTED}[siting]\nSITING{CONSTRAINTS[name]}"
    left_before = left_after = 0.0
    for seed in range(1, 5):
        case, greedy, better = pair(tmp_path / str(seed), text, seed)
        best = max(case.covered(c) for c in case.choices(4) if case.keeps(name, c))
        assert better.shortfalls == greedy.shortfalls == ()
        assert case.keeps(name, tuple(better.site))
        assert len(better) <= 4
        assert people(greedy) <= people(better) <= best * (1 + 1e-9)
        left_before += best - people(greedy)
        left_after += best - people(better)
    # Where the greedy is the best choice itself, sums in another order leave 1e-12.
    assert left_after <= 0.2 * left_before + 1e-6


@pytest.mark.parametrize("kind", ["fewest_stations", "least_cost"])
def test_shares_are_covered_at_nearly_the_least(tmp_path: Path, kind: str) -> None:
    text = NOTHING_ASKED + (
        f'{LISTED}[siting]\nSITING[objective]\nkind = "{kind}"\ncovered_share = 0.1\n'
        "zone_share = 0.02\n"
    )
    exact = excess = 0
    for seed in (10, 12, 14, 16, 17):
        case, greedy, better = pair(tmp_path / str(seed), text, seed)
        price = np.ones(len(case.cost)) if kind == "fewest_stations" else case.cost
        asked = [0.02 * zone_people(case, np.ones_like(case.covers[0]), zone=z) for z in range(2)]
        enough = [choice for choice in case.choices() if covers(case, choice, asked)]
        if not enough:
            assert len(better.shortfalls) == len(greedy.shortfalls) > 0
            continue
        best = min(price[list(choice)].sum() for choice in enough)
        assert better.shortfalls == ()
        assert case.covered(tuple(better.site)) >= 0.1 * case.total * (1 - 1e-9)
        assert best <= price[better.site].sum() <= price[greedy.site].sum()
        exact += 1
        excess += int(price[better.site].sum() > best)
    assert exact >= 3
    assert excess <= exact // 3


def covers(case: Case, choice: tuple[int, ...], asked: list[float]) -> bool:
    """Whether a choice covers a tenth of all, and what is asked in each zone."""
    if case.covered(choice) < 0.1 * case.total:
        return False
    covered = np.zeros(case.demand.people.shape, bool)
    for one in choice:
        covered |= case.covers[one]
    return all(zone_people(case, covered, zone=z) >= asked[z] for z in range(2))


def zone_people(case: Case, covered: np.ndarray, *, zone: int) -> float:
    return float(case.demand.people[covered & (case.area.zone_index == zone)].sum(dtype=float))


def test_a_budget_is_spent_on_nearly_the_best_choice(tmp_path: Path) -> None:
    text = NOTHING_ASKED + (
        f'{LISTED}[siting]\nSITING[objective]\nkind = "most_within_budget"\nbudget_cny = 7000\n'
    )
    left_before = left_after = 0.0
    for seed in range(20, 25):
        case, greedy, better = pair(tmp_path / str(seed), text, seed)
        bought = [c for c in case.choices() if case.cost[list(c)].sum() <= 7000]
        best = max(case.covered(c) for c in bought)
        assert case.cost[better.site].sum() <= 7000
        assert people(greedy) <= people(better) <= best * (1 + 1e-9)
        left_before += best - people(greedy)
        left_after += best - people(better)
    assert left_before > 0
    assert left_after <= 0.3 * left_before


def test_two_equal_kinds_reach_nearly_what_one_reaches(tmp_path: Path) -> None:
    base = FREE.replace("stations_new = 6", "stations_new = 12")
    same = '[[equipment]]\nname = "a"\n[[equipment]]\nname = "b"\n'
    _, _, one = plan_of(tmp_path, "", base)
    _, _, greedy = plan_of(tmp_path, f"{same}[siting]\n{GREEDY}", base)
    _, _, two = plan_of(tmp_path, same, base)
    assert people(two) > people(greedy) * 1.01
    assert people(two) > people(one) * 0.995


def test_kinds_change_where_money_buys_more(tmp_path: Path) -> None:
    more = TWO_KINDS + (
        '[objective]\nkind = "most_within_budget"\nbudget_cny = 4_000_000\n[siting]\nSITING'
    )
    _, demand, better = plan_of(tmp_path, more.replace("SITING", IMPROVED))
    _, _, greedy = plan_of(tmp_path, more.replace("SITING", GREEDY))
    assert better.cost_cny is not None
    assert better.cost_cny.sum() <= 4_000_000
    price = np.where(better.equipment == "far", 400_000, 250_000)
    assert (better.cost_cny == price).all()
    assert people(better) > people(greedy)
    assert np.unique(better.cell).size == len(better)
    assert people(better) <= demand.people.sum(dtype=float)


EVERYTHING = """
stations_upgraded = 2
[sites]
existing = "e.csv"
existing_use = "upgraded"
must_have = "m.csv"
[[must_serve]]
file = "p.csv"
[[exclusions]]
file = "no.geojson"
[siting]
min_separation_m = 2500
zone_stations = [{ zone = "440001", at_most = 5 }, { zone = "440002", at_least = 4 }]
SITING
"""


def everything(folder: Path, siting: str):
    folder.mkdir(parents=True, exist_ok=True)
    points(folder / "e.csv", [(113.03 + 0.03 * i, 23.02 + 0.02 * (i % 6)) for i in range(7)])
    points(folder / "m.csv", [(113.125, 23.145)])
    points(folder / "p.csv", [(113.002, 23.158), (113.238, 23.003)])
    shape = rectangle(113.05, 23.09, 113.07, 23.11)
    write_geojson(folder / "no.geojson", [(shape, {})])
    base = FREE.replace("stations_new = 6", "stations_new = 8")
    more = EVERYTHING.replace("SITING", siting) + TWO_KINDS
    return plan_of(folder, more, base)


@pytest.mark.parametrize("explicit", [100_000, 0])
def test_every_rule_is_kept_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, explicit: int
) -> None:
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", explicit)
    _, _, greedy = everything(tmp_path, GREEDY)
    area, demand, better = everything(tmp_path, IMPROVED)
    assert better.shortfalls == greedy.shortfalls == ()
    assert people(better) >= people(greedy) * (1 - 1e-12)
    x, y = area.grid.xy_m(better.cell)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= 2500 - 1e-6
    assert stations_in(area, better, 0) <= 5
    assert stations_in(area, better, 1) >= 4
    assert (better.origin == "upgraded").sum() <= 2
    assert ((better.origin != "upgraded") & (better.role != "baseline")).sum() <= 8
    must_have = better.role == "must_have"
    assert (better.cell[must_have] == greedy.cell[greedy.role == "must_have"]).all()
    wanted = marked_to_serve(tmp_path, Ground(area, demand))
    assert better.covered[wanted].all()
    first = np.zeros_like(better.covered)
    for station in np.flatnonzero(~must_have)[:2]:
        first |= footprint(better, station)
    assert first[wanted].all()
    longitude, latitude = area.grid.lonlat(x, y)
    inside = (longitude > 113.05) & (longitude < 113.07) & (latitude > 23.09) & (latitude < 23.11)
    assert not inside[better.origin == "model"].any()


def footprint(siting: Siting, station: int) -> np.ndarray:
    covered = np.zeros_like(siting.covered)
    siting.footprints.cover(covered, siting.cell[[station]])
    return covered


def test_fewest_stations_where_every_cell_is_a_candidate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", 0)
    more = (
        '[objective]\nkind = "fewest_stations"\nzone_share = 0.75\n[siting]\n'
        'SITINGzone_stations = [{ zone = "440002", at_least = 4 }]\n'
    )
    _, _, greedy = plan_of(tmp_path, more.replace("SITING", GREEDY))
    area, demand, better = plan_of(tmp_path, more.replace("SITING", IMPROVED))
    assert better.shortfalls == ()
    assert len(better) < len(greedy)
    assert stations_in(area, better, 1) >= 4
    covered = naive_covered(area, demand, better.cell)
    for zone in range(2):
        inside = area.zone_index == zone
        asked = 0.75 * demand.people[inside].sum(dtype=float)
        assert demand.people[inside & covered].sum(dtype=float) >= asked * (1 - 1e-9)
    # In the order of construction each adds no more than the one before.
    assert (np.diff(better.people_gained) <= 1.0).all()


def test_a_share_by_stations_of_one_kind_takes_fewer_and_keeps_their_distance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", 0)
    more = (
        '[objective]\nkind = "least_cost"\ncovered_share = 0.8\n[cost]\nstation_cny = 1\n'
        "[siting]\nSITINGmin_separation_m = 1500\n" + TWO_KINDS.replace("_000", "")
    )
    _, _, greedy = plan_of(tmp_path, more.replace("SITING", GREEDY))
    area, demand, better = plan_of(tmp_path, more.replace("SITING", IMPROVED))
    assert better.shortfalls == ()
    assert better.cost_cny.sum() < greedy.cost_cny.sum()
    x, y = area.grid.xy_m(better.cell)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= 1500 - 1e-6
    assert people(better) >= 0.8 * demand.people_total * (1 - 1e-9)


@pytest.mark.parametrize("explicit", [100_000, 0])
def test_the_plan_is_the_same_on_any_number_of_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, explicit: int
) -> None:
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", explicit)
    before = numba.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 4):
            numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
            _, _, siting = everything(tmp_path, 'exact = "never"\nimprovement_rounds = 5\n')
            found.append((siting.cell.tolist(), siting.equipment.tolist()))
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1] == found[2]


def test_over_hills_more_people_are_covered_within_every_rule(tmp_path: Path) -> None:
    base = SCENARIO.replace("stations_baseline = 3\nstations_new = 6\n", "stations_new = 9\n")
    base = base.replace("cell_size_m = 200", "cell_size_m = 400")
    asked = ASKED.replace('[objective]\nkind = "fewest_stations"\ncovered_share = 0.5\n', "")
    share = []
    for name, rounds in (("greedy", "0"), ("improved", "10")):
        more = asked.replace("[siting]\n", f"[siting]\nimprovement_rounds = {rounds}\n")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", PlannerWarning)
            plan = planner.run(write_hilly_study(tmp_path / name, text=base + more + TERRAIN))
        assert plan.summary["infeasible"] == []
        assert (plan.stations.adcode == "440002").sum() >= 4
        assert len(plan.stations) == 9
        metric = plan.stations.to_crs(plan.area.grid.crs)
        x, y = metric.geometry.x.to_numpy(), metric.geometry.y.to_numpy()
        apart = np.hypot(x[:, None] - x, y[:, None] - y)
        np.fill_diagonal(apart, np.inf)
        assert apart.min() >= 1500 - 1.0
        share.append(plan.summary["population_covered_share"])
    assert share[1] > share[0] * 1.002


def test_where_nothing_better_is_found_the_greedy_plan_stays_as_it_is(tmp_path: Path) -> None:
    points(tmp_path / "c.csv", [(113.05, 23.05), (113.2, 23.1), (113.1, 23.1)])
    listed = f'[candidates]\nfile = "{tmp_path / "c.csv"}"\n[siting]\nmin_separation_m = 500\n'
    base = FREE.replace("stations_new = 6", "stations_new = 3")
    _, _, greedy = plan_of(tmp_path / "greedy", listed + GREEDY, base)
    _, _, better = plan_of(tmp_path / "better", listed + IMPROVED, base)
    assert (better.cell == greedy.cell).all()
