"""The certificate over terrain: a whole run proves its gap, and its files prove it again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import planner
from kernels.footprints.spans import Spans
from planner.certificate_check import check_certificate
from planner.sites.search_effort import nearest_candidates, search_effort
from tests.planner.certificate.cases import AT_LEAST, BUDGET, COST, KINDS, ZONES
from tests.planner.certificate.cases import GREEDY as WITHOUT_EXACT
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO

GREEDY = {"siting.improvement_rounds": 0}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_hilly_study(tmp_path_factory.mktemp("hills"))


@pytest.fixture(scope="module")
def plan(study: Path):
    # 1500 m and 2000 m are no whole numbers of such cells.
    return planner.run(study, {"area.cell_size_m": 170, "target.stations_new": 12})


def test_a_run_over_hills_proves_how_good_it_is(plan) -> None:
    optimality = plan.summary["optimality"]
    assert optimality["upper_bound_population"] >= plan.summary["people_by_siting"]
    assert 0 <= optimality["gap"] < 0.03
    bound = plan.certificate.upper_bound_people
    assert (np.diff(bound) >= 0).all()
    served = dict(plan.summary["curve_by_siting"])
    for n in range(13):
        assert served[3 + n] * plan.demand.people_total <= bound[n] * (1 + 1e-6)


def test_its_files_prove_it_again_and_the_report_draws_it(plan, tmp_path: Path) -> None:
    folder = plan.save(tmp_path / "out")
    assert check_certificate(folder).holds
    assert "Proven upper limit" in (folder / "report.html").read_text(encoding="utf-8")
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    summary["population_covered"] *= 1.01
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert not check_certificate(folder).holds


def test_improvement_over_hills_covers_no_fewer(study: Path, plan) -> None:
    same = {"area.cell_size_m": 170, "target.stations_new": 12, "siting.certificate_iterations": 0}
    greedy = planner.run(study, GREEDY | same)
    assert plan.summary["people_by_siting"] >= greedy.summary["people_by_siting"] * (1 - 1e-6)
    assert len(plan.stations) == len(greedy.stations)
    served = np.array(plan.summary["curve_by_siting"])[3:, 1] * plan.demand.people_total
    assert (np.diff(served, n=2) <= 1.0).all()


def test_neighbours_are_the_nearest_and_never_oneself() -> None:
    cell = np.sort(np.random.default_rng(1).choice(50 * 60, 200, replace=False))
    near = nearest_candidates(cell, 60)
    assert not (near == np.arange(200)[:, None]).any()
    row, column = np.divmod(cell, 60)
    for one in (0, 77, 199):
        apart = np.hypot(row - row[one], column - column[one])
        found = near[one][near[one] >= 0]
        assert apart[found].max() <= np.sort(apart)[25]
    assert nearest_candidates(cell[:1], 60).tolist() == [[-1]]


def test_the_work_of_an_automatic_improvement_is_bounded() -> None:
    one = Spans(np.array([0, 1]), np.zeros(1, np.int32), np.array([1000], np.uint16))
    few, many = search_effort(one, 100, "auto", 0), search_effort(one, 10**6, "auto", 0)
    assert few.rounds * few.sweeps > many.rounds * many.sweeps
    assert search_effort(one, 100, 7, 0).rounds == 7


LIMITS = {
    "budget": (COST + BUDGET, "within the budget"),
    "budget-kinds": (COST + BUDGET + KINDS, "within the budget, the kinds of equipment"),
    "zones": (ZONES, "within station limits of zones"),
    "zones-kinds": (AT_LEAST + KINDS, "within station limits of zones, the kinds of equipment"),
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_over_hills_are_proven_and_checked(tmp_path: Path, name: str) -> None:
    more, words = LIMITS[name]
    path = write_hilly_study(tmp_path / "study", text=SCENARIO + TERRAIN + WITHOUT_EXACT + more)
    plan = planner.run(path, {"area.cell_size_m": 200})
    found = plan.certificate
    assert found is not None
    assert words in found.method
    assert plan.summary["population_covered"] <= found.upper_bound_people[-1] * (1 + 1e-9)
    assert found.gap < 0.25
    checked = check_certificate(plan.save(tmp_path / "out"))
    assert checked.holds
    assert checked.upper_bound_people_summed == pytest.approx(
        found.upper_bound_people[-1], rel=1e-12
    )


def test_zones_over_hills_lower_the_bound(tmp_path: Path) -> None:
    bounds = []
    for more in ("", ZONES):
        text = SCENARIO + TERRAIN + WITHOUT_EXACT + more
        plan = planner.run(write_hilly_study(tmp_path / f"z{len(more)}", text=text))
        bounds.append(plan.summary["optimality"]["upper_bound_population"])
    assert bounds[1] < bounds[0]
