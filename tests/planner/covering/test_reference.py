"""Published and generated instances: optima proven, heuristics close, bounds never wrong."""

from __future__ import annotations

import pytest

from planner.covering import Status, proven_bound, solve_covering
from tests.planner.covering.naive import covered_weight
from tests.planner.covering.reference import (
    cell_tower,
    city,
    generated,
    raster,
    records,
    sjc,
)

GENERATED = [
    *(f"mclp0{n}" for n in (1, 2, 3, 4, 5, 6, 7, 9)),
    *(f"psc0{n}" for n in (1, 2, 3, 6, 8)),
]
CITIES = [("NewYork", 400.0, p, best) for p, best in (
    (50, 1_153_640), (60, 1_288_174), (70, 1_396_333),
    (80, 1_481_434), (90, 1_539_992), (100, 1_574_256),
)] + [("Bronx", 600.0, p, best) for p, best in (
    (50, 1_205_051), (60, 1_290_635), (70, 1_348_232),
    (80, 1_376_061), (90, 1_384_376), (100, 1_385_099),
)]  # fmt: skip


def truth_of(folder, name):
    index = records(folder / "siting" / "generated" / "index.jsonl")
    return next(row for row in index if row["name"] == name)


def assert_consistent(problem, objective, plan):
    assert plan.covered_weight == covered_weight(problem, plan.sites)
    assert plan.gains.sum() == pytest.approx(plan.covered_weight)
    assert proven_bound(problem, objective, plan.multipliers) == plan.dual_bound


@pytest.mark.parametrize("name", GENERATED)
def test_heuristic_on_generated_instances(reference_dir, name) -> None:
    problem, objective = generated(reference_dir, name)
    truth = truth_of(reference_dir, name)
    plan = solve_covering(problem, objective, exact="never")
    assert_consistent(problem, objective, plan)
    assert not plan.shortfalls
    if name.startswith("mclp"):
        assert 0.997 * truth["optimum"] <= plan.value <= truth["optimum"] <= plan.bound
    else:
        assert plan.value <= 1.03 * truth["optimum"]
        assert plan.bound <= truth["optimum"]
        assert plan.value >= truth["bound"]


@pytest.mark.parametrize("name", [name for name in GENERATED if name != "psc06"])
def test_generated_instances_are_proven(reference_dir, name) -> None:
    problem, objective = generated(reference_dir, name)
    plan = solve_covering(problem, objective, exact="always")
    assert plan.status is Status.OPTIMAL
    assert plan.value == plan.bound == truth_of(reference_dir, name)["optimum"]


@pytest.mark.parametrize("number", range(17))
def test_sao_jose_dos_campos_is_proven(reference_dir, number) -> None:
    rows = records(reference_dir / "siting" / "sjc" / "optima.jsonl")
    if number >= len(rows):
        pytest.skip("no such row")
    row = rows[number]
    problem, objective = sjc(reference_dir, row["inst"], row["R"], row["p"])
    plan = solve_covering(problem, objective)
    assert plan.status is Status.OPTIMAL
    assert plan.value == row["value"]
    quick = solve_covering(problem, objective, exact="never")
    assert 0.997 * row["value"] <= quick.value <= row["value"] <= quick.bound


def test_cell_towers_are_proven(reference_dir) -> None:
    problem, objective, data = cell_tower(reference_dir)
    plan = solve_covering(problem, objective)
    assert plan.status is Status.OPTIMAL
    assert plan.value == data["optimum"]
    assert sorted(plan.sites.tolist()) == data["towers"]


def test_small_raster_is_proven(reference_dir) -> None:
    problem, objective = raster(reference_dir, "raster03_30x30_R2")
    plan = solve_covering(problem, objective)
    assert plan.status is Status.OPTIMAL
    assert plan.value == 2_113_386


def test_raster_of_unknown_optimum(reference_dir) -> None:
    problem, objective = raster(reference_dir, "raster01_30x30_R3")
    plan = solve_covering(problem, objective, exact="never")
    assert 0.997 * 5_381_434 <= plan.value <= plan.bound
    assert plan.bound >= 5_381_434


@pytest.mark.long
@pytest.mark.parametrize(("name", "radius_m", "n_stations", "best"), CITIES)
def test_heuristic_on_cities(reference_dir, name, radius_m, n_stations, best) -> None:
    problem, objective = city(reference_dir, name, radius_m, n_stations)
    plan = solve_covering(problem, objective, exact="never")
    assert_consistent(problem, objective, plan)
    assert plan.value >= 0.997 * best
    assert plan.bound >= best


@pytest.mark.long
def test_new_york_of_50_stations_is_proven(reference_dir) -> None:
    problem, objective = city(reference_dir, "NewYork", 400.0, 50)
    plan = solve_covering(problem, objective, time_limit_s=120)
    assert plan.status is Status.OPTIMAL
    assert plan.value == 1_153_640
