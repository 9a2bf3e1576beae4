"""Objectives and constraints of a scenario, end to end, each plan counted afresh."""

from __future__ import annotations

from pathlib import Path

import numba
import numpy as np
import pytest

from planner.errors import InputError
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from planner.siting import Siting
from tests.planner.siting.cases import (
    CELL_M,
    FREE,
    NOTHING_ASKED,
    RADII_M,
    marked_to_serve,
    naive_covered,
    plan_of,
    stations_in,
)
from tests.planner.study import SCENARIO, points, rectangle, write_geojson, write_study


def zone_people(area, demand, siting: Siting) -> tuple[np.ndarray, np.ndarray]:
    """People and covered people of both zones, from the stations alone."""
    covered = naive_covered(area, demand, siting.cell)
    assert (covered == siting.covered).all()
    all_of = [demand.people[area.zone_index == z].sum(dtype=float) for z in range(2)]
    served = [demand.people[(area.zone_index == z) & covered].sum(dtype=float) for z in range(2)]
    return np.array(all_of), np.array(served)


@pytest.mark.parametrize("kind", ["fewest_stations", "least_cost"])
def test_shares_of_all_and_of_every_zone_are_covered(tmp_path: Path, kind: str) -> None:
    more = f"""
[cost]
station_cny = 400_000
[objective]
kind = "{kind}"
covered_share = 0.7
zone_share = 0.5
zone_shares = [{{ zone = "440002", share = 0.8 }}]
"""
    area, demand, siting = plan_of(tmp_path, more)
    total, served = zone_people(area, demand, siting)
    assert served.sum() >= 0.7 * total.sum() * (1 - 1e-9)
    assert served[0] >= 0.5 * total[0] * (1 - 1e-9)
    assert served[1] >= 0.8 * total[1] * (1 - 1e-9)
    assert siting.shortfalls == ()
    assert siting.cost_cny is not None
    assert siting.cost_cny.sum() == 400_000 * len(siting)
    assert (np.diff(siting.people_gained) <= 1.0).all()
    assert siting.missing_new == 0


def test_no_station_of_a_covering_plan_is_idle(tmp_path: Path) -> None:
    more = '[objective]\nkind = "fewest_stations"\ncovered_share = 0.75\n'
    area, demand, siting = plan_of(tmp_path, more)
    total = demand.people.sum(dtype=float)
    assert len(siting) > 0
    for left_out in range(len(siting)):
        covered = naive_covered(area, demand, np.delete(siting.cell, left_out))
        assert demand.people[covered].sum(dtype=float) < 0.75 * total


def test_a_share_out_of_reach_is_said_with_the_nearest_plan(tmp_path: Path) -> None:
    sites = points(tmp_path / "c.csv", [(113.05, 23.05), (113.07, 23.07)])
    more = f"""
[candidates]
file = "{sites}"
[objective]
kind = "fewest_stations"
zone_share = 0.6
"""
    area, demand, siting = plan_of(tmp_path, more)
    total, served = zone_people(area, demand, siting)
    missed = {s.constraint: s for s in siting.shortfalls}
    east = missed["objective: share of zone 440002"]
    assert east.asked == pytest.approx(0.6 * total[1])
    assert east.reached == pytest.approx(served[1])
    assert east.missing == pytest.approx(0.6 * total[1] - served[1])
    assert len(siting) > 0


def test_a_budget_is_kept_and_spent(tmp_path: Path) -> None:
    more = """
[cost]
station_cny = 400_000
[objective]
kind = "most_within_budget"
budget_cny = 2_500_000
"""
    greedy = "[siting]\nimprovement_rounds = 0\n"
    _, _, siting = plan_of(tmp_path, more + greedy)
    plain = plan_of(tmp_path, greedy, FREE)[2]
    assert len(siting) == 6
    assert (siting.cell == plain.cell).all()
    assert siting.cost_cny is not None
    assert siting.cost_cny.sum() <= 2_500_000
    _, _, none = plan_of(tmp_path, more.replace("2_500_000", "399_999"))
    assert len(none) == 0
    assert none.shortfalls == ()


def test_stations_keep_their_distance(tmp_path: Path) -> None:
    more = "[siting]\nmin_separation_m = 3000\n"
    area, _, siting = plan_of(tmp_path, more, SCENARIO)
    x, y = area.grid.xy_m(siting.cell)
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    new = siting.role == "new"
    np.fill_diagonal(apart, np.inf)
    assert apart[new].min() >= 3000.0 - 1e-6
    assert new.sum() == 6
    _, _, free = plan_of(tmp_path, "", SCENARIO)
    assert siting.people_gained.sum() < free.people_gained.sum()


def test_zones_get_the_stations_that_they_must_and_may(tmp_path: Path) -> None:
    zones = """
[siting]
zone_stations = [{ zone = "440001", at_most = 2 }, { zone = "440002", at_least = 3 }]
"""
    area, _, siting = plan_of(tmp_path, zones, FREE)
    assert stations_in(area, siting, 0) <= 2
    assert stations_in(area, siting, 1) >= 3
    assert len(siting) == 6
    exactly = '[siting]\nzone_stations = [{ zone = "440002", exactly = 5 }]\n'
    area, _, siting = plan_of(tmp_path, exactly, FREE)
    assert (stations_in(area, siting, 0), stations_in(area, siting, 1)) == (1, 5)
    few = exactly + '[objective]\nkind = "fewest_stations"\ncovered_share = 0.3\n'
    area, _, siting = plan_of(tmp_path, few)
    assert stations_in(area, siting, 1) == 5


def test_zones_that_cannot_get_their_stations_are_said(tmp_path: Path) -> None:
    sites = points(tmp_path / "c.csv", [(113.05, 23.05), (113.2, 23.1), (113.1, 23.1)])
    more = f"""
[candidates]
file = "{sites}"
[siting]
zone_stations = [{{ zone = "440002", at_least = 3 }}]
"""
    _, _, siting = plan_of(tmp_path, more, FREE)
    assert [s.constraint for s in siting.shortfalls] == [
        "siting.zone_stations: at least in zone 440002"
    ]
    assert (siting.shortfalls[0].asked, siting.shortfalls[0].reached) == (3.0, 1.0)


def test_places_that_must_be_served_come_first(tmp_path: Path) -> None:
    more = '[[must_serve]]\nfile = "p.csv"\n[[must_serve]]\nfile = "park.geojson"\n'
    points(tmp_path / "p.csv", [(113.002, 23.158), (113.238, 23.003)])
    shape = rectangle(113.02, 23.005, 113.03, 23.01)
    write_geojson(tmp_path / "park.geojson", [(shape, {})])
    area, demand, siting = plan_of(tmp_path, more, FREE)
    wanted = marked_to_serve(tmp_path, Ground(area, demand))
    assert wanted.sum() >= 4
    assert siting.covered[wanted].all()
    assert naive_covered(area, demand, siting.cell[:3])[wanted].all()
    assert siting.shortfalls == ()
    _, _, one = plan_of(tmp_path, more, FREE.replace("stations_new = 6", "stations_new = 1"))
    assert one.shortfalls[0].constraint.startswith("must_serve")
    assert one.shortfalls[0].missing >= 1


def existing(folder: Path) -> Path:
    return points(folder / "s.csv", [(113.06, 23.1), (113.08, 23.09), (113.2, 23.05)])


def test_existing_sites_are_kept_upgraded_or_retired(tmp_path: Path) -> None:
    sites = f'[sites]\nexisting = "{existing(tmp_path)}"\n'
    _, _, kept = plan_of(tmp_path, sites, FREE)
    assert (kept.role == "baseline").sum() == 3
    _, _, retired = plan_of(tmp_path, sites + 'existing_use = "retired"\n', FREE)
    assert set(retired.role) == {"new"}
    plain = plan_of(tmp_path, "", FREE)[2]
    assert (retired.cell == plain.cell).all()
    assert retired.baseline_origin == "none"


def test_upgrades_and_new_stations_each_have_their_number_and_cost(tmp_path: Path) -> None:
    more = f"""
stations_upgraded = 2
[sites]
existing = "{existing(tmp_path)}"
existing_use = "upgraded"
[cost]
station_cny = 500_000
upgrade_cny = 100_000
"""
    area, demand, siting = plan_of(tmp_path, more, FREE)
    zone_people(area, demand, siting)
    assert (siting.origin == "upgraded").sum() == 2
    assert (siting.origin == "model").sum() == 6
    assert siting.cost_cny is not None
    assert (siting.cost_cny[siting.origin == "upgraded"] == 100_000).all()
    assert (siting.cost_cny[siting.origin == "model"] == 500_000).all()
    assert (siting.site[siting.origin == "upgraded"] >= 0).all()
    budget = more.replace("stations_upgraded = 2\n", "") + (
        '[objective]\nkind = "most_within_budget"\nbudget_cny = 600_000\n'
    )
    _, _, bought = plan_of(tmp_path, budget)
    assert (bought.origin == "upgraded").any()
    assert bought.cost_cny is not None
    assert bought.cost_cny.sum() <= 600_000


def test_listed_candidates_have_costs_of_their_own_and_the_cheapest_plan_is_proven(
    tmp_path: Path,
) -> None:
    rows = [(113.04 + 0.015 * i, 23.04 + 0.012 * (i % 7), 100_000 * (1 + i % 4)) for i in range(12)]
    text = "".join(f"{lon},{lat},{cost}\n" for lon, lat, cost in rows)
    (tmp_path / "c.csv").write_text(f"lon,lat,cost_cny\n{text}", encoding="utf-8")
    more = """
[candidates]
file = "c.csv"
[cost]
station_cny = 1
[objective]
kind = "least_cost"
covered_share = 0.15
"""
    area, demand, proven = plan_of(tmp_path, more)
    assert proven.proof is not None
    assert proven.proof.optimal
    assert proven.cost_cny is not None
    _, _, greedy = plan_of(tmp_path, more + '[siting]\nexact = "never"\n')
    assert greedy.proof is None
    assert greedy.cost_cny is not None
    prices = np.array([cost for _, _, cost in rows])
    assert (proven.cost_cny == prices[proven.site]).all()
    assert proven.cost_cny.sum() == proven.proof.value <= greedy.cost_cny.sum()
    total, served = zone_people(area, demand, proven)
    assert served.sum() >= 0.15 * total.sum() * (1 - 1e-9)
    cheapest = np.inf
    cells = candidate_cells(tmp_path)
    for choice in range(1, 1 << len(rows)):
        chosen = np.array([(choice >> bit) & 1 for bit in range(len(rows))], bool)
        if prices[chosen].sum() < min(cheapest, proven.cost_cny.sum()):
            covered = naive_covered(area, demand, cells[chosen])
            if demand.people[covered].sum(dtype=float) >= 0.15 * total.sum():
                cheapest = prices[chosen].sum()
    assert cheapest == np.inf


def candidate_cells(folder: Path) -> np.ndarray:
    scenario = load_scenario(folder / "small.toml")
    area = study_area(scenario, CELL_M)
    demand = demand_on_grid(scenario, area)
    listed = candidate_sites(scenario, area, demand, RADII_M).listed
    assert listed is not None
    return listed.cell


def test_weights_steer_and_people_are_reported(tmp_path: Path) -> None:
    points(tmp_path / "h.csv", [(113.01, 23.15), (113.23, 23.15)])
    more = """
[weights]
people = 0.001
places = [{ file = "h.csv", factor = 1000 }]
"""
    area, demand, siting = plan_of(
        tmp_path, more, FREE.replace("stations_new = 6", "stations_new = 2")
    )
    total, served = zone_people(area, demand, siting)
    assert siting.people_gained.sum() == pytest.approx(served.sum())
    assert siting.weight_total == pytest.approx(2000 + 0.001 * total.sum(), rel=1e-5)
    assert siting.weight_covered == pytest.approx(2000 + 0.001 * served.sum(), rel=1e-5)


EQUIPMENT = """
[[equipment]]
name = "macro"
station_cny = 500_000
[[equipment]]
name = "small"
station_cny = 120_000
radius_m = { dense_urban = 600, urban = 600, suburban = 700, rural = 800 }
[objective]
kind = "most_within_budget"
budget_cny = 2_000_000
"""


def test_kinds_of_equipment_have_their_own_reach_and_cost(tmp_path: Path) -> None:
    area, demand, siting = plan_of(tmp_path, EQUIPMENT)
    assert set(siting.equipment) <= {"macro", "small"}
    assert "small" in siting.equipment
    assert siting.cost_cny is not None
    assert siting.cost_cny.sum() <= 2_000_000
    price = np.where(siting.equipment == "macro", 500_000, 120_000)
    assert (siting.cost_cny == price).all()
    covered = naive_covered(area, demand, siting.cell[siting.equipment == "macro"])
    small = np.append([600.0, 600.0, 700.0, 800.0], np.full(252, -1.0))[demand.area_class].ravel()
    x, y = area.grid.xy_m(np.arange(demand.people.size))
    for cell in siting.cell[siting.equipment == "small"]:
        near = np.hypot(x - x[cell], y - y[cell]) <= small + 1e-6
        covered |= near.reshape(covered.shape) & (area.zone_index >= 0)
    assert (covered == siting.covered).all()
    assert siting.people_gained.sum() == pytest.approx(demand.people[covered].sum(dtype=float))


def test_the_plan_is_the_same_for_one_and_two_threads(tmp_path: Path) -> None:
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        _, _, one = plan_of(tmp_path, EQUIPMENT)
        numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
        _, _, two = plan_of(tmp_path, EQUIPMENT)
    finally:
        numba.set_num_threads(before)
    assert (one.cell == two.cell).all()
    assert (one.equipment == two.equipment).all()


@pytest.mark.parametrize(
    ("more", "base", "said"),
    [
        ('[objective]\nkind = "fewest_stations"\n', FREE, "needs covered_share"),
        ("[objective]\ncovered_share = 0.5\n", FREE, "shares need"),
        ('[objective]\nkind = "most_within_budget"\n', FREE, "budget_cny"),
        ('[objective]\nkind = "least_cost"\ncovered_share = 0.5\n', FREE, "cost.station_cny"),
        ("", NOTHING_ASKED, "stations_new is missing"),
        ('[sites]\nexisting_use = "upgraded"\n', FREE, "needs sites.existing"),
        ("stations_upgraded = 3\n", FREE, "existing_use"),
        ('[siting]\nzone_stations = [{ zone = "1", at_least = 2 }]\n', FREE, "unknown zone"),
        ('[siting]\nzone_stations = [{ zone = "440001", at_least = 7 }]\n', FREE, "minimums add"),
        (
            '[siting]\nzone_stations = [{ zone = "440001", at_least = 3, at_most = 2 }]\n',
            FREE,
            "at_least is above at_most",
        ),
        ('[siting]\nzone_stations = [{ zone = "440001" }]\n', FREE, "at_most or exactly"),
        ("[weights]\npeople = 0\n", FREE, "nothing has weight"),
        ('[[must_serve]]\nfile = "far.csv"\n', FREE, "touches no land"),
        ('[weights]\nplaces = [{ file = "nan.csv", column = "w" }]\n', FREE, "non-numeric"),
        ('[weights]\npeople = 0\nplaces = [{ file = "far.csv" }]\n', FREE, "give no weight"),
        ('[candidates]\nfile = "nocost.csv"\n', FREE, "have no cost"),
        ('[candidates]\nfile = "twice.csv"\nduplicates = "refuse"\n', FREE, "same place"),
        ('[[equipment]]\nname = "a"\n[[equipment]]\nname = "a"\n', FREE, "a name twice"),
        ('[[equipment]]\nname = "a"\nradio = { bandd = "n28" }\n', FREE, "equipment.0.radio.bandd"),
    ],
)
def test_bad_input_is_said(tmp_path: Path, more: str, base: str, said: str) -> None:
    tmp_path.mkdir(exist_ok=True)
    points(tmp_path / "far.csv", [(100.0, 23.0)])
    points(tmp_path / "twice.csv", [(113.1, 23.1), (113.1, 23.1)])
    (tmp_path / "nan.csv").write_text("lon,lat,w\n113.1,23.1,x\n", encoding="utf-8")
    (tmp_path / "nocost.csv").write_text("lon,lat,cost_cny\n113.1,23.1,-3\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        plan_of(tmp_path, more, base)


def test_both_ways_of_picking_make_the_same_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = EQUIPMENT + "[siting]\nmin_separation_m = 1500\nimprovement_rounds = 0\n"
    _, _, explicit = plan_of(tmp_path, more)
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", 0)
    _, _, raster = plan_of(tmp_path, more)
    assert (explicit.cell == raster.cell).all()
    assert (explicit.equipment == raster.equipment).all()


def test_equipment_of_another_band_reaches_farther(tmp_path: Path) -> None:
    from planner.sites.equipment import station_kinds

    text = NOTHING_ASKED.split("[service.radius_m]")[0] + "[target]\nstations_new = 4\n"
    more = '[[equipment]]\nname = "high"\n[[equipment]]\nname = "low"\nradio = { band = "n28" }\n'
    scenario = load_scenario(write_study(tmp_path, text + more))
    high, low = station_kinds(
        scenario.equipment, scenario.radio, scenario.service, scenario.cost, scenario.file
    )
    assert high.radio.carrier_mhz == 2600.0
    assert low.radio.carrier_mhz == 700.0
    assert low.radius_m[3] > high.radius_m[3]


def test_many_costs_of_upgrades_stand_beside_every_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(
        f"{113.02 + 0.02 * i},{23.05 + 0.01 * (i % 5)},{100_000 + i}\n" for i in range(10)
    )
    tmp_path.mkdir(exist_ok=True)
    (tmp_path / "s.csv").write_text(f"lon,lat,cost_cny\n{rows}", encoding="utf-8")
    more = '[sites]\nexisting = "s.csv"\nexisting_use = "upgraded"\n' + EQUIPMENT
    greedy = '[siting]\nexact = "never"\nimprovement_rounds = 0\n'
    _, _, explicit = plan_of(tmp_path, more + greedy)
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", 0)
    _, _, raster = plan_of(tmp_path, more + greedy)
    upgraded = raster.origin == "upgraded"
    assert upgraded.sum() > 2
    assert raster.cost_cny is not None
    assert (raster.cost_cny[upgraded] == 100_000 + raster.site[upgraded]).all()
    for name in ("cell", "site", "cost_cny", "equipment", "origin"):
        assert (getattr(raster, name) == getattr(explicit, name)).all()
    monkeypatch.setattr("planner.siting.picking._MOST_PLACES", 20)
    with pytest.raises(InputError, match="too many different costs"):
        plan_of(tmp_path, more, NOTHING_ASKED)
