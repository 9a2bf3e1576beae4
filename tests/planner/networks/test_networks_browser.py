"""The page that compares networks in headless Chromium, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import planner
from planner.outputs.pages.networks_report import write_networks_report
from planner.outputs.palette import BASELINE, NEW
from tests.planner.networks.study import sharing, write_networks
from tests.planner.outputs.browser import Page, count_colour, headless_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::planner.errors.PlannerWarning"),
]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    hostile = {
        "networks.0.title": "<b>{{ 7 * 7 }}</b> $x$",
        "networks.0.operators": ["a" * 90, "<script>alert(1)</script>"],
    }
    scenario = write_networks(folder / "study", sharing("sites"))
    networks = planner.run_networks(scenario, hostile, keep_plans=False)
    write_networks_report(networks, folder / "report.html")
    return folder / "report.html"


def test_no_request_leaves_and_nothing_complains(page: Page, report: Path) -> None:
    page.open(report)
    assert page.outside_requests() == []
    assert page.console_errors() == []
    assert page.script("return document.scripts.length") == 0
    assert "<b>{{ 7 * 7 }}</b>" in page.script("return document.body.innerText")


def test_tables_and_chart_have_a_size_and_the_bars_their_colours(page: Page, report: Path) -> None:
    page.open(report)
    sizes = page.script(
        "return [...document.querySelectorAll('h2, .tile, figure svg, table')]"
        ".map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])"
    )
    assert len(sizes) >= 6 + 6 + 1 + 3
    assert all(width > 40 and height > 10 for width, height in sizes)
    page.script("document.getElementById('sharing').scrollIntoView()")
    pixels = page.pixels()
    assert count_colour(pixels, NEW) > 200
    assert count_colour(pixels, BASELINE) > 200


@pytest.mark.parametrize("width", [1280, 420])
def test_the_page_is_no_wider_than_the_window(page: Page, report: Path, width: int) -> None:
    page.resize(width)
    page.open(report)
    assert page.script("return document.documentElement.scrollWidth") <= width
