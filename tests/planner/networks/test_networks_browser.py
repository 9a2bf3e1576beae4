"""The page that compares networks in headless Chromium, without a network."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner
from planner.networks import SHARING_CASES
from planner.outputs.palette import BASELINE, NEW
from planner.saved.rewriting import write_map, write_reports
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
    networks = planner.run_networks(scenario, hostile, cases=SHARING_CASES)
    return networks.save(folder / "out") / "report.html"


def test_networks_open_again_and_are_reported_in_chinese(report: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(report.parent, tmp_path / "out"))
    opened = planner.open(folder)
    assert isinstance(opened, planner.SavedNetworks)
    assert [one.plan.summary for one in opened.plans.values()] == [
        one.summary for one in opened.plans.values()
    ]
    # The outline of the area may begin at another corner: the same signs in another order.
    maps = {path: Counter(path.read_text("utf-8")) for path in folder.rglob("map.html")}
    write_map(opened)
    assert all(path.stat().st_size > 10_000 for path in maps)
    for path, signs in maps.items():
        assert (Counter(path.read_text("utf-8")) - signs).total() < 200
    write_reports(planner.open(folder), "zh")
    page = (folder / "report.zh.html").read_text(encoding="utf-8")
    assert "任一网络可服务" in page
    for key in opened.plans:
        assert f'href="{key}/report.zh.html"' in page
        assert (folder / key / "report.zh.html").is_file()
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for output in record["outputs"]:
        content = (folder / output["file"]).read_bytes()
        assert output["sha256"] == hashlib.sha256(content).hexdigest(), output["file"]
    again = planner.open(folder)
    assert isinstance(again, planner.SavedNetworks)
    assert all(one.summary for one in again.plans.values())


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
    assert len(sizes) >= 8 + 5 + 1 + 4
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


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("switch")
    hostile = {"networks.0.title": "</script><b>{{ 7 * 7 }}</b>"}
    quick = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0}
    networks = planner.run_networks(write_networks(folder / "study"), hostile | quick)
    return networks.save(folder / "out") / "map.html"


SHOWN = """
const frame = [...document.querySelectorAll('iframe')].find(f => f.style.visibility === 'visible');
const inside = frame.contentWindow;
const isMap = key => key.startsWith('map_') && inside[key] instanceof inside.L.Map;
const map = inside[Object.keys(inside).find(isMap)];
"""


def test_one_map_switches_between_the_networks_in_the_same_view(page: Page, switch: Path) -> None:
    page.resize(1280)
    page.open(switch)
    assert page.outside_requests() == []
    page.wait(lambda: page.script(SHOWN + "return !!map"))
    page.script(SHOWN + "map.setView([23.08, 113.1], 12, {animate: false})")
    first = page.script(SHOWN + "return inside.document.title + frame.title")
    page.script("document.querySelectorAll('button[data-network]')[1].click()")
    page.wait(lambda: page.script(SHOWN + "return !!map && map.getZoom() === 12"))
    centre = page.script(SHOWN + "return [map.getCenter().lat, map.getCenter().lng]")
    assert centre == pytest.approx([23.08, 113.1], abs=1e-3)
    assert page.script(SHOWN + "return inside.document.title + frame.title") != first
    pressed = (
        "return [...document.querySelectorAll('button[data-network]')].map(b => b.ariaPressed)"
    )
    assert page.script(pressed) == ["false", "true"]
    english = "return inside.document.body.classList.contains('plan-en')"
    before = page.script(SHOWN + english)
    page.script("document.getElementById('language').click()")
    assert page.script(SHOWN + english) is not before
    assert page.console_errors() == []
    page.script("document.body.classList.add('plan-en')")
    assert "</script><b>{{ 7 * 7 }}</b>" in page.script("return document.body.innerText")
