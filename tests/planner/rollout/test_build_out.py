"""The build-out of a small plan: people by zone, money to the yuan, priorities, bad input."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer

import planner
from planner.columns import ROLLOUT
from planner.errors import InputError, PlannerWarning
from planner.ground.grid import LONLAT
from planner.money import CAPITAL_ITEMS
from planner.outputs.report.rollout_charts import rollout_charts
from planner.outputs.tables.rollout_table import rollout_table
from planner.plan import Plan
from planner.rollout import FIRST_MONTH, Timetable
from planner.scenario import load_scenario
from planner.sites.equipment import network_kind
from planner.sites.served_people import expected_shares
from tests.planner.rollout.cases import ROLLOUT_TEXT
from tests.planner.study import SCENARIO, points, write_study


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planner.run(write_study(tmp_path_factory.mktemp("study"), SCENARIO + ROLLOUT_TEXT))


def problems_of(folder: Path, old: str, new: str) -> str:
    text = SCENARIO + ROLLOUT_TEXT
    assert old in text
    path = write_study(folder, text.replace(old, new))
    with pytest.raises(InputError) as caught:
        planner.run(path)
    return str(caught.value)


def test_a_scenario_without_the_section_has_no_build_out(tmp_path: Path) -> None:
    plan = planner.run(write_study(tmp_path))
    assert plan.build_out is None
    assert "rollout" not in plan.summary
    assert not (plan.save(tmp_path / "out") / "rollout.csv").exists()


def test_people_of_all_stations_are_those_of_the_plan(plan: Plan) -> None:
    assert plan.build_out is not None
    people = plan.build_out.zone_people
    np.testing.assert_allclose(people[-1], plan.zones["covered"], rtol=1e-6)
    np.testing.assert_allclose(people[0], plan.zones["covered_baseline"], rtol=1e-6)
    built = plan.stations[plan.stations["role"] != "baseline"]
    np.testing.assert_allclose(people.sum(axis=1)[1:], built["people_covered"], rtol=1e-6)
    stations = plan.build_out.zone_stations
    assert stations[-1].tolist() == plan.zones["stations_new"].tolist()


def test_the_walk_for_the_service_tells_the_build_out_too(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Timetable, "marks_of_plan", lambda *_: None)
    alone, known = (
        one.build_out for one in (planner.run(write_study(tmp_path, SCENARIO + ROLLOUT_TEXT)), plan)
    )
    assert alone is not None
    assert known is not None
    assert np.array_equal(alone.zone_people, known.zone_people)
    assert np.array_equal(alone.reached_in, known.reached_in)


def test_cells_are_covered_in_the_month_of_the_first_station_that_serves_them(plan: Plan) -> None:
    assert plan.build_out is not None
    covered_in, phase = plan.build_out.covered_in, plan.coverage.phase
    inside = phase != 255
    np.testing.assert_array_equal((covered_in == 1)[inside], (phase == 1)[inside])
    np.testing.assert_array_equal((covered_in >= FIRST_MONTH)[inside], (phase == 2)[inside])
    people, before = plan.build_out.zone_people.sum(axis=1), plan.summary["stations_existing"]
    grid, table = plan.area.grid, plan.stations
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    cell = grid.cells(*to_grid.transform(table["lon"].to_numpy(), table["lat"].to_numpy()))
    own = network_kind(plan.scenario.radio, plan.scenario.service, None)
    for month, built in enumerate(plan.build_out.schedule.fan[:, 1]):
        rows = np.concatenate([np.arange(before), plan.build_out.order[:built]])
        nameless = np.full(rows.size, "")
        share = expected_shares([own], plan.ground, cell[rows], nameless)
        by_then = (covered_in >= 1) & (covered_in <= FIRST_MONTH + month)
        np.testing.assert_array_equal((share >= 0.5 - 1e-6)[inside], by_then[inside])
        there = float((plan.demand.people * share).sum(dtype=float))
        assert people[built] == pytest.approx(there, rel=1e-6)
    assert people[-1] == pytest.approx(plan.summary["population_covered"], rel=1e-6)


def test_money_adds_up_over_months_and_zones_to_the_yuan(plan: Plan) -> None:
    table = rollout_table(plan)
    zones, total = (
        table[table["adcode"] != plan.area.code],
        table[table["adcode"] == plan.area.code],
    )
    for column in ("cost_cny_p10", "cost_cny_p50", "cost_cny_p90", "cost_month_cny_p50"):
        assert zones.groupby("month")[column].sum().tolist() == total[column].tolist()
    assert total["cost_month_cny_p50"].sum() == total["cost_cny_p50"].iloc[-1]
    assert (total["cost_cny_p50"] == 333_333 * total["stations_p50"]).all()
    monthly = zones.groupby("adcode")["cost_month_cny_p50"].sum()
    last = zones[zones["month"] == "2021-03"].set_index("adcode")["cost_cny_p50"]
    assert monthly.to_dict() == last.to_dict()


def test_zones_add_up_and_nothing_falls(plan: Plan) -> None:
    table = rollout_table(plan)
    zones, total = (
        table[table["adcode"] != plan.area.code],
        table[table["adcode"] == plan.area.code],
    )
    for name in ROLLOUT:
        if name.startswith(("stations", "people")):
            sums = zones.groupby("month")[name].sum().to_numpy(dtype=float)
            np.testing.assert_allclose(sums, total[name].to_numpy(dtype=float))
    for name in ("stations_p10", "stations_p50", "stations_p90", "people_covered_p50"):
        assert total[name].is_monotonic_increasing
    assert (total["stations_p10"] <= total["stations_p50"]).all()
    assert (total["stations_p50"] <= total["stations_p90"]).all()


def test_the_saved_table_reads_back(plan: Plan, tmp_path: Path) -> None:
    folder = plan.save(tmp_path / "out")
    table = pd.read_csv(folder / "rollout.csv", dtype={"adcode": str})
    assert list(table.columns) == list(ROLLOUT)
    assert len(table) == 15 * 3
    assert plan.summary["rollout"]["months"][-1]["stations_p50"] == 6
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert 'id="rollout"' in text
    assert 'id="hindcast"' in text
    assert "halt &lt;of&gt; February" in text
    assert "halt <of>" not in text


def test_promises_and_charts(plan: Plan) -> None:
    assert plan.build_out is not None
    target, four, half = (plan.build_out.target, *plan.build_out.milestones)
    assert target.date == dt.date(2020, 12, 31)
    assert target.stations == 6
    assert four.stations == 4
    assert four.probability >= target.probability - 1e-12 or four.date < target.date
    assert half.stations is not None
    share = plan.build_out.zone_people.sum(axis=1) / plan.build_out.population
    assert share[half.stations] >= 0.5
    assert half.stations == 0 or share[half.stations - 1] < 0.5
    for name, svg in rollout_charts(plan, "zh").items():
        assert svg.startswith("<svg"), name


def test_priority_classes_come_first_and_cover_the_same_in_the_end(
    plan: Plan, tmp_path: Path
) -> None:
    text = SCENARIO + ROLLOUT_TEXT + '\n[[rollout.priority]]\nname = "east"\nzones = ["440002"]\n'
    east = planner.run(write_study(tmp_path, text)).build_out
    assert east is not None
    assert plan.build_out is not None
    first = int(east.zone_stations[-1, 1])
    assert 0 < first < len(east)
    assert east.zone_stations[first].tolist() == [0, first]
    np.testing.assert_allclose(east.zone_people[-1], plan.build_out.zone_people[-1], rtol=1e-9)
    assert sorted(east.order) == sorted(plan.build_out.order)


def test_upgraded_sites_need_no_new_site_and_new_ones_cost_what_was_said(tmp_path: Path) -> None:
    text = (SCENARIO + ROLLOUT_TEXT).replace("stations_baseline = 3\n", "stations_upgraded = 2\n")
    text = text.replace("station_cny = 333333.4", "station_cny = 400_000\nupgrade_cny = 250_000")
    text = text.replace(
        "capacity_per_month = 0.8", "capacity_per_month = 0.8\nper_station = 0\nper_new_site = 2"
    )
    text += '\n[sites]\nexisting = "towers.csv"\nexisting_use = "upgraded"\n'
    points(tmp_path / "towers.csv", [(113.07, 23.09), (113.19, 23.05), (113.12, 23.03)])
    plan = planner.run(write_study(tmp_path, text))
    assert plan.build_out is not None
    assert plan.money is not None
    upgraded = (plan.stations["origin"] == "upgraded").to_numpy()
    assert upgraded.sum() == 2
    each = plan.money.station_capital_cny(len(plan.stations))
    assert set(each[upgraded]) == {250_000}
    assert set(each[~upgraded & (plan.stations["role"] == "new")]) == {400_000}
    items = dict(zip(CAPITAL_ITEMS, plan.money.capital.sum(axis=0), strict=True))
    assert items["site_shared"] == 0
    assert items["site_new"] > items["site_upgraded"] > 0
    assert plan.build_out.zone_cost_cny is not None
    assert plan.build_out.zone_cost_cny[-1].sum() == each.sum() == plan.summary["cost_cny"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("end = 2021-03-31", "end = 2019-03-31", "the dates are reversed"),
        ("last_day = 2020-02-29", "last_day = 2020-01-30", "the dates are reversed"),
        ("first_day = 2020-01-31", "first_day = 2019-12-31", "is outside the horizon"),
        ("date = 2020-09-30\nstations_new = 4", "date = 2022-01-01\nstations_new = 4", "outside"),
        ("date = 2020-12-31", "date = 2022-01-01", "target.date: lies outside the build-out"),
        ("capacity_per_month = 0.8", "capacity_per_month = -0.8", "greater than or equal to 0"),
        ("factor = 0.2", "factor = 1.2", "less than or equal to 1"),
        ("stations_new = 4", "stations_total = 2", "is below the baseline"),
        ("stations_new = 4", "stations_total = 10", "is more than the plan will have"),
        ("stations_new = 4", "stations_new = 7", "is more than the plan builds"),
        ("stations_new = 4", "stations_new = 4\ncovered_share = 0.5", "give exactly one of"),
        ("end_sigma_days = 10", 'resources = ["crew"]', "which is not a resource"),
        ('name = "radio units"', 'name = "crews"', 'two resources are called "crews"'),
        ("end_sigma_days = 10", "end_sigma = 10", "unknown key"),
    ],
)
def test_bad_input_is_refused_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in problems_of(tmp_path, old, new)


@pytest.mark.parametrize("date", ["2019-12-31", "2022-05-01"])
def test_a_date_of_places_outside_the_build_out_is_refused(tmp_path: Path, date: str) -> None:
    (tmp_path / "hospitals.csv").write_text("lon,lat\n113.1,23.1\n", encoding="utf-8")
    places = '\n[[priority_places]]\nfile = "hospitals.csv"\nplace_class = "hospital"\ndate = '
    path = write_study(tmp_path, SCENARIO + ROLLOUT_TEXT + places + date + "\n")
    with pytest.raises(InputError, match=r"priority_places\.0\.date: lies outside the build-out"):
        planner.run(path)


def test_what_is_wrong_with_a_resource_is_said_once(tmp_path: Path) -> None:
    path = write_study(tmp_path, SCENARIO + ROLLOUT_TEXT)
    wrong = 'rollout.resources=[{name="crews",capacity_per_month=-5}]'
    for override, said in ((wrong, "0.capacity_per_month"), ("rollout.resources=[]", "at least 1")):
        with pytest.raises(InputError, match=said) as caught:
            load_scenario(path, [override])
        assert len(caught.value.problems) == 1


def test_an_unknown_priority_zone_is_refused(tmp_path: Path) -> None:
    text = SCENARIO + ROLLOUT_TEXT + '\n[[rollout.priority]]\nzones = ["999999"]\n'
    with pytest.raises(InputError, match=r"rollout\.priority\.0\.zones: unknown zone"):
        planner.run(write_study(tmp_path, text))


def test_a_year_without_known_holidays_is_warned_of(tmp_path: Path) -> None:
    text = (SCENARIO + ROLLOUT_TEXT).replace("end = 2021-03-31", "end = 2022-03-31")
    with pytest.warns(PlannerWarning, match="public holidays of 2022 are not known"):
        planner.run(write_study(tmp_path, text))


@pytest.mark.parametrize("name", ["guangdong", "guizhou", "yunnan", "hebei", "fujian"])
def test_the_five_provinces_have_a_build_out_with_the_halt(name: str) -> None:
    scenario = load_scenario(f"{name}-2020")
    assert scenario.rollout is not None
    halt = scenario.rollout.disruptions[0]
    assert halt.first_day <= dt.date(2020, 2, 1) <= halt.last_day
    said = {source.key for source in scenario.sources}
    assert {"rollout.resources", "rollout.disruptions.0"} <= said
