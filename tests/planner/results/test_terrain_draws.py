"""Loss by terrain and land cover as fitted: drawn in the range of a plan, and planned for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import planner
from planner.ground.land_cover import height_and_loss, land_cover_on_grid, land_cover_shares
from planner.ground.terrain import terrain_otherwise
from planner.results.credibility import DrawnShares
from planner.results.served_range import PLAN, StandingPlan
from planner.scenario.uncertain import with_values
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.planner.hills import TERRAIN, hills_m, write_hilly_study, write_tile
from tests.planner.results.test_expected_service import BUDGET, GRADED
from tests.planner.results.test_served_range import QUICK, standing

COVER = """diffraction_weight = 0.8
[terrain.land_cover]
file = "cover.tif"
classes = [{ codes = [1], name = "fields" }, { codes = [2], name = "woods", loss_db = 3 }]
measured_loss_db = { 1 = 1, 2 = 2 }
"""
WEIGHT, WOODS = "terrain.diffraction_weight", "terrain.land_cover.measured_loss_db.2"
FITTED = f"""
[[uncertain]]
name = "Radio as measured"
key = ["{WEIGHT}", "{WOODS}"]
fitted = [0.8, 2.0]
covariance = [[0.04, 0.0], [0.0, 4.0]]
source = "measured"
"""


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("draws")
    heights_m = (1.5 * fractal_terrain_m(140, relief_m=500.0)[:100]).astype(np.float32)
    base = BUDGET.replace("[area]", "range_draws = 10\n\n[area]").replace(
        "stations_new = 6", "stations_new = 12"
    ).replace("cell_size_m = 200", "cell_size_m = 400")  # fmt: skip
    path = write_hilly_study(folder, heights_m, base + TERRAIN + COVER + GRADED + QUICK + FITTED)
    write_tile(folder / "cover.tif", np.tile(np.array([1, 2], np.uint8), hills_m().size // 2)
               .reshape(hills_m().shape))  # fmt: skip
    return planner.run(path)


@pytest.fixture(scope="module")
def known(plan) -> StandingPlan:
    return standing(plan)


def test_the_range_holds_what_terrain_and_land_cover_leave_open(plan) -> None:
    low, high = plan.summary["range"][PLAN]
    assert low < plan.summary[PLAN] - 0.005
    assert high > plan.summary[PLAN] + 0.005


@pytest.mark.parametrize("changes", [{WEIGHT: 2.0}, {WOODS: 12.0}, {WEIGHT: 0.3, WOODS: 6.0}])
def test_a_draw_counts_as_ground_that_is_read_with_its_values(plan, known, changes) -> None:
    now = with_values(plan.scenario, changes)
    terrain = terrain_otherwise(plan.ground.terrain, now.terrain, plan.area, now.origin)
    read = StandingPlan(now, replace(plan.ground, terrain=terrain), known.siting)
    found = known.otherwise(changes).shares()[PLAN]
    assert found == pytest.approx(read.otherwise({}).shares()[PLAN], abs=1e-4)
    assert abs(found - known.otherwise({}).shares()[PLAN]) > 0.005


def test_more_loss_serves_fewer(known) -> None:
    for key, values in ((WEIGHT, (0.2, 0.8, 2.0)), (WOODS, (0.0, 2.0, 9.0))):
        served = [known.otherwise({key: value}).shares()[PLAN] for value in values]
        assert served == sorted(served, reverse=True)


def test_shares_of_land_cover_make_its_loss(plan) -> None:
    section, origin = plan.scenario.terrain.land_cover, plan.scenario.origin
    cells = np.flatnonzero(plan.demand.people > 0)
    shares = land_cover_shares(section, plan.area, origin, cells)
    known = height_and_loss(section)
    _, loss_db = land_cover_on_grid(section, plan.area, origin)
    expected = shares @ np.array([known[code][1] for code in sorted(known)])
    assert expected == pytest.approx(loss_db.ravel()[cells], abs=1e-4)
    assert shares.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_a_credible_plan_is_made_for_the_terrain_of_its_draw(plan) -> None:
    values = ({WEIGHT: 1.4, "population.concentration": 1.1},)
    assert DrawnShares(0.5, values, np.array([0.4])).cautious_values(0.9) == {WEIGHT: 1.4}
    credible = planner.run(with_values(plan.scenario, {"target.credibility": 0.9}))
    known = credible.summary["credibility"]
    assert known["worst_tenth_share"] < known["served_share"] < known["usual_share"]
    assert credible.scenario.terrain.diffraction_weight == pytest.approx(known["values"][WEIGHT])
    assert credible.summary[PLAN] == pytest.approx(known["served_share"], abs=0.02)
