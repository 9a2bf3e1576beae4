"""A station has one price in its place: siting decides by it, bound and report count it."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.certificate_check import check_certificate
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.ground.terrain import terrain_on_grid
from planner.scenario import load_scenario
from planner.sites.station_price import StationPrices
from tests.planner.hills import TERRAIN, hills_m, write_tile
from tests.planner.siting.cases import CELL_M, NOTHING_ASKED, naive_covered
from tests.planner.study import write_study

FACTORS = """
[cost]
station_cny = 400_000
[cost.items.area_factors]
dense_urban = 2.1
urban = 1.6
suburban = 1.2
rural = 0.7
"""
SLOPES = """
[cost.items.terrain_factors]
hilly_from_degree = 2
mountain_from_degree = 6
hilly = 1.3
mountain = 2.5
"""
BUDGET = '[objective]\nkind = "most_within_budget"\nbudget_cny = 2_750_000\n'
KINDS = """
[[equipment]]
name = "macro"
station_cny = 500_000
[[equipment]]
name = "small"
station_cny = 230_000
radius_m = { dense_urban = 600, urban = 600, suburban = 700, rural = 800 }
"""


def hilly_study(folder: Path, more: str) -> Path:
    path = write_study(folder, NOTHING_ASKED + TERRAIN + more)
    write_tile(folder / "hills.tif", hills_m(80.0))
    return path


def test_prices_of_classes_are_those_of_their_cells(tmp_path: Path) -> None:
    scenario = load_scenario(hilly_study(tmp_path, FACTORS + SLOPES + BUDGET))
    area = study_area(scenario, CELL_M)
    ground = Ground(area, demand_on_grid(scenario, area), terrain_on_grid(scenario, area))
    prices = StationPrices.of(scenario.cost, scenario.objective, scenario.equipment, ground)
    land = np.flatnonzero(area.zone_index >= 0)
    count = len(land)
    each = prices.at(land, np.full(count, 400_000.0), ["any"] * count, [""] * count)
    of_classes = prices.of_classes(400_000.0, "any", "")
    assert (of_classes[prices.place_class().ravel()[land]] == each).all()
    assert len(np.unique(each)) >= 4
    rural_and_flat = 160_000 + 0.7 * 240_000
    assert each.min() == rural_and_flat


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize("kinds", ["", KINDS])
def test_a_budget_holds_for_what_the_report_charges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, explicit: bool, kinds: str
) -> None:
    if not explicit:
        monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", 0)
    never = '[siting]\nexact = "never"\ncertificate_iterations = 60\n'
    plan = planner.run(
        write_study(tmp_path / "study", NOTHING_ASKED + FACTORS + BUDGET + kinds + never)
    )
    summary = plan.summary
    assert summary["infeasible"] == []
    assert 2_000_000 < summary["cost_cny"] <= 2_750_000
    assert summary["cost_cny"] == summary["money"]["capital_cny"] == plan.stations.cost_cny.sum()
    assert len(plan.stations.cost_cny.unique()) > 1
    found = plan.certificate
    assert found is not None
    assert summary["people_by_siting"] <= found.upper_bound_people[-1]
    assert check_certificate(plan.save(tmp_path / "out")).holds


def test_both_ways_of_picking_know_the_factors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = {
        "siting.certificate_iterations": 0,
        "siting.exact": "never",
        "siting.improvement_rounds": 0,
    }
    path = write_study(tmp_path, NOTHING_ASKED + FACTORS + BUDGET + KINDS)
    explicit = planner.run(path, quick)
    monkeypatch.setattr("planner.siting.picking._MOST_EXPLICIT", 0)
    raster = planner.run(path, quick)
    for column in ("lon", "lat", "equipment", "cost_cny"):
        assert (explicit.stations[column] == raster.stations[column]).all()


def test_slopes_have_a_price_within_a_budget_too(tmp_path: Path) -> None:
    plan = planner.run(hilly_study(tmp_path, FACTORS + SLOPES + BUDGET), {"siting.exact": "never"})
    assert plan.summary["money"]["slope_known"]
    assert plan.summary["infeasible"] == []
    assert 2_000_000 < plan.summary["cost_cny"] <= 2_750_000
    assert plan.summary["cost_cny"] == plan.stations.cost_cny.sum()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_cheapest_plan_is_the_cheapest_by_the_report(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(113.01, 113.23, 9), rng.uniform(23.01, 23.15, 9)
    price = 10_000 * rng.integers(17, 40, 9)
    more = """
[candidates]
file = "c.csv"
[objective]
kind = "least_cost"
covered_share = 0.12
[siting]
exact = "always"
"""
    path = write_study(tmp_path, NOTHING_ASKED + FACTORS + more)
    rows = "".join(f"{x},{y},{p}\n" for x, y, p in zip(lon, lat, price, strict=True))
    (tmp_path / "c.csv").write_text("lon,lat,cost_cny\n" + rows, encoding="utf-8")
    plan = planner.run(path)
    area, demand = plan.area, plan.demand
    cell = area.grid.cells(*_projected(area, lon, lat))
    factor = np.array([2.1, 1.6, 1.2, 0.7])[demand.area_class.ravel()[cell]]
    radio = np.minimum(price, 160_000)
    charged = np.rint(radio + factor * (price - radio))
    covers = [naive_covered(area, demand, [c]) for c in cell]
    people = demand.people.astype(float)
    best = min(
        charged[list(some)].sum()
        for size in range(1, 10)
        for some in combinations(range(9), size)
        if people[np.logical_or.reduce([covers[i] for i in some])].sum() >= 0.12 * people.sum()
    )
    assert plan.summary["objective_proof"]["proven_optimal"]
    assert plan.summary["cost_cny"] == best == plan.summary["objective_proof"]["value"]


def _projected(area, lon, lat):
    from pyproj import Transformer

    return Transformer.from_crs("EPSG:4326", area.grid.crs, always_xy=True).transform(lon, lat)
