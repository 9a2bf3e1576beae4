"""Objectives and constraints over terrain: the same rules on footprints of any shape."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import planner
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.siting.cases import ASKED
from tests.planner.study import SCENARIO


def test_a_share_is_covered_over_hills_within_every_constraint(tmp_path: Path) -> None:
    base = SCENARIO.replace("stations_baseline = 3\nstations_new = 6\n", "")
    base = base.replace("cell_size_m = 200", "cell_size_m = 400")
    plan = planner.run(write_hilly_study(tmp_path, text=base + ASKED + TERRAIN))
    assert plan.summary["infeasible"] == []
    assert plan.summary["target_met"] is True
    assert plan.summary["population_covered_share"] >= 0.5
    assert (plan.stations.adcode == "440002").sum() >= 4
    metric = plan.stations.to_crs(plan.area.grid.crs)
    x, y = metric.geometry.x.to_numpy(), metric.geometry.y.to_numpy()
    apart = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() >= 1500 - 1.0
    assert set(plan.stations.equipment) <= {"macro", "short"}
    assert plan.summary["cost_cny"] == 400_000 * len(plan.stations)
