"""A run from end to end: everything adds up, and the same twice."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.columns import STATIONS, ZONES
from planner.ground.demand import inhabited_land
from planner.results.expected_service import expected_service
from planner.sites.equipment import network_kind
from tests.planner.study import points, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("study"))


@pytest.fixture(scope="module")
def plan(study: Path) -> planner.Plan:
    return planner.run(study)


def test_the_summary_has_what_is_promised(plan: planner.Plan) -> None:
    promised = {
        "scenario", "population_total", "population_covered", "population_covered_share",
        "area_km2", "stations_existing", "stations_new", "stations_useful", "gaps", "zones",
        "runtime_s", "provenance",
    }  # fmt: skip
    assert promised <= set(plan.summary)
    assert plan.summary["scenario"] == "small"
    json.dumps(plan.summary, allow_nan=False)
    stages = {
        "radio", "area", "demand", "candidates", "siting", "certificate", "gaps",
        "build-out", "tables",
    }  # fmt: skip
    assert set(plan.summary["runtime_s"]) == stages


def test_zones_add_up_to_the_area(plan: planner.Plan) -> None:
    zones, summary = plan.zones, plan.summary
    assert zones["population"].sum() == pytest.approx(summary["population_total"], rel=1e-9)
    assert zones["covered"].sum() == pytest.approx(summary["population_covered"], rel=1e-9)
    assert zones["area_km2"].sum() == pytest.approx(summary["area_km2"])
    assert zones["stations_existing"].sum() == summary["stations_existing"]
    assert zones["stations_new"].sum() == summary["stations_new"]
    assert (zones["covered"] <= zones["population"] * (1 + 1e-6)).all()
    assert (zones["covered_baseline"] <= zones["covered"] + 1e-6).all()
    assert list(zones.columns) == [*ZONES, "geometry"]


def test_covered_people_are_those_of_the_covered_parts_of_cells(plan: planner.Plan) -> None:
    share = np.nan_to_num(plan.coverage.share)
    people = (plan.demand.people * share).sum(dtype=float)
    assert plan.summary["population_covered"] == pytest.approx(people, rel=1e-6)
    assert plan.stations["people_covered"].iloc[-1] == pytest.approx(people, rel=1e-6)
    inhabited = inhabited_land(plan.demand.people, plan.area.grid) & (plan.area.zone_index >= 0)
    cell_km2 = plan.area.grid.cell_area_km2
    assert plan.summary["area_inhabited_km2"] == pytest.approx(inhabited.sum() * cell_km2)
    covered_km2 = share[inhabited].sum(dtype=float) * cell_km2
    assert plan.summary["area_covered_km2"] == pytest.approx(covered_km2, rel=1e-6)


def test_rasters_agree_with_each_other_and_with_the_land(plan: planner.Plan) -> None:
    outside = plan.area.zone_index < 0
    coverage = plan.coverage
    assert (coverage.served_class[outside] == 255).all()
    assert (coverage.phase[outside] == 255).all()
    assert ((coverage.served_class == 0) == (coverage.phase == 0)).all()
    served = ~outside & (coverage.served_class > 0)
    assert (coverage.served_class[served] == plan.demand.area_class[served] + 1).all()
    assert set(np.unique(coverage.phase)) <= {0, 1, 2, 255}
    share = coverage.share
    assert (np.isnan(share) == outside).all()
    assert (served == (share >= 0.5 - 1e-6))[~outside].all()
    at_least_half = plan.demand.people[coverage.phase == 1].sum(dtype=float)
    assert 2.0 * plan.summary["population_covered_baseline"] > at_least_half


def test_stations_are_in_the_order_of_construction(plan: planner.Plan) -> None:
    stations = plan.stations
    assert list(stations.columns) == [*STATIONS, "geometry"]
    assert list(stations["order"]) == list(range(1, len(stations) + 1))
    assert stations["station_id"].is_unique
    assert stations["people_gained"].cumsum().to_numpy() == pytest.approx(
        stations["people_covered"].to_numpy()
    )
    assert stations.crs.to_epsg() == 4326
    share = stations["covered_share"].to_numpy()
    assert share[-1] == pytest.approx(plan.summary["population_covered_share"], rel=1e-6)
    curve = np.array(plan.summary["curve"])
    assert curve[0].tolist() == [0.0, 0.0]
    assert curve[-1].tolist() == [len(stations), share[-1]]
    assert (np.diff(curve[:, 1]) >= 0).all()


def test_the_same_scenario_gives_the_same_plan(study: Path, plan: planner.Plan) -> None:
    again = planner.run(study)
    assert again.stations.drop(columns="geometry").equals(plan.stations.drop(columns="geometry"))
    assert (again.coverage.phase == plan.coverage.phase).all()
    assert again.provenance["scenario_hash"] == plan.provenance["scenario_hash"]


def test_aims_are_counted_where_they_are_meant(study: Path) -> None:
    aims = [
        {"name": "all", "share": 0.5},
        {"name": "west", "share": 0.99, "zones": ["440001"]},
        {"name": "countryside", "share": 0.2, "area_classes": ["rural"]},
    ]
    plan = planner.run(study, {"aims": aims})
    found = {aim["name"]: aim for aim in plan.summary["aims"]}
    assert found["all"]["share_reached"] == pytest.approx(plan.summary["population_covered_share"])
    west = plan.zones.set_index("adcode").loc["440001"]
    assert found["west"]["share_reached"] == pytest.approx(west["covered_share"], rel=1e-6)
    assert not found["west"]["met"]
    assert found["west"]["missing_people"] == pytest.approx(
        0.99 * west["population"] - west["covered"], rel=1e-5
    )
    rural = plan.demand.area_class == 3
    assert found["countryside"]["people"] == pytest.approx(
        plan.demand.people[rural].sum(dtype=float)
    )
    assert plan.summary["target_met"] is False


def test_an_aim_for_an_unknown_zone_is_refused(study: Path) -> None:
    with pytest.raises(planner.InputError, match="440009"):
        planner.run(study, {"aims": [{"name": "x", "share": 0.5, "zones": ["440009"]}]})


def test_warnings_reach_the_summary(study: Path) -> None:
    with pytest.warns(planner.PlannerWarning, match="1.0 cells"):
        plan = planner.run(study, {"area.cell_size_m": 800})
    assert any("1.0 cells" in text for text in plan.summary["warnings"])


def test_inputs_stand_in_the_provenance_with_their_checksums(study: Path) -> None:
    import hashlib

    file = points(study.parent / "sites.csv", [(113.1, 23.1)])
    with pytest.warns(planner.PlannerWarning):
        plan = planner.run(study, {"sites.existing": str(file)})
    inputs = {one["role"]: one for one in plan.provenance["inputs"]}
    assert set(inputs) == {"boundary", "zones", "population", "existing sites"}
    assert inputs["existing sites"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert plan.provenance["seed"] == 2020


def test_the_steps_are_public_and_give_the_plan_of_the_run(study: Path, plan) -> None:
    scenario = planner.load_scenario(study)
    radii = planner.service_radii(scenario.radio, scenario.service)
    radius_m = [radius.radius_m for radius in radii]
    area = planner.study_area(scenario, planner.cell_size_m(scenario, radii))
    demand = planner.demand_on_grid(scenario, area)
    candidates = planner.candidate_sites(scenario, area, demand, radius_m)
    ground = planner.Ground(area, demand)
    siting = planner.site_stations(scenario, ground, candidates, radius_m)
    network = network_kind(scenario.radio, scenario.service, scenario.cost)
    served = expected_service([network], ground, siting)
    gaps = planner.find_gaps(scenario, area, demand, served.share)
    assert (planner.coverage(demand, siting, served).phase == plan.coverage.phase).all()
    assert gaps.people == pytest.approx(plan.summary["gaps"]["population"])


def test_overrides_do_not_go_with_a_loaded_scenario(study: Path) -> None:
    with pytest.raises(TypeError, match="overrides"):
        planner.run(planner.load_scenario(study), {"seed": 1})


def test_a_plan_without_any_station(study: Path, tmp_path: Path) -> None:
    plan = planner.run(study, {"target.stations_new": 0, "target.stations_baseline": 0})
    assert len(plan.stations) == 0
    assert plan.summary["population_covered"] == 0
    folder = plan.save(tmp_path / "out")
    assert (folder / "map.html").stat().st_size > 10_000


def test_all_that_is_wrong_with_a_scenario_before_large_files_are_read() -> None:
    wrong = {
        "networks": [],
        "sharing": [],
        "area.province": "Atlantis",
        "radio.rural.model": "magic",
        "radio.urban.model": "rubbish",
    }
    with pytest.raises(planner.InputError) as caught:
        planner.run("guizhou-2020", wrong)
    assert len(caught.value.problems) == 3
    assert all(problem.file == "guizhou-2020" for problem in caught.value.problems)
