"""Measures: overlays on a scenario, and their effects on the small study."""

from __future__ import annotations

import datetime as dt
import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.measures import Effect, MeasuresTable, run_measures
from planner.measures.effects import STAGES, Dates, directive, no_effect
from planner.scenario import load_scenario, measure_names
from tests.planner.study import SCENARIO, write_study

PROVINCES = ("guangdong", "guizhou", "yunnan", "hebei", "fujian")
MONEY_AND_TIME = """
[cost]
station_cny = 400_000

[rollout]
start = 2020-01-01
end = 2020-12-31
runs = 50

[[rollout.resources]]
name = "crews"
capacity_per_month = 1
"""


CREWS = "rollout.resources.crews.capacity_per_month"


def measure(folder: Path, name: str, changes: str) -> Path:
    path = folder / f"{name}.toml"
    head = f'name = "{name}"\ntitle = "T"\nmeasures = [2]\nassumption = "made up"\n'
    path.write_text(head + changes, encoding="utf-8")
    return path


def test_every_shipped_measure_goes_with_every_province() -> None:
    for name in measure_names():
        for province in PROVINCES:
            loaded = load_scenario(f"{province}-2020", (), [name])
            assert [one.name for one in loaded.measures] == [name]


def test_the_directive_has_18_measures_and_names_the_overlays() -> None:
    rows = directive()
    assert [int(row["number"]) for row in rows] == list(range(1, 19))
    named = {name for row in rows for name in row["overlays"].split()}
    assert named == set(measure_names())


def test_changes_scale_add_set_and_combine(tmp_path: Path) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    one = measure(tmp_path, "one", '[scale]\n"rollout.resources.crews.capacity_per_month" = 2.0\n')
    two = measure(
        tmp_path, "two",
        '[add]\n"rollout.resources.crews.capacity_per_month" = 1.0\n[set]\n"seed" = 7\n',
    )  # fmt: skip
    loaded = load_scenario(scenario, (), [one, two])
    assert loaded.rollout is not None
    assert loaded.rollout.resources[0].capacity_per_month == 3.0
    assert loaded.seed == 7
    assert [one.name for one in loaded.measures] == ["one", "two"]


def test_a_measure_may_hold_dates(tmp_path: Path) -> None:
    late = measure(
        tmp_path, "late",
        '[set]\n"target.date" = 2020-11-30\n[append]\n"rollout.disruptions" = [{ name = "Late '
        'tender", factor = 0.0, first_day = 2020-05-01, last_day = 2020-05-31 }]\n',
    )  # fmt: skip
    loaded = load_scenario(write_study(tmp_path, SCENARIO + MONEY_AND_TIME), (), [late])
    assert loaded.rollout is not None
    assert loaded.target.date == dt.date(2020, 11, 30)
    assert loaded.rollout.disruptions[0].first_day == dt.date(2020, 5, 1)
    told = json.loads(json.dumps([one.as_dict() for one in loaded.measures]))
    assert told[0]["changes"][0]["after"] == "2020-11-30"


def test_shipped_measures_combine_in_any_order_or_contradict_each_other() -> None:
    for pair in combinations(measure_names(), 2):
        if pair == ("priority-sectors", "settlement-order"):
            with pytest.raises(InputError, match=r"both set rollout\.priority"):
                load_scenario("guizhou-2020", (), pair)
            continue
        loaded = load_scenario("guizhou-2020", (), pair)
        turned = load_scenario("guizhou-2020", (), pair[::-1])
        assert loaded.model_dump() == turned.model_dump()
        assert {one.name for one in loaded.measures} == set(pair)


def test_several_measures_set_then_scale_then_add_then_append(tmp_path: Path) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    files = [
        measure(tmp_path, "adds", f'[add]\n"{CREWS}" = 5.0\n'),
        measure(tmp_path, "scales", f'[scale]\n"{CREWS}" = 0.5\n'),
        measure(tmp_path, "sets", f'[set]\n"{CREWS}" = 30.0\n'),
        measure(tmp_path, "more", '[append]\n"aims" = [{ name = "more", share = 0.5 }]\n'),
    ]
    for given in (files, files[::-1]):
        loaded = load_scenario(scenario, (), given)
        assert loaded.rollout is not None
        assert loaded.rollout.resources[0].capacity_per_month == 20.0
        assert loaded.aims[-1].name == "more"


def test_measures_that_settle_the_same_are_refused_by_name(tmp_path: Path) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    low = measure(tmp_path, "low", '[set]\n"cost.station_cny" = 1.0\n')
    high = measure(tmp_path, "high", '[set]\n"cost.station_cny" = 2.0\n')
    also = measure(tmp_path, "also-low", '[set]\n"cost.station_cny" = 1.0\n')
    with pytest.raises(InputError, match=r"both set cost\.station_cny") as caught:
        load_scenario(scenario, (), [low, high])
    assert "low and high" in str(caught.value)
    assert load_scenario(scenario, (), [low, also]).cost.station_cny == 1.0  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ('[scale]\n"cost.price" = 2.0\n', "bad.toml: scale.cost.price"),
        ('[set]\n"cost.price" = 2.0\n', "bad.toml: cost.price"),
        ('[scale]\n"rollout.resources.boats.per_station" = 2.0\n', "crews"),
        ('[scale]\n"name" = 2.0\n', "is not a number"),
        ('[append]\n"name" = [2.0]\n', "is not a list"),
        ("", "changes nothing"),
    ],
)
def test_wrong_measures_are_refused(tmp_path: Path, changes: str, text: str) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    with pytest.raises(InputError, match=text):
        load_scenario(scenario, (), [measure(tmp_path, "bad", changes)])


def test_effects_are_ranked_and_stations_are_chosen_once(tmp_path: Path) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    faster = measure(
        tmp_path, "faster", '[scale]\n"rollout.resources.crews.capacity_per_month" = 2.0\n'
    )
    dearer = measure(tmp_path, "dearer", '[scale]\n"cost.station_cny" = 1.5\n')
    table = run_measures(scenario, (), [faster, dearer])
    rows = {row["name"]: row for row in table.rows()}
    assert rows["faster"]["days_sooner"] > 0
    assert rows["faster"]["people_added"] == 0.0
    assert rows["dearer"]["capital_added_cny"] == pytest.approx(6 * 200_000)
    assert table.effects[0].computed_anew == ("build-out",)
    assert table.effects[1].computed_anew == ("money",)
    assert rows["dearer"]["no_effect"] == [
        "Coverage: the stations are the same.",
        "Date: the build-out does not change.",
    ]
    assert next(iter(rows)) == "faster"
    table.save(tmp_path / "out")
    page = (tmp_path / "out" / "measures.html").read_text(encoding="utf-8")
    assert "faster" in page
    assert 'src="http' not in page


def test_a_measure_of_the_radio_of_new_stations_leaves_those_in_service_alone(
    tmp_path: Path,
) -> None:
    scenario = write_study(tmp_path, SCENARIO)
    low_band = measure(
        tmp_path, "low", '[set]\n"equipment" = [{ name = "low", radio = { band = "n28" } }]\n'
    )
    before = planner.run(load_scenario(scenario))
    after = planner.run(load_scenario(scenario, (), [low_band]))
    for name in ("lon", "lat"):
        stood = [plan.stations.query("role == 'baseline'")[name] for plan in (before, after)]
        np.testing.assert_array_equal(*stood)
    assert before.summary["population_covered_baseline"] == pytest.approx(
        after.summary["population_covered_baseline"]
    )


def test_shipped_measures_that_a_scenario_cannot_take_are_left_out_and_told(
    tmp_path: Path,
) -> None:
    scenario = write_study(tmp_path, SCENARIO)
    table = run_measures(scenario)
    assert {one.name for one in table.effects} <= set(measure_names())
    assert any("public-sites is left out" in text for text in table.warnings)
    with pytest.raises(InputError, match="does not have"):
        run_measures(scenario, (), ["public-sites"])


def effect(name: str, people: float, cost: float, day: int, anew: tuple[str, ...]) -> Effect:
    dates = Dates(dt.date(2020, 12, 31), dt.date(2020, 12, day), 0.5, "crews")
    return Effect(name, None, 10, people, 1e6, 100, 10, cost, dates, 1, 2, anew, 0.0)


def test_what_two_searches_differ_by_is_no_effect_and_earns_no_rank() -> None:
    base = effect("base", 500_000.0, 1000.0, 20, STAGES)
    lucky = effect("lucky", 500_100.0, 1000.0, 20, ("stations",))
    still = effect("still", 500_000.0, 900.0, 20, ("money",))
    wide = effect("wide", 600_000.0, 1100.0, 10, STAGES)
    worse = effect("worse", 400_000.0, 1000.0, 25, STAGES)
    effects = (lucky, still, wide, worse)
    table = MeasuresTable(load_scenario("guizhou-2020"), base, effects, {}, ())
    ranks = {row["name"]: row["rank_coverage"] for row in table.rows()}
    assert ranks == {"wide": 1.0, "lucky": 2.5, "still": 2.5, "worse": 4.0}
    dates = {row["name"]: (row["days_sooner"], row["rank_date"]) for row in table.rows()}
    assert dates == {"wide": (10, 1.0), "lucky": (0, 2.5), "still": (0, 2.5), "worse": (-5, 4.0)}
    assert "two searches" in no_effect(lucky, base)[0]
    assert no_effect(wide, base) == no_effect(worse, base)[1:] == []


def test_where_everybody_is_covered_no_measure_covers_more() -> None:
    base = effect("base", 1e6, 1000.0, 20, STAGES)
    assert no_effect(effect("more", 1e6, 1.0, 1, STAGES), base) == [
        "Coverage: the model is saturated without it."
    ]
    assert no_effect(effect("fewer", 9e5, 1.0, 1, STAGES), base) == []
