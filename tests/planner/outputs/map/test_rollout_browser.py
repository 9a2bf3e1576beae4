"""The build-out in headless Chromium: the slider of the map and the section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import rasterio

import planner
from planner.national import run_national
from planner.outputs.palette import COVERED_BASELINE, COVERED_PLAN
from planner.scenario.hindcast import load_hindcast
from planner.scenario.national import load_national
from tests.planner.outputs.browser import Page, headless_page
from tests.planner.outputs.map_page import MOVE, rgb
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
COVERED = """
  const shown = document.querySelector("canvas.plan-coverage");
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


def test_the_panel_says_that_it_tells_of_the_whole_plan(page: Page, saved: Path) -> None:
    page.open(saved / "map.html")
    page.script(MOVE, 0)
    panel = page.script("return document.getElementById('plan-title').innerText")
    assert "with the whole plan" in panel


def test_the_slider_shows_what_is_covered_in_its_month(page: Page, saved: Path) -> None:
    page.open(saved / "map.html")
    until = "return document.querySelector('canvas.plan-coverage').dataset.until"
    page.wait(lambda: page.script(until) is not None)
    with rasterio.open(saved / "coverage.tif") as raster:
        codes = raster.read(1)
    seen = []
    for month in (0, 3, 6, 9, -1):
        page.script(MOVE, month)
        page.next_frame()
        count = page.script(COVERED)
        seen.append(count.get(rgb(COVERED_PLAN), 0))
        assert set(count) <= {"none", rgb(COVERED_PLAN), rgb(COVERED_BASELINE)}
    assert seen[0] == 0
    assert seen == sorted(seen), seen
    assert len(set(seen)) > 3
    drawn = seen[-1] / count[rgb(COVERED_BASELINE)]
    cells = ((codes >= 5) & (codes <= 8)).sum() / ((codes >= 1) & (codes <= 4)).sum()
    assert drawn == pytest.approx(cells, rel=0.03)
    assert page.console_errors() == []


def test_the_report_shows_fan_probability_and_hindcast(page: Page, saved: Path) -> None:
    page.open(saved / "report.html")
    text = page.script("return document.body.innerText")
    assert "Build-out, month by month" in text
    assert "Back-test" in text
    assert "By zone at the end of 2020-12" in text
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
