"""The certificate: a bound that holds, checked by other code, and a plan improved towards it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from kernels.covering.bound_check import CheckedKind, check_bound, price_in_discs
from kernels.covering.bound_limits import Limits
from planner.certificate.certificate import certify
from planner.certificate.limits import Question
from planner.sites.equipment import network_kind
from planner.sites.footprints import footprints_of
from tests.planner.study import points, write_study


def steps(path: Path, *overrides: str):
    scenario = planner.load_scenario(path, overrides)
    radii = planner.service_radii(scenario.radio, scenario.service)
    radius_m = [radius.radius_m for radius in radii]
    area = planner.study_area(scenario, 250.0)
    demand = planner.demand_on_grid(scenario, area)
    candidates = planner.candidate_sites(scenario, area, demand, radius_m)
    ground = planner.Ground(area, demand)
    serving = footprints_of(
        network_kind(scenario.radio, scenario.service, scenario.cost), ground, candidates
    )
    siting = planner.site_stations(scenario, ground, candidates, radius_m, serving)
    return demand, candidates, siting, serving


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("study"))


def test_the_bound_holds_and_other_code_sums_the_same(study: Path) -> None:
    demand, candidates, siting, serving = steps(study)
    found = certify(demand, candidates, siting, serving, iterations=200)
    covered_people = siting.people_gained.sum()
    assert found is not None
    assert covered_people <= found.upper_bound_people[-1] <= demand.people_total
    assert (np.diff(found.upper_bound_people) >= 0).all()
    place = (serving.area_class, serving.radius_cells, candidates.allowed)
    kind = CheckedKind(candidates.allowed, lambda price: price_in_discs(price, *place))
    again = check_bound(
        found.multipliers.whole(), demand.people, siting.covered_baseline, (kind,), Limits.none(6)
    )
    assert again == pytest.approx(found.upper_bound_people[-1], rel=1e-9)
    for n in range(7):
        prefix = siting.people_gained[: 3 + n].sum()
        assert prefix <= found.upper_bound_people[n] * (1 + 1e-12)


def test_little_effort_makes_few_steps_and_a_bound_that_holds(study: Path) -> None:
    demand, candidates, siting, serving = steps(study)
    done: dict[float, list[int]] = {1.0: [], 0.05: []}
    bounds = {}
    for effort, counted in done.items():
        found = certify(
            demand, candidates, siting, serving, Question(effort=effort), iterations="auto",
            progress=counted.append,
        )  # fmt: skip
        assert found is not None
        bounds[effort] = float(found.upper_bound_people[-1])
    assert siting.people_gained.sum() <= bounds[1.0] <= bounds[0.05] * (1 + 1e-9)
    assert sum(done[0.05]) < 0.5 * sum(done[1.0])


def test_the_search_ends_where_the_plan_is_proven_good_enough(study: Path) -> None:
    demand, candidates, siting, serving = steps(study)
    done: dict[float, list[int]] = {0.0: [], 0.3: []}
    gaps = {}
    for enough, counted in done.items():
        found = certify(
            demand, candidates, siting, serving, Question(enough_gap=enough), iterations="auto",
            progress=counted.append,
        )  # fmt: skip
        assert found is not None
        gaps[enough] = found.gap
    assert gaps[0.0] < gaps[0.3] <= 0.3
    assert sum(done[0.3]) < 0.5 * sum(done[0.0])


def test_no_other_six_sites_beat_the_bound(study: Path) -> None:
    demand, candidates, siting, serving = steps(study)
    found = certify(demand, candidates, siting, serving, iterations=200)
    draw = np.random.default_rng(5)
    dense = np.flatnonzero((demand.area_class < 3) & candidates.allowed)
    for _ in range(50):
        covered = siting.covered_baseline.copy()
        serving.cover(covered, draw.choice(dense, 6, replace=False))
        assert demand.people[covered].sum(dtype=float) <= found.upper_bound_people[-1]


def test_improvement_covers_no_fewer_people(study: Path) -> None:
    _, _, greedy, _ = steps(study, "target.stations_new=15", "siting.improvement_rounds=0")
    demand, candidates, better, serving = steps(
        study, "target.stations_new=15", "siting.improvement_rounds=20"
    )
    assert len(better) <= len(greedy)
    assert better.people_gained.sum() >= greedy.people_gained.sum() - 1.0
    assert candidates.allowed.ravel()[better.cell].all()
    assert (np.diff(better.people_gained[3:]) <= 1.0).all()
    found = certify(demand, candidates, better, serving, iterations=200)
    assert better.people_gained.sum() <= found.upper_bound_people[-1]


def test_must_have_sites_are_fixed_in_the_bound(study: Path) -> None:
    file = points(study.parent / "m.csv", [(113.23, 23.01), (113.01, 23.15)])
    demand, candidates, siting, serving = steps(study, f"sites.must_have={file}")
    found = certify(demand, candidates, siting, serving, iterations=100)
    assert len(found.upper_bound_people) == 5
    assert found.fixed_stations == 5
    assert siting.people_gained.sum() <= found.upper_bound_people[-1]


def test_everybody_covered_needs_no_search(study: Path) -> None:
    demand, candidates, siting, serving = steps(study, "target.stations_new=5000")
    found = certify(demand, candidates, siting, serving, iterations=0)
    assert found.summary()["proven_optimal"]
    assert found.multipliers is None


def test_the_summary_has_it_where_the_scenario_asks(study: Path) -> None:
    plan = planner.run(study)
    optimality = plan.summary["optimality"]
    assert set(optimality) == {
        "upper_bound_population", "gap", "method", "proven_optimal", "saturated"
    }  # fmt: skip
    assert optimality["upper_bound_population"] >= plan.summary["people_by_siting"]
    assert 0 <= optimality["gap"] < 0.5
    without = {"siting.certificate_iterations": 0, "siting.improvement_rounds": 0}
    assert "optimality" not in planner.run(study, without).summary
