"""Phases of graded service: they end by the people expected to be served, whatever the cells."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.errors import PlannerWarning
from planner.plan import Plan
from planner.sites.equipment import network_kind
from planner.sites.served_people import expected_shares
from planner.siting.phases import phases_on_ground
from tests.planner.study import SCENARIO, write_study

BUDGET = SCENARIO[: SCENARIO.index("[service.radius_m]")] + SCENARIO[SCENARIO.index("[target]") :]
LEAST, SHARE = 300.0, 0.7
PHASED = f"""
[service]
model = "graded"

[siting]
exact = "never"
certificate_iterations = 60
improvement_rounds = 2

[[siting.phases]]
name = "towns"
area_classes = ["dense_urban", "urban"]
least_people_per_station = {LEAST}

[[siting.phases]]
name = "east"
zones = ["East"]
area_classes = ["suburban"]
until_served_share = {SHARE}
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("phases"), BUDGET + PHASED)


@pytest.fixture(scope="module")
def plan(study: Path) -> Plan:
    return planner.run(study, {"target.stations_new": 400, "siting.improvement_rounds": 0})


def served_in_turn(plan: Plan, people: np.ndarray, first: int, end: int) -> np.ndarray:
    """People expected to be served by the stations before each of some rows, and by all of them."""
    scenario, grid = plan.scenario, plan.area.grid
    kind = network_kind(scenario.radio, scenario.service, scenario.cost)
    points_m = plan.stations.to_crs(grid.crs).geometry
    cell = grid.cells(points_m.x.to_numpy(), points_m.y.to_numpy())
    names = np.full(len(cell), kind.name)
    return np.array([
        (people * expected_shares([kind], plan.ground, cell[:row], names[:row])).sum(dtype=float)
        for row in range(first, end + 1)
    ])  # fmt: skip


def rows_of(plan: Plan, name: str) -> tuple[int, int]:
    rows = np.flatnonzero(plan.stations["phase"].to_numpy() == name)
    return int(rows.min()), int(rows.max()) + 1


def test_a_phase_ends_where_stations_are_expected_to_add_too_few(plan: Plan) -> None:
    towns, _, _ = phases_on_ground(plan.scenario.siting.phases, plan.ground, plan.demand.people)
    first, end = rows_of(plan, "towns")
    gained = np.diff(served_in_turn(plan, towns.weight, first, end))
    last = np.cumsum(gained[::-1]) / np.arange(1, len(gained) + 1)
    assert last.min() >= LEAST - 0.5
    assert end < len(plan.stations)


def test_a_phase_ends_with_its_share_expected_to_be_served(plan: Plan) -> None:
    _, east, _ = phases_on_ground(plan.scenario.siting.phases, plan.ground, plan.demand.people)
    _, end = rows_of(plan, "east")
    before, after = served_in_turn(plan, east.weight, end - 1, end) / east.weight.sum(dtype=float)
    assert before < SHARE <= after + 1e-6


@pytest.mark.parametrize("cell_size_m", [150, 250])
def test_its_end_hardly_depends_on_the_cells(study: Path, plan: Plan, cell_size_m: int) -> None:
    """By siting's own count it would: 20 stations at 200 m, 46 at 150 m, 66 at 300 m."""
    other = planner.run(
        study,
        {
            "target.stations_new": 400,
            "siting.improvement_rounds": 0,
            "siting.certificate_iterations": 0,
            "area.cell_size_m": cell_size_m,
        },
    )
    first, end = rows_of(plan, "towns")
    begin, stop = rows_of(other, "towns")
    assert stop - begin == pytest.approx(end - first, rel=0.25)


def test_more_stations_never_serve_fewer_people_in_whole_plans(study: Path) -> None:
    """Of plans made anew, each with its own reach factors, phases and improvement."""
    served = [
        planner.run(
            study, {"target.stations_new": count, "siting.certificate_iterations": 0}
        ).summary["population_covered_share"]
        for count in (20, 40, 60, 90, 140)
    ]
    assert (np.diff(served) > 0).all()
    assert served[-1] - served[0] > 0.1


def test_where_siting_counts_all_as_served_stations_are_added_for_those_left(study: Path) -> None:
    """Cells as coarse as the reach towards the hardest users: siting sees nobody left too early."""
    until = {"name": "towns", "area_classes": ["urban"], "until_served_share": 0.935}
    changes = {"area.cell_size_m": 400, "target.stations_new": 300, "siting.phases": [until]}
    with pytest.warns(PlannerWarning, match="cells of 400 m are coarse"):
        plan = planner.run(study, changes)
    towns, _ = phases_on_ground(plan.scenario.siting.phases, plan.ground, plan.demand.people)
    first, end = rows_of(plan, "towns")
    before, after = served_in_turn(plan, towns.weight, end - 1, end) / towns.weight.sum(dtype=float)
    assert before < 0.935 <= after + 1e-6
    known = plan.summary["phases"][0]
    assert known["people_served"] == pytest.approx(known["people"])
    assert end - first > (towns.weight > 0).sum()
    assert len(set(zip(plan.stations.lon, plan.stations.lat, strict=True))) == len(plan.stations)
