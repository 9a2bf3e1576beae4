"""Constraints at their edges: what must be served and has no people, equal numbers, wide discs."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from planner.errors import InputError, PlannerWarning
from planner.ground.ground import Ground
from planner.rollout.order import people_in_order
from planner.scenario import load_scenario
from planner.sites.candidates import Sites, candidate_sites
from planner.sites.equipment import network_and_equipment
from planner.siting.rules import Shortfall
from tests.planner.siting.cases import (
    FREE,
    NOTHING_ASKED,
    RADII_M,
    marked_to_serve,
    naive_covered,
    plan_of,
    stations_in,
)
from tests.planner.study import SCENARIO, people_array, points, write_people

TOWNS = [(113.04 + 0.012 * (i % 5), 23.06 + 0.015 * (i // 5)) for i in range(15)]
CORNER = (113.235, 23.155)


def with_empty_east(folder: Path, more: str, base: str = FREE):
    """Plan on people who all live in the west."""
    folder.mkdir(parents=True, exist_ok=True)
    people = people_array()
    people[:, 30:] = 0.0
    write_people(folder / "west.tif", people)
    return plan_of(folder, more, base.replace('"people.tif"', '"west.tif"'))


def places(folder: Path, exact: str) -> str:
    points(folder / "c.csv", [*TOWNS, CORNER])
    points(folder / "p.csv", [CORNER])
    listed = f'[candidates]\nfile = "c.csv"\n[siting]\nexact = "{exact}"\n'
    return listed + '[[must_serve]]\nfile = "p.csv"\n'


@pytest.mark.parametrize("exact", ["always", "never"])
def test_a_place_where_nobody_lives_is_served_first(tmp_path: Path, exact: str) -> None:
    area, demand, siting = with_empty_east(tmp_path, places(tmp_path, exact))
    wanted = marked_to_serve(tmp_path, Ground(area, demand))
    assert siting.covered[wanted].all()
    assert siting.shortfalls == ()
    assert len(siting) == 6
    assert siting.site[0] == len(TOWNS)
    assert (siting.proof is not None and siting.proof.optimal) == (exact == "always")


@pytest.mark.parametrize("base", [FREE, NOTHING_ASKED])
def test_a_place_out_of_reach_draws_no_stations_elsewhere(tmp_path: Path, base: str) -> None:
    asked = "" if base == FREE else '[objective]\nkind = "fewest_stations"\ncovered_share = 0.1\n'
    never = '[candidates]\nfile = "t.csv"\n[siting]\nexact = "never"\nimprovement_rounds = 0\n'
    never += asked
    points(tmp_path / "t.csv", TOWNS)
    points(tmp_path / "p.csv", [CORNER])
    _, _, free = plan_of(tmp_path, never, base)
    _, _, siting = plan_of(tmp_path, never + '[[must_serve]]\nfile = "p.csv"\n', base)
    assert [s.constraint for s in siting.shortfalls] == ["must_serve: cells to be served"]
    assert (siting.cell == free.cell).all()


def test_a_dear_option_that_serves_comes_before_cheap_ones_that_do_not(tmp_path: Path) -> None:
    rows = "".join(f"{lon},{lat},1\n" for lon, lat in TOWNS)
    (tmp_path / "c.csv").write_text(f"lon,lat,cost_cny\n{rows}113.235,23.155,1e6\n", "utf-8")
    points(tmp_path / "p.csv", [CORNER, (100.0, 23.0)])
    more = '[candidates]\nfile = "c.csv"\n[siting]\nexact = "never"\n[cost]\nstation_cny = 9\n'
    _, _, siting = plan_of(tmp_path, more + '[[must_serve]]\nfile = "p.csv"\n', FREE)
    assert siting.site[0] == len(TOWNS)
    assert siting.shortfalls == ()


@pytest.mark.parametrize("exact", ["always", "never"])
@pytest.mark.parametrize("binding", ["objective.budget_cny", "target.stations_new"])
def test_what_keeps_a_place_from_being_served_is_named(
    tmp_path: Path, binding: str, exact: str
) -> None:
    far, stations, budget = (113.005, 23.005), 5, 15
    if binding == "target.stations_new":
        stations, budget = 1, 1000
    rows = "".join(f"{lon},{lat},9\n" for lon, lat in [CORNER, far])
    (tmp_path / "c.csv").write_text(f"lon,lat,cost_cny\n{rows}", "utf-8")
    points(tmp_path / "p.csv", [CORNER, far])
    more = f'[candidates]\nfile = "c.csv"\n[siting]\nexact = "{exact}"\n[cost]\nstation_cny = 9\n'
    more += f'[objective]\nkind = "most_within_budget"\nbudget_cny = {budget}\n'
    base = FREE.replace("stations_new = 6", f"stations_new = {stations}")
    _, _, siting = plan_of(tmp_path, more + '[[must_serve]]\nfile = "p.csv"\n', base)
    said = f"must_serve: cells to be served ({binding} binds)"
    assert [missed.constraint for missed in siting.shortfalls] == [said]
    assert len(siting) == 1


def test_only_who_insists_on_a_proof_is_told_that_it_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points(tmp_path / "c.csv", TOWNS)
    more = '[candidates]\nfile = "c.csv"\n[siting]\nmin_separation_m = 1700\nexact = "auto"\n'
    always = more.replace("auto", "always")
    assert plan_of(tmp_path, always, FREE)[2].proof is not None
    for limit, said in (("_MOST_CELLS", "candidate and cell"), ("_MOST_PAIRS", "too close")):
        with monkeypatch.context() as context:
            context.setattr(f"planner.siting.exact.{limit}", 1)
            assert len(plan_of(tmp_path, more, FREE)[2]) > 0
            with pytest.raises(InputError, match=said):
                plan_of(tmp_path, always, FREE)


def test_a_separation_wider_than_the_area_leaves_one_station(tmp_path: Path) -> None:
    _, _, siting = plan_of(tmp_path, "[siting]\nmin_separation_m = 90000\n", FREE)
    assert len(siting) == 1
    assert siting.proof is None
    _, _, none = plan_of(tmp_path, "[siting]\nmin_separation_m = 90000\n", SCENARIO)
    assert not (none.role == "new").any()


def test_as_many_upgrades_as_new_stations_beside_numbers_of_zones(tmp_path: Path) -> None:
    points(tmp_path / "s.csv", TOWNS)
    points(tmp_path / "c.csv", [(113.05, 23.02), (113.1, 23.14), (113.2, 23.05), (113.21, 23.1)])
    base = FREE.replace("stations_new = 6", "stations_new = 2\nstations_upgraded = 2")
    more = """
[candidates]
file = "c.csv"
[sites]
existing = "s.csv"
existing_use = "upgraded"
[siting]
zone_stations = [{ zone = "440001", at_least = 1 }]
"""
    area, demand, siting = plan_of(tmp_path, more, base)
    assert (siting.origin == "upgraded").sum() == 2
    assert (siting.origin == "file").sum() == 2
    assert stations_in(area, siting, 0) >= 1
    _, _, proven = plan_of(tmp_path, more + 'exact = "always"\n', base)
    assert proven.proof is not None
    assert proven.proof.optimal
    assert (proven.origin == "upgraded").sum() <= 2
    assert (proven.origin == "file").sum() <= 2
    assert stations_in(area, proven, 0) >= 1
    assert proven.people_gained.sum() == pytest.approx(best_choice(area, demand, tmp_path))
    assert proven.people_gained.sum() >= siting.people_gained.sum() * (1 - 1e-9)


def best_choice(area, demand, folder: Path) -> float:
    """People of the best two upgrades and two new sites with one at least in the west."""
    scenario = load_scenario(folder / "small.toml")
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    assert candidates.listed is not None
    zone = area.zone_index.ravel()
    groups = [np.unique(candidates.existing.cell), np.unique(candidates.listed.cell)]
    groups[1] = np.setdiff1d(groups[1], groups[0])
    covers = {c: naive_covered(area, demand, [c]) for c in np.concatenate(groups)}
    counted = demand.people.astype(float)
    best = 0.0
    for upgraded in combinations(groups[0], 2):
        for new in combinations(groups[1], 2):
            chosen = [*upgraded, *new]
            if (zone[chosen] == 0).any():
                marked = np.logical_or.reduce([covers[c] for c in chosen])
                best = max(best, counted[marked].sum())
    return float(best)


def test_the_best_plan_with_too_many_stations_leaves_a_proof_of_how_many_it_takes(
    tmp_path: Path,
) -> None:
    points(tmp_path / "c.csv", TOWNS)
    more = '[candidates]\nfile = "c.csv"\n[objective]\nkind = "fewest_stations"\n'
    share = more + "covered_share = 0.14\n"
    _, _, free = plan_of(tmp_path, share)
    assert free.proof is not None
    assert free.proof.optimal
    assert free.proof.value == len(free) > 2
    few = FREE.replace("stations_new = 6", f"stations_new = {len(free) - 1}")
    _, _, capped = plan_of(tmp_path, share, few)
    assert len(capped) <= len(free) - 1
    assert [s.constraint for s in capped.shortfalls] == ["objective.covered_share"]
    assert capped.proof is not None
    assert capped.proof.infeasible
    assert not capped.proof.optimal
    assert capped.proof.bound == len(free)
    money = share.replace("fewest_stations", "least_cost") + "[cost]\nstation_cny = 400_000\n"
    _, _, dear = plan_of(tmp_path, money, few)
    assert dear.proof is not None
    assert dear.proof.infeasible
    assert len(dear) <= len(free) - 1
    _, _, beyond = plan_of(tmp_path, more + "covered_share = 0.9\n")
    assert beyond.proof is not None
    assert beyond.proof.infeasible
    assert np.isnan(beyond.proof.bound)


def test_a_dearer_plan_of_fewer_stations_is_found_where_their_number_is_capped(
    tmp_path: Path,
) -> None:
    # In the middle one dear site sees all that two cheap ones see.
    rows = "113.0625,23.1075,100000\n113.0565,23.1075,10000\n113.0685,23.1075,10000\n"
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "c.csv").write_text("lon,lat,cost_cny\n" + rows, "utf-8")
    more = """
[candidates]
file = "c.csv"
[cost]
station_cny = 400_000
[objective]
kind = "least_cost"
covered_share = SHARE
"""
    area, demand, _ = plan_of(tmp_path, more.replace("SHARE", "0.01"))
    candidates = candidate_sites(load_scenario(tmp_path / "small.toml"), area, demand, RADII_M)
    assert candidates.listed is not None
    alone = [demand.people[naive_covered(area, demand, [c])].sum() for c in candidates.listed.cell]
    share = float(alone[0] / demand.people.sum(dtype=float)) * (1 - 1e-6)
    assert max(alone[1:]) < alone[0]
    _, _, cheap = plan_of(tmp_path, more.replace("SHARE", str(share)))
    assert len(cheap) == 2
    one = FREE.replace("stations_new = 6", "stations_new = 1")
    _, _, dear = plan_of(tmp_path, more.replace("SHARE", str(share)), one)
    assert dear.site.tolist() == [0]
    assert dear.shortfalls == ()
    assert dear.proof is not None
    assert dear.proof.optimal
    assert dear.proof.value == 100_000


def test_stations_of_two_kinds_in_one_cell_keep_their_own_footprints(tmp_path: Path) -> None:
    points(tmp_path / "s.csv", [(113.06, 23.1)])
    (tmp_path / "m.csv").write_text("lon,lat,equipment\n113.0602,23.1002,small\n", "utf-8")
    more = """
[sites]
existing = "s.csv"
must_have = "m.csv"
[[equipment]]
name = "macro"
radius_m = { dense_urban = 2400, urban = 2400, suburban = 2400, rural = 2400 }
[[equipment]]
name = "small"
radius_m = { dense_urban = 3600, urban = 3600, suburban = 3600, rural = 3600 }
"""
    one = FREE.replace("stations_new = 6", "stations_new = 1")
    area, demand, siting = plan_of(tmp_path, more, one)
    assert siting.equipment.tolist() == ["", "small"]
    assert siting.cell[0] == siting.cell[1]
    x, y = area.grid.xy_m(np.arange(demand.people.size))
    near = np.hypot(x - x[siting.cell[0]], y - y[siting.cell[0]]) <= 3600
    near = near.reshape(area.grid.shape) & (area.zone_index >= 0)
    assert (siting.covered == near).all()
    assert siting.people_gained.sum() == pytest.approx(demand.people[near].sum(dtype=float))
    second = np.array([1])
    alone = np.zeros_like(near)
    siting.serving(second).cover(alone, siting.cell[second])
    assert (alone == near).all()
    assert (siting.covered_baseline == naive_covered(area, demand, siting.cell[:1])).all()
    scenario = load_scenario(tmp_path / "small.toml")
    kinds = network_and_equipment(
        scenario.equipment, scenario.radio, scenario.service, None, scenario.file
    )
    mark = np.array([2], np.uint8)
    by_zone, _ = people_in_order(kinds, Ground(area, demand), siting, second, mark, ())
    added = by_zone.sum(axis=1)
    assert np.diff(added)[0] == pytest.approx(siting.people_gained[1], rel=0.02)


def test_must_have_sites_have_the_equipment_that_their_file_names(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("lon,lat,equipment\n113.06,23.1,small\n113.2,23.05,\n", "utf-8")
    more = """
[sites]
must_have = "m.csv"
[[equipment]]
name = "macro"
station_cny = 500_000
[[equipment]]
name = "small"
station_cny = 120_000
radius_m = { dense_urban = 400, urban = 400, suburban = 400, rural = 400 }
"""
    _, _, siting = plan_of(tmp_path, more, FREE.replace("stations_new = 6", "stations_new = 2"))
    assert siting.equipment.tolist() == ["small", "macro"]
    assert siting.cost_cny is not None
    assert siting.cost_cny.tolist() == [120_000, 500_000]
    five = 5
    assert siting.covered.sum() > five
    alone = np.zeros_like(siting.covered)
    siting.footprints.cover(alone, siting.cell[:1])
    assert alone.sum() == five


def test_must_have_sites_too_close_are_said_in_metres(tmp_path: Path) -> None:
    points(tmp_path / "m.csv", [(113.06, 23.1), (113.068, 23.1)])
    more = '[sites]\nmust_have = "m.csv"\n[siting]\nmin_separation_m = 3000\n'
    _, _, siting = plan_of(tmp_path, more, FREE)
    [missed] = siting.shortfalls
    assert isinstance(missed, Shortfall)
    assert (missed.asked, missed.reached, missed.unit) == (3000.0, 800.0, "m")


def test_weights_elsewhere_are_noticed(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    points(tmp_path / "far.csv", [(100.0, 23.0)])
    with pytest.warns(PlannerWarning, match=r"far\.csv: has no weight"):
        plan_of(tmp_path, '[weights]\nplaces = [{ file = "far.csv" }]\n', FREE)


def test_listed_candidates_too_many_for_a_proof_are_improved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points(tmp_path / "c.csv", TOWNS)
    more = '[candidates]\nfile = "c.csv"\n[siting]\nimprovement_rounds = 1\n'
    assert plan_of(tmp_path, more, FREE)[2].proof is not None
    improved: list[object] = []

    def kept(
        _self: object, _people: object, _allowed: object, _covered: object, cells, **_: object
    ):
        improved.append(cells)
        return cells

    monkeypatch.setattr("planner.siting.exact._AUTO_OPTIONS", 1)
    monkeypatch.setattr("planner.sites.footprints.DiscFootprints.improved", kept)
    siting = plan_of(tmp_path, more, FREE)[2]
    assert siting.proof is None
    assert len(improved) == 1
    assert (siting.site >= 0).all()


def test_costs_are_told_only_where_every_station_has_one(tmp_path: Path) -> None:
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "m.csv").write_text("lon,lat,cost_cny\n113.06,23.1,90000\n", "utf-8")
    points(tmp_path / "p.csv", [CORNER])
    more = '[sites]\nmust_have = "m.csv"\n[[must_serve]]\nfile = "p.csv"\n'
    _, _, unpriced = plan_of(tmp_path, more, FREE)
    assert unpriced.cost_cny is None
    assert len(unpriced) == 6
    _, _, priced = plan_of(tmp_path, more + "[cost]\nstation_cny = 400_000\n", FREE)
    assert priced.cost_cny is not None
    assert priced.cost_cny.tolist() == [90_000.0, *[400_000.0] * 5]


def test_sites_without_a_cost_in_their_file_have_the_usual_one() -> None:
    no_place = np.zeros(2)
    sites = Sites(np.arange(2), no_place, no_place, ("a", "b"), np.array([5.0, np.nan]))
    assert sites.prices_cny(7.0).tolist() == [5.0, 7.0]
    assert np.isnan(sites.prices_cny(np.nan)[1])
    assert Sites(np.arange(2), no_place, no_place, ("a", "b")).prices_cny(7.0).tolist() == [7, 7]
