"""Page one, the language of a report, and the tables that others paste."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from planner.number_text import percent
from planner.outputs.language import chance, month, people, share
from planner.outputs.report.money_text import money_context
from planner.outputs.report.page import report_html
from planner.plan import Plan
from planner.results.published import yardsticks
from tests.planner.outputs.one_language import english_words
from tests.planner.outputs.report.outline import Outline, changed

CHINESE = re.compile("[\u4e00-\u9fff]")


def test_page_one_says_five_numbers_and_their_caveats(
    outline: Outline, chinese: Outline, synthetic_plan: Plan
) -> None:
    summary, largest = synthetic_plan.summary, synthetic_plan.gaps.iloc[0]
    served = percent(summary["population_covered_share"], of=summary["population_total"])
    for page, lang in ((outline, "en"), (chinese, "zh")):
        first = page.text[: page.text.index({"en": "Contents", "zh": "目录"}[lang])]
        for text in (
            served.replace("\N{NO-BREAK SPACE}", "" if lang == "zh" else "\N{NO-BREAK SPACE}"),
            people(summary["population_total"], lang),
            people(largest["people"], lang),
            {"en": "104.0 million yuan", "zh": "1.0亿元"}[lang],
            {"en": "Probability of the date—", "zh": "按期建成概率—"}[lang],
            {"en": "the model placed the baseline of 60", "zh": "60个存量基站由模型布设"}[lang],
            {"en": "No range of the people served", "zh": "未计算服务人口的不确定区间"}[lang],
        ):
            assert text in first
    assert "260 new stations on top of the existing 60 cover" in outline.text
    assert "1 of the 2 coverage targets is met" in outline.text
    assert "新建260个基站" in chinese.text


def test_page_one_has_the_range_and_the_probability_where_they_are_known(
    synthetic_plan: Plan, built_plan: Plan
) -> None:
    known = {
        "population_covered_share": [0.571, 0.708], "draws": 100, "share_of_draws": 0.9,
        "assumptions": ["a", "b"],
    }  # fmt: skip
    assert "range 57 to 71\N{NO-BREAK SPACE}%" in changed(synthetic_plan, range=known)
    chance_en = chance(built_plan.summary["rollout"]["target"]["probability"])
    text = Outline(report_html(built_plan)).text
    assert f"Probability of the date{chance_en}" in text[: text.index("Contents")]


def test_a_report_is_in_one_language(outline: Outline, synthetic_plan: Plan) -> None:
    # Where counties have no name in English, theirs is the only Chinese.
    counties = synthetic_plan.gaps["county_zh"].unique()
    text = outline.text
    for name in filter(None, counties):
        text = text.replace(name, "")
    assert not CHINESE.search(text)
    warnings = ("land.tif: excludes no land of the study area", "a <b> of its own")
    page = report_html(replace(synthetic_plan, warnings=warnings), "zh")
    assert '<html lang="zh-CN">' in page
    assert "land.tif：未排除研究区内任何土地" in page
    assert '<span lang="en">a &lt;b&gt; of its own</span>' in page
    given = {"Invented", "tenth", "towns", "Dongling", "Nobody", "invented", "blob", "synthetic"}
    assert english_words(page) <= given | {"land"}


def test_the_distance_to_the_bound_is_never_called_a_gap(synthetic_plan: Plan) -> None:
    optimality = {
        "upper_bound_population": 1_140_000.0, "gap": 0.012, "method": "a dual",
        "proven_optimal": False, "saturated": False,
    }  # fmt: skip
    text = changed(synthetic_plan, optimality=optimality)
    assert "Distance to the bound of all plans: at most 1.2" in text
    assert not re.search(r"gap[^.]*bound|bound[^.]*gap", text)


def test_the_list_of_gaps_says_what_it_leaves_out(synthetic_plan: Plan) -> None:
    shown = min(20, len(synthetic_plan.gaps))
    gaps = {**synthetic_plan.summary["gaps"], "count": 500, "listed": 500}
    text = changed(synthetic_plan, gaps=gaps)
    assert f"it leaves out {500 - shown}, which are in plan.gpkg" in text
    assert "not in plan.gpkg either, which has 100" in changed(
        synthetic_plan, gaps={**gaps, "listed": 100}
    )


def test_executive_table_pastes_as_a_table(synthetic_plan: Plan, saved: Path) -> None:
    page = report_html(synthetic_plan, "zh")
    table = page[page.index("<table", page.index('id="executive"')) :]
    table = table[: table.index("</table>")]
    assert "colspan" not in table
    assert "rowspan" not in table
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr")[1:]]
    assert rows[0] == ["地区", "人口（万人）", "每万人基站数", "每平方公里基站数", "服务比例",
                       "建成日期", "投资（万元）"]  # fmt: skip
    assert {len(row) for row in rows} == {7}
    csv = pd.read_csv(saved / "executive.csv")
    zones = pd.read_csv(saved / "zones.csv")
    for row, own, zone in zip(rows[1:-1], csv.itertuples(), zones.itertuples(), strict=False):
        assert row[0] == zone.name_zh == own.name_zh
        assert float(row[1]) == pytest.approx(zone.population / 1e4, abs=0.0051)
        stations = zone.stations_existing + zone.stations_new
        assert float(row[2]) == pytest.approx(1e4 * stations / zone.population, abs=0.0051)
        assert own.per_km2 == pytest.approx(zone.stations_per_km2, abs=1e-4)
        assert row[4] == share(zone.covered_share, "zh")
        assert own.capital_cny == 400_000 * zone.stations_new
    assert csv["capital_cny"].iloc[-1] == synthetic_plan.summary["cost_cny"]


def test_a_price_is_not_compared_with_the_figure_it_comes_from(built_plan: Plan) -> None:
    cost = built_plan.scenario.cost
    assert cost is not None
    cost = cost.model_copy(update={"station_cny": 400_000.0})
    scenario = built_plan.scenario.model_copy(update={"cost": cost})
    found = money_context(replace(built_plan, scenario=scenario), "en")
    assert found is not None
    rows = {row["name"]: row["plan_over_published"] for row in found["money"]["published"]}
    assert rows["China Mobile, plan for 2020"] is None
    assert rows["China Mobile, tender of 2020"] is None
    assert sum(ratio is not None for ratio in rows.values()) >= 6


def test_every_date_of_the_nation_can_be_said() -> None:
    """Some are months, some are days; any may be the one that a plan is compared with."""
    plans = range(130_000, 2_500_000, 10_000)
    dates = {yardsticks(count, 1_411_780_000, 9.6e6)["as_in_china"] for count in plans}
    assert {len(date) for date in dates} == {7, 10}
    assert all(month(date, "zh").endswith("月") for date in dates)
