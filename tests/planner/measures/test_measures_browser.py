"""The page of measures in headless Chromium, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.measures import Effect, MeasuresTable
from planner.measures.effects import STAGES, Dates
from planner.outputs.language import LANGUAGES
from planner.outputs.pages.measures import measures_html
from planner.outputs.palette import BASELINE, GAP
from planner.provenance import provenance
from planner.scenario import load_scenario, measure_names
from tests.planner.outputs.browser import Page, count_colour, headless_page
from tests.planner.outputs.one_language import english_words

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = load_scenario("guangdong-2020")

    def effect(name: str, number: int) -> Effect:
        measure = load_scenario("guangdong-2020", (), [name]).measures[0] if number else None
        people, cost = 110_000_000.0 + 1_234_567 * (number % 3), 51_501_234_567.0 - 1e9 * number
        day = scenario.rollout.end  # type: ignore[union-attr]
        return Effect(
            name, measure, 60_000 - 4_321 * (number % 2), people, 126_012_510.0, 26_659_000_000,
            4_000_000_000, cost + 3e9 * (number % 4), Dates(day, day, 1.0, "crews"), 105, 110,
            STAGES, 40.0,
        )  # fmt: skip

    effects = tuple(effect(name, i) for i, name in enumerate(measure_names(), start=1))
    origin = provenance(scenario, "440000")
    table = MeasuresTable(scenario, effect("base", 0), effects, origin, ("<b>{{ 7 * 7 }}</b>",))
    path = tmp_path_factory.mktemp("measures") / "measures.html"
    for lang in LANGUAGES:
        text = measures_html(table.as_dict(), lang)
        path.with_suffix(f".{lang}.html").write_text(text, encoding="utf-8")
    return path.with_suffix(".en.html")


def test_the_page_in_chinese_is_in_chinese(report: Path) -> None:
    text = report.with_name("measures.zh.html").read_text(encoding="utf-8")
    assert english_words(text) <= set()
    assert "开放公共站址资源" in text
    english = re.sub("(?s)<style.*?</style>", "", report.read_text(encoding="utf-8"))
    assert not re.search("[\u4e00-\u9fff]", english)


def test_no_request_leaves_and_nothing_complains(page: Page, report: Path) -> None:
    page.open(report)
    assert page.outside_requests() == []
    assert page.console_errors() == []
    text = page.script("return document.body.innerText")
    assert "<b>{{ 7 * 7 }}</b>" in text
    assert all(name in text for name in measure_names())


def test_better_and_worse_have_their_colours(page: Page, report: Path) -> None:
    page.open(report)
    pixels = page.pixels()
    assert count_colour(pixels, BASELINE) > 500
    assert count_colour(pixels, GAP) > 100


@pytest.mark.parametrize("width", [1300, 800])
def test_no_table_needs_sideways_scrolling(page: Page, report: Path, width: int) -> None:
    page.resize(width)
    page.open(report)
    assert page.script("return document.documentElement.scrollWidth") <= width
    beyond = page.script(
        "return [...document.querySelectorAll('.scroll')].map(e => e.scrollWidth - e.clientWidth)"
    )
    assert len(beyond) == 3
    assert max(beyond) <= 0
