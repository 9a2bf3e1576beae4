"""The build-out in headless Chromium: the slider of the map and the section of the report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import planner
from tests.planner.outputs.browser import Page, headless_page
from tests.planner.rollout.test_build_out import ROLLOUT_TEXT
from tests.planner.study import SCENARIO, write_study

pytestmark = pytest.mark.browser

MOVE = """
  const slider = document.getElementById("plan-rollout-slider");
  slider.value = arguments[0] < 0 ? slider.max : arguments[0];
  slider.dispatchEvent(new Event("input"));
  return document.getElementById("plan-rollout-told").textContent;
"""
DRAWN = """
  const canvas = document.querySelector("canvas.plan-stations");
  const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 127) count++;
  return count;
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


def test_the_report_shows_fan_probability_and_hindcast(page: Page, saved: Path) -> None:
    page.open(saved / "report.html")
    text = page.script("return document.body.innerText")
    assert "Build-out, month by month" in text
    assert "Would it have seen 2020 coming?" in text
    charts = page.script(
        "return ['rollout-stations', 'rollout-people', 'rollout-binding', 'hindcast'].map("
        "name => document.getElementById('chart-' + name).getBoundingClientRect().width)"
    )
    assert min(charts) > 500
    assert page.outside_requests() == []
    assert page.console_errors() == []
