"""The report in headless Chromium, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.outputs.palette import COVERED_PLAN, NEW
from planner.outputs.report.page import write_report
from planner.plan import Plan
from planner.radio.radio_map_layers import LAYERS
from tests.planner.outputs.browser import Page, count_colour, headless_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.mark.parametrize("folder", ["saved", "saved_hostile", "saved_radio"])
def test_no_request_leaves_and_nothing_complains(
    page: Page, folder: str, request: pytest.FixtureRequest
) -> None:
    page.open(request.getfixturevalue(folder) / "report.html")
    assert page.outside_requests() == []
    assert page.console_errors() == []
    assert page.script("return document.images.length") == 0
    assert page.script("return document.scripts.length") == 0
    assert page.script("return document.querySelectorAll('img').length") == 0


def test_every_section_and_both_charts_have_a_size(page: Page, saved: Path) -> None:
    page.open(saved / "report.html")
    sizes = page.script(
        "return [...document.querySelectorAll('h2, .tile, figure svg, table')]"
        ".map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])"
    )
    assert len(sizes) >= 13 + 5 + 2 + 6
    assert all(width > 40 and height > 10 for width, height in sizes)


@pytest.mark.parametrize(("chart", "colour"), [("curve", NEW), ("map", COVERED_PLAN)])
def test_charts_are_drawn(page: Page, saved: Path, chart: str, colour: str) -> None:
    page.open(saved / "report.html")
    page.script(f"document.getElementById('{chart}').scrollIntoView()")
    assert count_colour(page.pixels(), colour) > 200


def test_chinese_signs_are_drawn_by_the_font_that_the_page_carries(
    page: Page, synthetic_plan: Plan, tmp_path: Path
) -> None:
    path = tmp_path / "report.zh.html"
    write_report(synthetic_plan, path, "zh")
    page.open(path)
    family = page.script(
        "return getComputedStyle(document.querySelector('#chart-map text')).fontFamily"
    )
    assert "Planner Noto Sans SC" in family
    page.script("return document.fonts.ready.then(() => true)")
    loaded = "return [...document.fonts].map(f => f.family.replaceAll('\"', '') + f.status)"
    assert page.script(loaded) == ["Planner Noto Sans SCloaded"]


def test_radio_section_shows_its_classes_in_their_colours(page: Page, saved_radio: Path) -> None:
    page.open(saved_radio / "report.html")
    page.script("document.getElementById('radio-maps').scrollIntoView()")
    pixels = page.pixels()
    for layer in LAYERS[:2]:
        for colour in layer.colours.values():
            assert count_colour(pixels, colour, tolerance=4) > 100
    widths = page.script(
        "return [...document.querySelectorAll('.stack')].map(bar =>"
        "[bar.clientWidth, [...bar.children].reduce((sum, i) => sum + i.clientWidth, 0)])"
    )
    assert len(widths) == 10
    assert all(abs(whole - parts) <= 6 for whole, parts in widths)


@pytest.mark.parametrize("width", [1280, 420])
@pytest.mark.parametrize("folder", ["saved_hostile", "saved_radio"])
def test_the_page_is_no_wider_than_the_window(
    page: Page, folder: str, width: int, request: pytest.FixtureRequest
) -> None:
    page.resize(width)
    page.open(request.getfixturevalue(folder) / "report.html")
    assert page.script("return document.documentElement.scrollWidth") <= width
