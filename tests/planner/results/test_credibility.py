"""What measurements left open: draws as fitted, and plans that hold with a stated credibility."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

import planner
from planner.errors import InputError, PlannerWarning
from planner.networks.cases import Group, group_scenario
from planner.outputs.report.caveats import caveats
from planner.outputs.terminal.networks_text import networks_result
from planner.outputs.terminal.run_text import run_text
from planner.results.credibility import DrawnShares
from planner.results.served_range import PLAN, StandingPlan, draws
from planner.scenario.networks import shared_target
from planner.scenario.target import TargetSection
from planner.scenario.uncertain import Uncertain, without_assumed
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.results.test_expected_service import BUDGET, GRADED
from tests.planner.results.test_served_range import QUICK, standing
from tests.planner.study import write_study

FITTED = """
[[uncertain]]
name = "Radio as measured"
name_zh = "实测校准的无线参数"
key = ["radio.urban.correction.offset_db", "radio.suburban.correction.offset_db",
       "radio.rural.correction.offset_db"]
fitted = [2.0, -1.0, 0.0]
covariance = [[16.0, 8.0, 4.0], [8.0, 9.0, 3.0], [4.0, 3.0, 4.0]]
source = "measured"
"""


def one(**changes):
    given = {
        "key": ("a", "b"), "name": "n", "source": "s", "fitted": (1.0, 2.0),
        "covariance": ((4.0, 1.0), (1.0, 9.0)),
    }  # fmt: skip
    return Uncertain(**{**given, **changes})


def test_draws_have_the_mean_and_the_covariance_that_were_fitted() -> None:
    drawn = draws((one(), Uncertain(key="c", name="n", source="s", low=0.0, high=1.0)), 4000, 1)
    found = np.array([[each["a"], each["b"], each["c"]] for each in drawn])
    assert found.mean(0) == pytest.approx([1.0, 2.0, 0.5], abs=0.05)
    assert np.cov(found[:, :2].T) == pytest.approx(np.array([[4.0, 1.0], [1.0, 9.0]]), abs=0.3)
    assert abs(np.corrcoef(found[:, 0], found[:, 2])[0, 1]) < 0.05


def test_ends_of_what_was_fitted_are_quantiles_of_the_sum() -> None:
    low, high = (one().changes(end) for end in one().ends)
    away = 1.6449 * np.sqrt(4.0 + 1.0 + 1.0 + 9.0)
    assert sum(high.values()) - 3.0 == pytest.approx(away, rel=1e-3)
    assert high["a"] - 1.0 == pytest.approx(1.0 - low["a"])


@pytest.mark.parametrize(
    "changes",
    [
        {"low": 1.0, "high": 2.0},
        {"covariance": ()},
        {"covariance": ((4.0, 1.0),)},
        {"covariance": ((4.0, 1.0), (2.0, 9.0))},
        {"covariance": ((-4.0, 1.0), (1.0, 9.0))},
        {"fitted": (1.0,)},
    ],
)
def test_a_covariance_that_fits_nothing_is_refused(changes) -> None:
    with pytest.raises(ValidationError):
        one(**changes)


def test_assumed_ranges_give_way_to_what_was_fitted() -> None:
    rows = [{"key": "x"}, {"key": ["x", "y"]}, {"key": ["y", "z"]}, {"name": "no key"}]
    assert without_assumed(rows, ["x"]) == [{"key": ["y"]}, {"key": ["y", "z"]},
                                            {"name": "no key"}]  # fmt: skip


def test_quantiles_and_the_worst_tenth_of_draws() -> None:
    shares = np.random.default_rng(0).permutation(np.arange(20) / 20)
    values = tuple({"radio.x": share, "population.y": share} for share in shares)
    drawn = DrawnShares(0.5, values, shares)
    assert drawn.held(0.9) == pytest.approx(0.1)
    assert np.mean(shares >= drawn.held(0.9)) == pytest.approx(0.9)
    assert drawn.worst_share() == pytest.approx(0.025)
    assert drawn.cautious_values(0.9) == {"radio.x": pytest.approx(0.1)}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("credible")
    path = write_study(folder, credible_base() + GRADED + QUICK + FITTED)
    return planner.run(path), planner.load_scenario(path).radio


def test_a_plan_serves_what_it_says_in_nine_of_ten_draws(asked) -> None:
    plan, radio = asked
    known = plan.summary["credibility"]
    assert known["asked"] == 0.9
    stations = standing(plan)
    usual = plan.scenario.model_copy(update={"radio": radio})
    again = StandingPlan(usual, stations.ground, stations.siting)
    shares = [again.otherwise(each).shares()[PLAN]
              for each in draws(usual.uncertain, 10, usual.seed)]  # fmt: skip
    assert np.mean([share >= known["served_share"] - 1e-9 for share in shares]) >= 0.9
    assert known["worst_tenth_share"] == pytest.approx(min(shares), abs=1e-6)
    assert known["worst_tenth_share"] < known["served_share"] < known["usual_share"]
    # All of the plan is that for the radio that nine of ten draws reach.
    assert plan.summary[PLAN] == pytest.approx(known["served_share"], abs=0.01)
    assert known["served_share"] >= known["served_share_without_asking"] - 0.005


def test_terminal_and_report_say_the_credibility(asked, tmp_path: Path) -> None:
    assert "with credibility" in run_text(asked[0], tmp_path)
    for lang, words in (("en", "of 10 draws reach"), ("zh", "10次抽样")):
        assert any(words in text for text in caveats(asked[0], (), lang))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "needs \\[\\[uncertain\\]\\]"),
        (FITTED.replace("[[uncertain]]", "range_draws = 5\n[[uncertain]]"), "range_draws = 10"),
    ],
)
def test_a_credibility_without_enough_draws_is_refused(tmp_path, more, words) -> None:
    head = "range_draws = 5\n\n[area]" if "range_draws" in more else "[area]"
    text = BUDGET.replace("[area]", head) + "credibility = 0.9\n" + GRADED
    path = write_study(tmp_path, text + more.replace("range_draws = 5\n", ""))
    with pytest.raises(InputError, match=words):
        planner.load_scenario(path)


def test_a_draw_that_gives_no_service_serves_nobody(asked) -> None:
    plan = standing(asked[0])
    with pytest.warns(PlannerWarning, match="nobody counts as served"):
        found = plan.in_draw({"radio.rural.correction.offset_db": 58.0})
    assert found.shares()[PLAN] == 0.0


def credible_base() -> str:
    """Keys of a coarse study that asks for a credibility of 90 %."""
    return BUDGET.replace("stations_new = 6", "stations_new = 12\ncredibility = 0.9").replace(
        "[area]", "range_draws = 10\n\n[area]"
    ).replace("cell_size_m = 200", "cell_size_m = 400")  # fmt: skip


def test_over_terrain_a_plan_serves_what_it_says_in_nine_of_ten_draws(tmp_path: Path) -> None:
    text = credible_base() + TERRAIN + GRADED + QUICK + FITTED
    path = write_hilly_study(tmp_path, None, text)
    plan, radio = planner.run(path), planner.load_scenario(path).radio
    known, stations = plan.summary["credibility"], standing(plan)
    usual = plan.scenario.model_copy(update={"radio": radio})
    again = StandingPlan(usual, plan.ground, stations.siting)
    shares = [again.otherwise(each).shares()[PLAN]
              for each in draws(usual.uncertain, 10, usual.seed)]  # fmt: skip
    assert plan.ground.terrain is not None
    assert np.mean([share >= known["served_share"] - 0.005 for share in shares]) >= 0.9
    assert known["worst_tenth_share"] < known["served_share"] < known["usual_share"]
    worse = known["served_share"] < known["served_share_without_asking"] - 0.005
    assert worse == any("chosen for target.credibility" in text for text in plan.warnings)
    assert plan.summary[PLAN] == pytest.approx(known["served_share"], abs=0.02)


@pytest.fixture(scope="module")
def of_networks(tmp_path_factory: pytest.TempPathFactory):
    several = """
[[networks]]
name = "low"

[[networks]]
name = "high"
radio = { band = "n78" }
target = { stations_new = 8 }
"""
    text = credible_base() + GRADED + QUICK + FITTED + several
    return planner.run_networks(write_study(tmp_path_factory.mktemp("networks"), text))


def test_each_of_several_networks_plans_for_its_own_draws(of_networks, tmp_path: Path) -> None:
    rows = {row["network"]: row["credibility"] for row in of_networks.summary["networks"]}
    assert set(rows) == {"low", "high"}
    for name, plan in of_networks.plans.items():
        known = plan.summary["credibility"]
        assert rows[name] == known
        assert known["asked"] == 0.9
        assert known["worst_tenth_share"] < known["served_share"] < known["usual_share"]
        assert plan.summary[PLAN] == pytest.approx(known["served_share"], abs=0.01)
    every = of_networks.summary["credibility"]
    assert every["served_share"] >= max(one["served_share"] for one in rows.values()) - 0.01
    assert every["worst_tenth_share"] <= every["served_share"]
    text = networks_result(of_networks.summary, tmp_path)
    assert text.count("with credibility") == 3
    assert "any network with credibility" in text


def test_all_networks_keep_their_draws_when_found_in_other_cases(of_networks) -> None:
    """Stations of a network are those of planning it alone."""
    alone = planner.run(
        group_scenario(of_networks.scenario, Group(of_networks.scenario.networks[1:]), 400.0)
    )
    mine = of_networks.plans["high"]
    assert alone.summary["credibility"] == mine.summary["credibility"]
    assert alone.stations["lon"].tolist() == mine.stations["lon"].tolist()


def test_the_networks_report_says_the_credibility(of_networks, tmp_path: Path) -> None:
    of_networks.save(tmp_path / "out")
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "of 10 draws any network serves" in html


def test_networks_of_one_radio_keep_the_largest_credibility() -> None:
    targets = [TargetSection(credibility=0.8), TargetSection(credibility=0.9), TargetSection()]
    assert shared_target(targets).credibility == 0.9
