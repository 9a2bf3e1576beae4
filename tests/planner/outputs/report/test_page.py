"""The report as text: what it says, how it says numbers, and that names stay names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.certificate.certificate import Certificate
from planner.number_text import number, percent, quantity, signed, yuan
from planner.outputs.report.page import report_html
from planner.outputs.report.radio import radio_section
from planner.outputs.report.sources import source_rows
from planner.plan import Plan
from planner.radio.budget_table import budget_table
from planner.radio.tiers import FAST_TIER, SMOOTH_EARTH_TIER
from planner.scenario import Scenario, resolved
from tests.planner.outputs.report.outline import Outline, changed

SECTIONS = (
    None, "executive", "proof", "aims", "curve", "zones", "gaps", "service", "link-budget",
    "sources", "method", "warnings", "provenance",
)  # fmt: skip
"""Headings by their ids: that of the contents has none."""


@pytest.fixture(scope="module")
def hostile(hostile_plan: Plan) -> Outline:
    return Outline(report_html(hostile_plan))


def test_sections_in_order(outline: Outline) -> None:
    assert tuple(outline.ids("h2")) == SECTIONS


def test_everything_a_planner_checks_is_there(
    outline: Outline, chinese: Outline, synthetic_plan: Plan
) -> None:
    for zone in synthetic_plan.zones.itertuples():
        assert zone.name_en in outline.text
        assert zone.name_zh in chinese.text
        assert f"{zone.population / 1e3:,.1f}" in outline.text
    for line in budget_table(synthetic_plan.service_radii):
        assert line["label_en"] in outline.text
        assert line["label_zh"] in chinese.text
    for given in synthetic_plan.provenance["inputs"]:
        assert given["sha256"] in outline.text
        assert given["licence"] in outline.text
    assert "假设" in chinese.text
    assert "424 m" in outline.text
    assert synthetic_plan.warnings[0] in outline.text


def test_nothing_comes_from_outside(outline: Outline, hostile: Outline) -> None:
    for page in (outline, hostile):
        names = {name for name, _ in page.tags}
        assert not names & {"script", "iframe", "object", "embed", "base", "form", "img", "video"}
        for name, attributes in page.tags:
            assert not any(key.startswith("on") for key in attributes)
            for key in ("src", "xlink:href"):
                assert (attributes.get(key) or "data:#").startswith(("data:", "#"))
            if name == "link":
                assert attributes["href"] == "data:,"
        policy = next(a["content"] for _, a in page.tags if a.get("http-equiv"))
        assert policy is not None
        assert policy.startswith("default-src 'none'")


def test_links_go_to_the_map_and_to_sources_only(outline: Outline, hostile: Outline) -> None:
    def targets(page: Outline) -> list[str | None]:
        links = [attributes["href"] or "" for name, attributes in page.tags if name == "a"]
        return [link for link in links if not link.startswith("#")]

    assert targets(outline) == ["map.html", "https://example.org/directive"]
    assert targets(hostile) == ["map.html"]
    assert "javascript:alert(9)" in hostile.text


def test_hostile_names_are_only_text(hostile: Outline, hostile_plan: Plan) -> None:
    chinese = Outline(report_html(hostile_plan, "zh")).text
    for names, text in (("name_en", hostile.text), ("name_zh", chinese)):
        for name in hostile_plan.zones[names]:
            assert name.replace("\r\n", "\n") in text.replace("\r\n", "\n")
    assert hostile_plan.scenario.title in hostile.text
    assert hostile_plan.warnings[1] in hostile.text


def test_plan_without_aims_cost_or_baseline(synthetic_plan: Plan) -> None:
    text = changed(
        synthetic_plan, aims=[], cost_cny=None, stations_existing=0, baseline_origin="none"
    )
    assert "The scenario sets no coverage target." in text
    assert "no cost in the scenario" in text
    assert "on top of" not in text


def test_everybody_covered(synthetic_plan: Plan) -> None:
    total = synthetic_plan.summary["population_total"]
    plan = replace(synthetic_plan, gaps=synthetic_plan.gaps.iloc[:0])
    gaps = {"count": 0, "population": 0.0, "area_km2": 0.0, "listed": 0, "largest": []}
    text = changed(plan, population_covered=total, population_covered_share=1.0, gaps=gaps)
    assert "the model is saturated, and says nothing on where more stations are needed" in text
    assert "everybody" not in text.lower()
    assert "No settled land remains without service." in text
    assert "100\N{NO-BREAK SPACE}% (model)" in text
    assert "100.0\N{NO-BREAK SPACE}%" not in text


def test_gaps_that_are_too_small_to_be_listed(synthetic_plan: Plan) -> None:
    rules = synthetic_plan.scenario.gaps.model_copy(update={"min_people": 100.0})
    scenario = synthetic_plan.scenario.model_copy(update={"gaps": rules})
    plan = replace(synthetic_plan, gaps=synthetic_plan.gaps.iloc[:0], scenario=scenario)
    gaps = {**plan.summary["gaps"], "count": 9982, "listed": 0, "largest": []}
    text = changed(plan, gaps=gaps)
    assert "No settled land remains without service." not in text
    assert "9,982 gaps of settled land remain without service" in text
    assert "None has 100 residents or more" in text
    zh = Outline(report_html(replace(plan, summary={**plan.summary, "gaps": gaps}), "zh")).text
    assert "共有9,982处覆盖空洞" in zh
    assert "均不足100人" in zh


def test_gaps_that_the_scenario_does_not_list(synthetic_plan: Plan) -> None:
    scenario = synthetic_plan.scenario
    rules = scenario.gaps.model_copy(update={"max_listed": 0})
    plan = replace(
        synthetic_plan,
        gaps=synthetic_plan.gaps.iloc[:0],
        scenario=scenario.model_copy(update={"gaps": rules}),
    )
    text = changed(plan, gaps={**plan.summary["gaps"], "listed": 0, "largest": []})
    assert "gaps.max_listed is 0" in text
    assert "residents or more" not in text


def test_stations_that_were_not_built_say_why(synthetic_plan: Plan) -> None:
    text = changed(synthetic_plan, stations_not_needed=7)
    assert "remaining 7 of the 260 requested stations would add no served residents" in text
    assert "could not be placed" not in text
    text = changed(synthetic_plan, stations_not_needed=0, stations_not_placed=30, stations_new=230)
    assert "30 of the 260 requested stations could not be placed: no allowed candidate" in text
    assert "After station 290, no allowed candidate is left" in text
    assert "would add no served" not in text


def changed_outside(scenario: Scenario, *overridden: str) -> Scenario:
    """The scenario as if some values had been set on the command line."""
    found = scenario.model_copy()
    found._overridden = overridden
    return found


def rows_of(plan: Plan, *overridden: str) -> dict[str, dict[str, Any]]:
    scenario = plan.scenario
    rows = source_rows(scenario.sources, resolved(scenario), overridden)
    return {row["key"]: row for row in rows}


def test_the_source_of_an_overridden_value_is_the_planner(synthetic_plan: Plan) -> None:
    rows = rows_of(synthetic_plan, "target.stations_new")
    assert rows["target.stations_new"]["status"] == "planner"
    assert rows["target.stations_new"]["note"].startswith("changed on the command line; the source")
    assert rows["target.stations_baseline"]["status"] == "assumption"
    assert not rows["target.stations_baseline"]["note"]
    rows = rows_of(synthetic_plan, "target", "cost.station")
    assert rows["target.stations_baseline"]["status"] == "planner"
    assert rows["cost.station_cny"]["status"] == "derived"


def test_the_source_of_a_table_says_which_part_was_overridden(synthetic_plan: Plan) -> None:
    source = synthetic_plan.scenario.sources[0].model_copy(update={"key": "target"})
    scenario = synthetic_plan.scenario.model_copy(update={"sources": (source,)})
    rows = rows_of(replace(synthetic_plan, scenario=scenario), "target.stations_new", "seed")
    assert rows["target"]["status"] == "planner"
    assert rows["target"]["note"].startswith("stations_new changed on the command line")


def test_the_report_shows_what_the_planner_has_set(synthetic_plan: Plan) -> None:
    scenario = changed_outside(synthetic_plan.scenario, "target.stations_new")
    text = Outline(report_html(replace(synthetic_plan, scenario=scenario))).text
    assert "set by the planner" in text
    assert "the source below is that of the shipped value" in text
    assert "An invented directive" in text
    assert "set by the planner" not in Outline(report_html(synthetic_plan)).text


def test_a_hundred_per_cent_means_everybody(synthetic_plan: Plan) -> None:
    total = synthetic_plan.summary["population_total"]
    share = 1.0 - 1.0 / total
    text = changed(synthetic_plan, population_covered=total - 1.0, population_covered_share=share)
    assert "> 99.9\N{NO-BREAK SPACE}%" in text


def test_radius_given_in_the_scenario(synthetic_plan: Plan) -> None:
    given = [
        replace(radius, origin="scenario", binding="", mapl_db=None)
        for radius in synthetic_plan.service_radii
    ]
    text = Outline(report_html(replace(synthetic_plan, service_radii=tuple(given)))).text
    assert "given in the scenario" in text


@pytest.mark.parametrize(
    ("tier", "words", "others"),
    [
        (SMOOTH_EARTH_TIER, "ignores terrain, individual buildings", "shadow of terrain"),
        (FAST_TIER, "cells in the shadow of terrain are removed", "ignores terrain"),
    ],
)
def test_limits_of_radio_are_those_of_its_tier(
    synthetic_plan: Plan, tier: str, words: str, others: str
) -> None:
    plan = replace(synthetic_plan, summary={**synthetic_plan.summary, "radio_tier": tier})
    text = Outline(report_html(plan)).text
    method = text[text.index("Radio. ") :]
    assert tier[1:] in method
    assert words in method
    assert others not in method


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(126012510), "126,012,510"),
        (number(-0.001, 2), "0.00"),
        (number(-94.13, 1), "−94.1"),
        (number(None), "—"),
        (number(float("nan")), "—"),
        (percent(0.9342).replace("\N{NO-BREAK SPACE}", " "), "93.4 %"),
        (percent(0.99999).replace("\N{NO-BREAK SPACE}", " "), "> 99.9 %"),
        (percent(1.0 - 1e-9).replace("\N{NO-BREAK SPACE}", " "), "100.0 %"),
        (percent(1.0).replace("\N{NO-BREAK SPACE}", " "), "100.0 %"),
        (percent(0.0001).replace("\N{NO-BREAK SPACE}", " "), "< 0.1 %"),
        (percent(0.0).replace("\N{NO-BREAK SPACE}", " "), "0.0 %"),
        (yuan(24e9), "24.0 billion yuan"),
        (yuan(104e6), "104.0 million yuan"),
        (yuan(4e5), "400,000 yuan"),
        (quantity(0.0552), "0.0552"),
        (quantity(2600.0), "2,600"),
        (quantity(-85.27), "−85.3"),
        (quantity(None), "—"),
        (quantity("uplink"), "uplink"),
        (signed(1.2), "+1"),
        (signed(-12.7), "−13"),
    ],
)
def test_numbers_as_a_reader_wants_them(text: str, expected: str) -> None:
    assert text == expected


def test_file_is_one_utf8_page(saved: Path) -> None:
    content = (saved / "report.html").read_text(encoding="utf-8")
    assert content.startswith("<!DOCTYPE html>")
    assert content.count("<html") == content.count("</html>") == 1


# ---------------------------------------------------------------- radio maps


@pytest.fixture(scope="module")
def radio_outline(radio_plan: Plan) -> Outline:
    return Outline(report_html(radio_plan))


def test_radio_maps_have_a_section_when_the_plan_has_them(
    outline: Outline, radio_outline: Outline
) -> None:
    assert "radio-maps" not in outline.ids("h2")
    assert radio_outline.ids("h2") == [*SECTIONS[:7], "radio-maps", *SECTIONS[7:]]
    links = [attributes["href"] for name, attributes in radio_outline.tags if name == "a"]
    assert "radio/radio_maps.html" in links


def test_radio_section_names_its_ground_and_every_class(
    radio_plan: Plan, radio_outline: Outline
) -> None:
    assert "Smooth-earth result: statistical propagation models, without" in radio_outline.text
    assert "按平滑地球计算" in report_html(radio_plan, "zh")
    for layer in radio_plan.summary["radio_maps"]["layers"]:
        shown = [known["label"] in radio_outline.text for known in layer["classes"]]
        assert all(shown) == (layer["layer"] != "lead")


def test_radio_section_says_terrain_where_there_is_some(radio_plan: Plan) -> None:
    assert radio_plan.radio is not None
    summary = {**radio_plan.radio.summary, "terrain": {"tier": "fast"}, "terrain_note": "Hills"}
    plan = replace(radio_plan, radio=replace(radio_plan.radio, summary=summary))
    assert "Hills." in Outline(report_html(plan)).text
    text = Outline(report_html(plan, "zh")).text
    assert "已计入地形" in text
    assert "平滑地球" not in text


def test_shares_above_thresholds_are_those_of_the_cells(radio_plan: Plan) -> None:
    """Counted again from the rasters, cell by cell."""
    maps = radio_plan.radio
    assert maps is not None
    section = radio_section(maps)
    edges = {"rsrp": (-105, -95), "sinr": (-3, 10), "throughput": (100, 300), "servers": (1, 3)}
    zone, people = radio_plan.area.zone_index, radio_plan.demand.people.astype(float)
    klass = radio_plan.demand.area_class
    places = [
        (section["total"], maps.inside),
        *((row, zone == index) for index, row in enumerate(section["zones"])),
        *((row, klass == code) for code, row in enumerate(section["area_classes"])),
    ]
    assert len(places) == 1 + 4 + 4
    for row, cells in places:
        expected = [
            people[cells & (maps.values[key] >= edge)].sum() / people[cells].sum()
            for key, both in edges.items()
            for edge in both
        ]
        assert row["people"] == pytest.approx(people[cells].sum())
        assert row["shares"] == pytest.approx(expected)


def test_hostile_zone_names_in_the_radio_section_are_text(
    radio_plan: Plan, hostile_plan: Plan
) -> None:
    assert radio_plan.radio is not None
    names = dict(zip(radio_plan.zones["adcode"], hostile_plan.zones["name_en"], strict=True))
    shares = radio_plan.radio.shares.assign(zone_en=radio_plan.radio.shares["adcode"].map(names))
    plan = replace(radio_plan, radio=replace(radio_plan.radio, shares=shares))
    page = Outline(report_html(plan))
    assert not {name for name, _ in page.tags} & {"script", "img"}
    assert names["990100"] in page.text


# ---------------------------------------------------------------- certificate


def test_report_explains_the_certificate(synthetic_plan: Plan) -> None:
    optimality = {
        "upper_bound_population": 1_140_000.0,
        "gap": 0.012,
        "method": "dual of the covering relaxation",
        "proven_optimal": False,
        "saturated": False,
    }
    text = changed(synthetic_plan, optimality=optimality)
    assert "at the allowed sites serves more than 1.14 million residents" in text
    assert "its distance to the bound is at most 1.2\N{NO-BREAK SPACE}%" in text
    summary = {**synthetic_plan.summary, "optimality": optimality}
    zh = Outline(report_html(replace(synthetic_plan, summary=summary), "zh")).text
    assert "任何方案最多服务114.0万人" in zh
    assert "与该上限的差距不超过1.2%" in zh
    assert "is not measured" not in text
    best = changed(synthetic_plan, optimality={**optimality, "gap": 0.0, "proven_optimal": True})
    assert "serves more residents than this one: it is optimal" in best
    assert "distance to the bound is" not in best
    assert "No bound was computed" in changed(synthetic_plan)


def test_report_explains_the_bound_in_the_chart(synthetic_plan: Plan, outline: Outline) -> None:
    people = synthetic_plan.summary["population_total"]
    found = Certificate(np.full(260, people), np.ones((1, 1), np.uint16), people, 61, "a dual")
    text = Outline(report_html(replace(synthetic_plan, certificate=found))).text
    assert "no plan with the same number of stations can lie above it" in text
    assert "Proven upper limit" in text
    assert "Proven upper limit" not in outline.text
