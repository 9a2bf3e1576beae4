"""What a notebook shows of a result: short text, or a table with a map that loads nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import folium
import pytest

from planner.number_text import percent
from planner.plan import Plan
from tests.planner.outputs.browser import headless_page

FRAME = "return document.querySelector('iframe').contentDocument"


@pytest.fixture(scope="module")
def results(built_plan: Plan, radio_plan: Plan) -> dict[str, Any]:
    return {
        "Plan": built_plan, "StudyArea": built_plan.area, "BuildOut": built_plan.build_out,
        "RadioMaps": radio_plan.radio,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["Plan", "StudyArea", "BuildOut", "RadioMaps"])
def test_a_result_shows_itself_in_a_line(results, name: str) -> None:
    text = repr(results[name])
    assert text.startswith(f"<{name} ")
    assert len(text) < 400
    assert "\n" not in text


def test_a_plan_says_what_it_reaches(built_plan: Plan) -> None:
    text, shown = repr(built_plan), built_plan._repr_html_()
    served = built_plan.summary["population_covered_share"]
    assert percent(served, unit="%") in text
    table = shown.partition("<iframe")[0]
    assert percent(served) in table
    assert percent(built_plan.build_out.target.probability) in table
    for zone in built_plan.zones.itertuples():
        assert f"<td>{zone.name_en}</td>" in table


def test_long_tables_say_what_they_leave_out(built_plan: Plan) -> None:
    months = len(built_plan.build_out.month_names)
    shown = built_plan.build_out._repr_html_()
    assert len(re.findall("<tr>", shown)) <= 33 + 4
    assert ("more rows are in the table" in shown) == (months > 30)
    assert "<svg" in shown


def test_names_stay_text(hostile_plan: Plan) -> None:
    shown = hostile_plan._repr_html_().partition("<iframe")[0]
    assert "<script" not in shown
    assert "<b>bold" not in shown


@pytest.mark.browser
def test_views_open_without_a_network(results, tmp_path: Path) -> None:
    views = {name: results[name]._repr_html_() for name in ("Plan", "StudyArea", "RadioMaps")}
    own = results["Plan"].map()
    own.add_child(folium.CircleMarker(location=own.location, radius=30, color="#00ff00"))
    views["map"] = own._repr_html_()
    with headless_page() as page:
        for name, html in views.items():
            path = tmp_path / f"{name}.html"
            path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{html}", encoding="utf-8")
            page.open(path)
            page.wait(lambda: page.script(f"{FRAME}.querySelector('.leaflet-pane') !== null"))
            assert page.outside_requests() == [], name
            assert page.console_errors() == [], name
            assert page.script(f"{FRAME}.querySelectorAll('path, canvas, img').length") > 0, name
        assert page.script(f"{FRAME}.querySelector('path[stroke=\"#00ff00\"]') !== null")
