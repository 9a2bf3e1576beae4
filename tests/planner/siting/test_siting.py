"""Siting: order, roles, recounted people, and an honest end when everybody is covered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import Bounds, LinearConstraint, milp

from planner.errors import PlannerWarning
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from planner.siting import site_stations
from tests.planner.siting.cases import RADII_M, naive_covered
from tests.planner.study import SCENARIO, points, write_study

CELL_M = 250.0


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def sited(path: Path, *overrides: str):
    scenario = load_scenario(path, overrides)
    area = study_area(scenario, CELL_M)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    siting = site_stations(scenario, Ground(area, demand), candidates, RADII_M)
    return area, demand, candidates, siting


def test_people_are_recounted_from_the_chosen_sites(study: Path) -> None:
    area, demand, _, siting = sited(study)
    covered = naive_covered(area, demand, siting.cell)
    assert (siting.covered == covered).all()
    assert siting.people_gained.sum() == pytest.approx(demand.people[covered].sum(dtype=float))
    before = naive_covered(area, demand, siting.cell[siting.role == "baseline"])
    assert (siting.covered_baseline == before).all()


def test_the_order_is_greedy_and_every_prefix_is_the_shorter_plan(study: Path) -> None:
    greedy = "siting.improvement_rounds=0"
    _, _, _, siting = sited(study, greedy)
    assert list(siting.role) == ["baseline"] * 3 + ["new"] * 6
    assert (np.diff(siting.people_gained[3:]) <= 1.0).all()
    _, _, _, shorter = sited(study, greedy, "target.stations_new=2")
    assert (shorter.cell == siting.cell[:5]).all()


def test_the_baseline_placed_by_the_model_is_said_to_be(study: Path) -> None:
    _, _, _, siting = sited(study)
    assert siting.baseline_origin == "model"
    assert set(siting.origin) == {"model"}
    _, _, _, none = sited(study, "target.stations_baseline=0")
    assert none.baseline_origin == "none"


def test_a_model_baseline_begins_where_people_live_densest(study: Path) -> None:
    _, demand, _, densest = sited(study, "target.stations_baseline=1")
    code = demand.area_class.ravel()
    best_class = code[demand.people.ravel() > 0].min()
    served = naive_covered(*sited(study, "target.stations_baseline=1")[:2], densest.cell[:1])
    assert (demand.area_class[served] == best_class).any()
    _, _, _, most = sited(study, "target.baseline_order=most_people_first")
    assert (np.diff(most.people_gained) <= 1.0).all()


def test_existing_sites_come_from_the_file_and_are_not_moved(study: Path) -> None:
    lonlat = [(113.20, 23.05), (113.02, 23.14), (113.1, 23.1)]
    file = points(study.parent / "s.csv", lonlat)
    _, _, candidates, siting = sited(study, f"sites.existing={file}")
    assert siting.baseline_origin == "file"
    assert (siting.cell[:3] == candidates.existing.cell).all()
    assert list(siting.site[:3]) == [0, 1, 2]
    assert (siting.site[3:] == -1).all()


def test_a_baseline_count_that_differs_from_the_file_is_reported(study: Path) -> None:
    file = points(study.parent / "s.csv", [(113.20, 23.05)])
    with pytest.warns(PlannerWarning, match="holds 1 existing sites"):
        _, _, _, siting = sited(study, f"sites.existing={file}")
    assert (siting.role == "baseline").sum() == 1


def test_must_have_sites_are_built_first_and_count_as_new(study: Path) -> None:
    file = points(study.parent / "m.csv", [(113.23, 23.01), (113.01, 23.15)])
    _, _, candidates, siting = sited(study, f"sites.must_have={file}")
    assert list(siting.role) == ["baseline"] * 3 + ["must_have"] * 2 + ["new"] * 4
    assert (siting.cell[3:5] == candidates.must_have.cell).all()


def test_new_stations_stand_only_on_listed_candidates(study: Path) -> None:
    lonlat = [(113.02 + 0.02 * i, 23.02 + 0.012 * i) for i in range(10)]
    file = points(study.parent / "c.csv", lonlat)
    _, _, candidates, siting = sited(study, f"candidates.file={file}", "target.stations_baseline=0")
    assert set(siting.cell) <= set(candidates.listed.cell)
    assert set(siting.origin) == {"file"}
    assert (candidates.listed.cell[siting.site] == siting.cell).all()


def test_stations_that_nobody_needs_are_not_scattered(study: Path) -> None:
    area, demand, _, siting = sited(study, "target.stations_new=5000")
    assert len(siting) < 1000
    assert siting.covered[demand.people > 0].all()
    assert siting.requested_new == 5000
    assert (siting.people_gained > 0).all()
    assert len(np.unique(siting.cell)) == len(siting)
    assert (area.zone_index.ravel()[siting.cell] >= 0).all()


def test_no_stations_at_all_is_a_plan_too(study: Path) -> None:
    _, _, _, siting = sited(study, "target.stations_new=0", "target.stations_baseline=0")
    assert len(siting) == 0
    assert not siting.covered.any()


def test_progress_counts_every_station(study: Path) -> None:
    scenario = load_scenario(study)
    area = study_area(scenario, CELL_M)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    counted: list[int] = []
    siting = site_stations(
        scenario, Ground(area, demand), candidates, RADII_M, progress=counted.append
    )
    assert sum(counted) == len(siting)


def test_used_up_candidates_are_not_called_unneeded(study: Path) -> None:
    file = points(study.parent / "c.csv", [(113.05, 23.05), (113.2, 23.1)])
    _, _, _, siting = sited(study, f"candidates.file={file}")
    assert (siting.role == "baseline").sum() == 3
    assert (siting.role == "new").sum() == 2
    assert siting.missing_new == 4
    assert not siting.saturated
    _, _, _, plenty = sited(study, "target.stations_new=5000")
    assert plenty.saturated


def test_a_small_raster_gets_the_best_plan_there_is(tmp_path: Path) -> None:
    """Against branch and bound on a matrix from coordinates alone."""
    path = write_study(tmp_path, SCENARIO.replace("stations_baseline = 3\n", ""))
    scenario = load_scenario(path, ["target.stations_new=5"])
    area = study_area(scenario, 1000.0)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    siting = site_stations(scenario, Ground(area, demand), candidates, RADII_M)
    cells = np.flatnonzero(candidates.allowed)
    serves = np.array([naive_covered(area, demand, np.array([one])).ravel() for one in cells]).T
    people = demand.people.ravel().astype(float)
    n, m = len(cells), len(people)
    rows = sp.hstack([sp.csr_array(-serves.astype(float)), sp.eye_array(m)])
    count = sp.hstack([sp.csr_array(np.ones((1, n))), sp.csr_array((1, m))])
    best = milp(
        np.concatenate([np.zeros(n), -people]),
        constraints=[LinearConstraint(rows, -np.inf, 0.0), LinearConstraint(count, 0.0, 5.0)],
        integrality=np.concatenate([np.ones(n), np.zeros(m)]),
        bounds=Bounds(0, 1),
    )
    assert best.status == 0
    assert siting.people_gained.sum() == pytest.approx(-best.fun, rel=1e-6)
    assert siting.proof is not None
    assert siting.proof.optimal
