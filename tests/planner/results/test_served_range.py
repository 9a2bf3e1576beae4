"""What is uncertain: the range beside the people served, and stations that stand asked again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.cli import BAD_INPUT, main
from planner.results.expected_service import expected_service
from planner.results.served_range import PLAN, StandingPlan, draws, range_of
from planner.scenario.uncertain import Uncertain, with_values
from planner.sites.equipment import network_and_equipment
from tests.kernels.fractal_terrain import fractal_terrain_m
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.results.test_expected_service import BUDGET, GRADED
from tests.planner.study import SCENARIO, write_study

UNCERTAIN = """
[[uncertain]]
name = "Terminal power"
name_zh = "终端功率"
key = "radio.ue_power_dbm"
low = 20
high = 26
source = "assumption"

[[uncertain]]
name = "Suburbs"
key = "radio.suburban.model"
values = ["uma", "rma"]
source = "assumption"

[[uncertain]]
name = "Where people live"
key = "population.concentration"
low = 0.8
high = 1.2
source = "assumption"

[[uncertain]]
name = "Take-up"
key = "service.take_up"
low = 0.1
high = 0.3
source = "assumption"
"""
QUICK = "\n[siting]\nimprovement_rounds = 0\ncertificate_iterations = 0\n"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("range")
    base = BUDGET.replace("stations_new = 6", "stations_new = 12").replace(
        "[area]", "range_draws = 12\n\n[area]"
    )
    return planner.run(write_study(folder, base + GRADED + "take_up = 0.2\n" + QUICK + UNCERTAIN))


def standing(plan) -> StandingPlan:
    """The stations of a plan as siting left them."""
    scenario, ground = plan.scenario, plan.ground
    radius_m = [one.radius_m for one in plan.service_radii]
    candidates = planner.candidate_sites(scenario, ground.area, ground.demand, radius_m)
    siting = planner.site_stations(scenario, ground, candidates, radius_m)
    return StandingPlan(scenario, ground, siting)


def test_the_headline_lies_in_its_range_and_says_what_moved(plan) -> None:
    summary = plan.summary
    low, high = summary["range"][PLAN]
    assert 0.0 <= low < summary[PLAN] < high <= 1.0
    assert high - low > 0.02
    assert summary["range"]["draws"] == 12
    assert summary["range"]["assumptions"][0] == "Terminal power"
    assert summary["users_served"] == pytest.approx(0.2 * summary["population_covered"])
    least, most = summary["range"]["users_served_share"]
    assert least < summary["users_served_share"] < most


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"radio.ue_power_dbm": 26.0},
        {"radio.suburban.model": "rma"},
        {"population.concentration": 1.2},
        {"service.model": "disc"},
    ],
)
def test_the_sample_serves_as_many_as_all_cells(plan, changes) -> None:
    known = standing(plan)
    now = with_values(plan.scenario, changes)
    area = plan.area
    demand = planner.demand_on_grid(now, area)
    # In a sample, people are spread evenly over their cell.
    even = replace(demand, people=np.ones_like(demand.people))
    kinds = network_and_equipment(now.equipment, now.radio, now.service, now.cost, now.file)
    share = expected_service(kinds, planner.Ground(area, even), known.siting).share
    full = float((share * demand.people).sum() / demand.people.sum())
    assert known.otherwise(changes).shares()[PLAN] == pytest.approx(full, abs=0.003)


def test_stronger_terminals_serve_more_and_denser_buildings_fewer(plan) -> None:
    known = standing(plan)
    usual = known.otherwise({}).shares()[PLAN]
    assert known.otherwise({"radio.ue_power_dbm": 26.0}).shares()[PLAN] > usual
    harder = {f"radio.{one}.correction.building_loss_db": 6.0 for one in ("urban", "rural")}
    assert known.otherwise(harder).shares()[PLAN] < usual


def test_a_hypercube_has_one_draw_in_each_part_of_a_range() -> None:
    one = Uncertain(key="radio.ue_power_dbm", name="p", low=20.0, high=26.0, source="s")
    choice = Uncertain(key="radio.suburban.model", name="m", values=("uma", "rma"), source="s")
    found = draws((one, choice), 6, 1)
    parts = sorted(int(draw["radio.ue_power_dbm"] - 20.0) for draw in found)
    assert parts == [0, 1, 2, 3, 4, 5]
    assert [draw["radio.suburban.model"] for draw in found].count("rma") == 3
    assert found == draws((one, choice), 6, 1)
    assert found != draws((one, choice), 6, 2)


def test_a_range_is_moved_to_the_headline_and_stays_a_share() -> None:
    assert range_of([0.4, 0.6], 0.5, 0.7) == pytest.approx([0.61, 0.79])
    assert range_of([0.0, 1.0], 0.5, 0.98)[1] == 1.0


def row(key: str, values: str) -> str:
    return f'\n[[uncertain]]\nname = "x"\nkey = {key}\nsource = "assumption"\n{values}\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (row('"radio.nothing"', "low = 1\nhigh = 2"), "is not a key"),
        (row('"radio.band"', "low = 1\nhigh = 2"), "names a text"),
        (row('"radio.maps.include"', "low = 0\nhigh = 1"), "names a switch"),
        (row('"radio"', "low = 1\nhigh = 2"), "names a table"),
        (row('"area.cell_size_m"', "low = 100\nhigh = 200"), "no assumption moves"),
        (row('"radio.ue_power_dbm"', "low = 26\nhigh = 23"), "low = 26 is above high = 23"),
        (row('"radio.ue_power_dbm"', "low = 23"), "give low and high, or values"),
        (row('"radio.ue_power_dbm"', "low = 23\nhigh = 99"), "radio.ue_power_dbm = 99"),
        (row('"radio.suburban.model"', 'values = ["uma", "nope"]'), "nope"),
        (row('"radio.urban.base_height_m"', "low = 25\nhigh = 120"), "uncertain.0"),
        (row("[]", "low = 1\nhigh = 2"), "uncertain.0.key"),
    ],
)
def test_each_mistake_is_one_error_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = write_study(tmp_path, BUDGET + text)
    with pytest.raises(SystemExit) as ended:
        main(["run", str(path), "--out", str(tmp_path / "out"), "--quiet"])
    assert ended.value.code == BAD_INPUT
    lines = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(lines) == 1
    assert said in lines[0]
    assert not (tmp_path / "out").exists()


def test_two_rows_cannot_move_one_key(tmp_path: Path) -> None:
    text = row('"radio.ue_power_dbm"', "low = 23\nhigh = 26")
    with pytest.raises(planner.InputError, match=r"uncertain\.0 already"):
        planner.load_scenario(write_study(tmp_path, SCENARIO + text + text))


def test_over_terrain_the_sample_serves_nearly_as_many_and_has_a_range(tmp_path: Path) -> None:
    base = BUDGET.replace("stations_new = 6", "stations_new = 12").replace(
        "[area]", "range_draws = 4\n\n[area]"
    )
    heights_m = 1.5 * fractal_terrain_m(140, relief_m=500.0)[:100]
    text = base + TERRAIN + GRADED + QUICK + UNCERTAIN
    path = write_hilly_study(tmp_path, heights_m.astype(np.float32), text)
    plan = planner.run(path)
    known, summary = standing(plan), plan.summary
    low, high = summary["range"][PLAN]
    assert 0.0 <= low < summary[PLAN] < high <= 1.0
    assert known.otherwise({}).shares()[PLAN] == pytest.approx(summary[PLAN], abs=0.01)
    over_flat = StandingPlan(known.scenario, replace(plan.ground, terrain=None), known.siting)
    assert over_flat.otherwise({}).shares()[PLAN] > summary[PLAN] + 0.01
