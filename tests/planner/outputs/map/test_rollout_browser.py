"""The build-out in headless Chromium: the slider of the map and the section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import rasterio

import planner
from planner.national import run_national
from planner.number_text import percent
from planner.outputs.palette import NO_PEOPLE, NOT_YET, SERVED_BEFORE, SERVED_COLOURS
from planner.scenario.hindcast import load_hindcast
from planner.scenario.national import load_national
from tests.planner.outputs.browser import Page, headless_page
from tests.planner.outputs.map_page import HANDLES, MOVE, SWITCH, rgb
from tests.planner.rollout.cases import ROLLOUT_TEXT
from tests.planner.study import SCENARIO, write_study

pytestmark = pytest.mark.browser

DRAWN = """
  const canvas = document.querySelector("canvas.plan-stations");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 127) count++;
  return count;
"""
FILLED = """
  const shown = document.querySelector("canvas.plan-fill");
  const canvas = document.createElement("canvas");
  canvas.width = shown.width;
  canvas.height = shown.height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(shown, 0, 0);
  const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
  const count = {};
  for (let i = 0; i < data.length; i += 4) {
    const colour = data[i + 3] ? data[i] + "," + data[i + 1] + "," + data[i + 2] : "none";
    count[colour] = (count[colour] || 0) + 1;
  }
  return count;
"""
TABLE = """
  return [...document.querySelectorAll(".plan-zones tbody tr")]
    .map(row => [...row.children].slice(2).map(cell => cell.textContent));
"""
FIGURE = "return document.querySelector(`[data-figure='${arguments[0]}']`).textContent"
CUT_OFF = """
  return [...document.querySelectorAll(".scroll")]
    .filter(node => node.scrollWidth > node.clientWidth + 1)
    .map(node => node.innerText.slice(0, 40) + ": " + node.scrollWidth);
"""


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rollout")
    plan = planner.run(write_study(folder, SCENARIO + ROLLOUT_TEXT))
    return plan.save(folder / "out")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


def test_the_slider_shows_the_stations_of_its_month(page: Page, saved: Path) -> None:
    page.open(saved / "map.html")
    page.script(HANDLES)
    assert page.console_errors() == []
    drawn = []
    for month, said in ((0, "0 / 6"), (6, " / 6"), (-1, "6 / 6")):
        assert said in page.script(MOVE, month)
        page.next_frame()
        page.next_frame()
        drawn.append(page.script(DRAWN))
    assert drawn == sorted(drawn), drawn
    assert 0 < drawn[0] < drawn[2]
    assert page.outside_requests() == []


def test_every_number_of_a_month_is_that_of_the_tables(page: Page, saved: Path) -> None:
    page.open(saved / "map.html")
    page.script(HANDLES)
    rollout = pd.read_csv(saved / "rollout.csv", dtype={"adcode": str})
    zones = pd.read_csv(saved / "zones.csv", dtype={"adcode": str})
    total = zones["population"].sum()
    months = sorted(set(rollout["month"]))
    for step in (3, 6, len(months) + 1, -1):
        page.script(MOVE, step)
        whole = step == -1 or " 6 / 6" in page.script(MOVE, step)
        panel = page.script("return document.getElementById('plan-title').innerText")
        table = page.script(TABLE)
        if whole:
            shares, built = zones["covered_share"], zones["stations_new"]
            people, stations = zones["covered"].sum(), zones["stations_new"].sum()
            assert "with the whole plan" in panel
        else:
            here = rollout[rollout["month"] == months[step - 1]].set_index("adcode")
            by_zone = here.loc[zones["adcode"]]
            shares = by_zone["people_covered_p50"].to_numpy() / zones["population"]
            built = by_zone["stations_p50"]
            people, stations = by_zone["people_covered_p50"].sum(), built.sum()
            assert f"at the end of {months[step - 1]} (median)" in panel
        expected = [
            [percent(share, of=of), f"{number:,.0f}"]
            for share, of, number in zip(shares, zones["population"], built, strict=True)
        ]
        assert table == expected, step
        assert page.script(FIGURE, "share") == percent(people / total, of=total)
        assert page.script(FIGURE, "stations") == f"{stations:,.0f}"
        # Rounded from sums of their own: half a person may go either way.
        left = int(page.script(FIGURE, "uncovered").rpartition("人")[2].replace(",", ""))
        assert abs(left - (total - people)) <= 1.0
    assert len(expected) == 2


def test_the_fills_show_what_is_served_in_the_month(page: Page, saved: Path) -> None:
    page.open(saved / "map.html")
    page.script(HANDLES)
    until = "return document.querySelector('canvas.plan-fill').dataset.until"
    page.wait(lambda: page.script(until) is not None)
    with rasterio.open(saved / "coverage.tif") as raster:
        codes = raster.read(1)
    before, later = rgb(SERVED_BEFORE), rgb(NOT_YET)
    shares = [rgb(colour) for colour in SERVED_COLOURS]
    seen = []
    for month in (0, 3, 6, 9, -1):
        page.script(MOVE, month)
        page.next_frame()
        count = page.script(FILLED)
        seen.append(sum(count.get(colour, 0) for colour in shares[-2:]))
        assert set(count) <= {"none", *shares, rgb(NO_PEOPLE)}
    assert seen == sorted(seen), seen
    assert len(set(seen)) > 3
    land = sum(number for colour, number in count.items() if colour != "none")
    cells = ((codes >= 1) & (codes <= 8)).sum() / (codes != 255).sum()
    assert seen[-1] / land == pytest.approx(cells, rel=0.03)
    page.script(SWITCH, "Served since", True)
    page.script(MOVE, 0)
    page.next_frame()
    start = page.script(FILLED)
    assert start[before] / land == pytest.approx(
        ((codes >= 1) & (codes <= 4)).sum() / (codes != 255).sum(), rel=0.03
    )
    assert start[later] > 0
    page.script(MOVE, -1)
    page.next_frame()
    end = page.script(FILLED)
    assert later not in end
    assert end[before] == start[before]
    assert page.console_errors() == []


def test_the_report_shows_fan_probability_and_hindcast(page: Page, saved: Path) -> None:
    page.open(saved / "report.html")
    text = page.script("return document.body.innerText")
    assert "Build-out, month by month" in text
    assert "Back-test" in text
    assert "By zone at the end of December 2020" in text
    for plan in load_hindcast("china-2020").plans:
        assert plan.operator in text
        assert f"{plan.stations_new:,}" in text
    assert "Data series used" in text
    charts = page.script(
        "return ['rollout-stations', 'rollout-people', 'rollout-cost', 'rollout-binding', "
        "'hindcast'].map("
        "name => document.getElementById('chart-' + name).getBoundingClientRect().width)"
    )
    assert min(charts) > 500
    assert page.outside_requests() == []
    assert page.console_errors() == []


def test_no_table_needs_sideways_scrolling_on_a_narrow_page(saved: Path, tmp_path: Path) -> None:
    country = run_national(load_national("china-2020")).save(tmp_path / "china")
    with headless_page(width=800) as narrow:
        for folder in (saved, country):
            narrow.open(folder / "report.html")
            assert narrow.script(CUT_OFF) == []
            assert narrow.script("return document.documentElement.scrollWidth") == 800
