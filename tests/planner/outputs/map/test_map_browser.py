"""The map in headless Chromium, without a network: drawn, switched, searched, printed, attacked."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from rasterio.io import MemoryFile
from selenium.webdriver import ActionChains

from planner.number_text import percent
from planner.outputs.palette import (
    BACKGROUND,
    BASELINE,
    GAP,
    MUST_HAVE,
    NEW,
    NOT_COVERED,
    SERVED_BEFORE,
    SERVED_COLOURS,
    month_colours,
    share_colour,
)
from planner.plan import Plan
from tests.planner.outputs.browser import Page, count_colour, headless_page
from tests.planner.outputs.map_page import (
    BOXES,
    FILLS,
    LAYERS,
    POP_UP,
    SWITCH,
    TYPE,
    click_at,
    map_file,
    map_pixels,
    open_map,
    overlap,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning"),
]

MANY = 70_000
CLOSE = "theMap.setView([22.78, 112.80], 13, {animate: false})"
"""The largest town, near enough for its stations to be drawn."""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def phone() -> Iterator[Page]:
    with headless_page(390, 800) as opened:
        yield opened


@pytest.fixture(scope="module")
def calm(synthetic_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(synthetic_plan, tmp_path_factory.mktemp("calm"))


@pytest.fixture(scope="module")
def hostile(hostile_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(hostile_plan, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def crowded_plan(synthetic_plan: Plan) -> Plan:
    """The synthetic plan with 70,000 stations strewn over its land."""
    rng = np.random.default_rng(2020)
    land = np.flatnonzero(synthetic_plan.area.zone_index.ravel() >= 0)
    x, y = synthetic_plan.area.grid.xy_m(rng.choice(land, MANY))
    x, y = x + rng.uniform(-200, 200, MANY), y + rng.uniform(-200, 200, MANY)
    lon, lat = synthetic_plan.area.grid.lonlat(x, y)
    rows = np.resize(np.arange(len(synthetic_plan.stations)), MANY)
    stations = synthetic_plan.stations.iloc[rows].assign(
        station_id=[f"S{number:06d}" for number in range(1, MANY + 1)],
        order=np.arange(1, MANY + 1),
        lon=lon,
        lat=lat,
        geometry=gpd.points_from_xy(lon, lat),
    )
    return replace(synthetic_plan, stations=stations.reset_index(drop=True))


@pytest.fixture(scope="module")
def crowded(crowded_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(crowded_plan, tmp_path_factory.mktemp("crowded"))


# ---------------------------------------------------------------- the network


def test_a_request_would_have_been_seen(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "leak.html"
    path.write_text('<img src="http://tiles.example/1.png"><script>nothing()</script>')
    page.open(path)
    page.wait(lambda: bool(page.outside_requests()))
    assert page.outside_requests() == ["http://tiles.example/1.png"]
    assert any("nothing" in error for error in page.console_errors())


def test_the_page_itself_refuses_to_ask_and_to_run_foreign_scripts(page: Page, calm: Path) -> None:
    open_map(page, calm)
    page.script(
        "const image = new Image(); image.src = 'http://tiles.example/2.png';"
        "document.body.append(image);"
        "document.body.insertAdjacentHTML("
        "  'beforeend', '<b id=trap onclick=\"window.bitten = 1\">x</b>');"
        "document.getElementById('trap').click();"
        "const script = document.createElement('script'); script.textContent = 'window.bitten = 1';"
        "document.body.append(script);"
    )
    page.next_frame()
    assert page.script("return window.bitten") is None
    refusals = [e for e in page.console_errors() if "Content Security Policy" in e]
    assert len(refusals) == 3


# ---------------------------------------------------------------- fills and layers


def test_each_fill_is_drawn_alone_in_the_colours_of_its_legend(
    page: Page, calm: Path, synthetic_plan: Plan
) -> None:
    shares = {share_colour(share) for share in synthetic_plan.zones["covered_share"]}
    expected = {
        "Share of people served": {NOT_COVERED, SERVED_COLOURS[-1]},
        "Served since": {NOT_COVERED, SERVED_BEFORE, month_colours(1)[0]},
        "Share of people served, by zone": shares,
    }
    seen = {}
    for fill in FILLS:
        open_map(page, calm, fill=fill)
        page.wait(lambda: page.script("return [...document.images].every(i => i.complete)"))
        pixels = map_pixels(page).reshape(-1, 3)
        colours, counts = np.unique(pixels, axis=0, return_counts=True)
        seen[fill] = {
            "#" + bytes(one).hex(): count
            for one, count in zip(colours, counts, strict=True)
            if count > 200
        }
        legend = page.script(
            "return [...document.querySelectorAll('.plan-when-on')].filter(n => n.offsetHeight)"
            ".flatMap(n => [...n.querySelectorAll('.plan-swatch')])"
            ".map(n => getComputedStyle(n).backgroundColor)"
        )
        named = {tuple(int(part) for part in one[4:-1].split(",")) for one in legend}
        # Edges of zones are drawn smooth: their few mixed pixels are left out.
        drawn = {tuple(bytes.fromhex(one[1:])) for one, n in seen[fill].items() if n > 1_500}
        assert drawn <= named | {tuple(bytes.fromhex(BACKGROUND[1:])), (255, 255, 255)}, fill
    for fill, colours in expected.items():
        assert colours <= set(seen[fill]), fill
    assert len(seen["Residents per km²"]) >= 4
    assert set(seen["No fill"]) == {BACKGROUND}
    assert page.outside_requests() == []
    assert page.console_errors() == []


@pytest.mark.parametrize(
    ("layer", "colour", "least"),
    [
        ("New stations", NEW, 1_000),
        ("Baseline stations", BASELINE, 300),
        ("Must-have stations", MUST_HAVE, 4),
        ("Gaps", GAP, 300),
    ],
)
def test_a_layer_is_drawn_when_it_is_on_and_only_then(
    page: Page, calm: Path, layer: str, colour: str, least: int
) -> None:
    open_map(page, calm, layer)
    page.script(CLOSE)
    drawn = count_colour(map_pixels(page), colour)
    page.script(SWITCH, layer, False)
    gone = count_colour(map_pixels(page), colour)
    page.script(SWITCH, layer, True)
    again = count_colour(map_pixels(page), colour)
    assert drawn > least
    assert gone == 0
    assert again > least


def test_base_map_and_names_are_drawn(page: Page, calm: Path) -> None:
    for layer in ("Borders", "Rivers", "Main roads", "Railways", "Names"):
        open_map(page, calm, layer)
        pixels = map_pixels(page)
        nothing = count_colour(pixels, BACKGROUND, tolerance=2)
        assert pixels.shape[0] * pixels.shape[1] - nothing > 300, layer


def test_groups_and_rows_of_the_legend(page: Page, calm: Path) -> None:
    open_map(page, calm)
    groups = page.script(
        "return [...document.querySelectorAll('.plan-group')].map(node => node.innerText)"
    )
    assert groups == ["Fill, one at a time", "Service and stations", "Base map"]
    rows = page.script(
        "return [...document.querySelectorAll('.leaflet-control-layers label')]"
        ".map(label => label.innerText)"
    )
    assert all(name in row for name, row in zip(FILLS + LAYERS, rows, strict=True))
    radios = "return document.querySelectorAll('.leaflet-control-layers input[type=radio]').length"
    assert page.script(radios) == len(FILLS)


def test_stations_come_with_the_zoom_and_never_hide_the_fill(
    page: Page, crowded: Path, crowded_plan: Plan
) -> None:
    open_map(page, crowded, "New stations", "Baseline stations", fill="Share of people served")
    page.wait(lambda: count_colour(map_pixels(page), NOT_COVERED, tolerance=2) > 10_000)
    assert count_colour(map_pixels(page), NEW, tolerance=6) == 0
    assert "zoom in to see" in page.script("return document.body.innerText")
    least = page.script("return theStations.leastZoom()")
    for zoom in (least, least + 2):
        page.script("theMap.setView([22.92, 113.0], arguments[0], {animate: false})", zoom)
        page.wait(lambda: count_colour(map_pixels(page), NEW, tolerance=6) > 1_000)
        pixels = map_pixels(page)
        dots = count_colour(pixels, NEW, tolerance=6) + count_colour(pixels, BASELINE, tolerance=6)
        assert dots < 0.25 * pixels.shape[0] * pixels.shape[1]
    assert "zoom in to see" not in page.script("return document.body.innerText")
    for row in (7, 69_999):
        station = crowded_plan.stations.iloc[row]
        same = (crowded_plan.stations[["lon", "lat"]] == station[["lon", "lat"]]).all(axis=1)
        text = click_at(page, station.lon, station.lat, 17)
        assert any(found in text for found in crowded_plan.stations.loc[same, "station_id"])
    assert page.console_errors() == []


# ---------------------------------------------------------------- pop-ups and words


def test_a_station_a_gap_and_a_zone_answer_a_click(
    page: Page, calm: Path, synthetic_plan: Plan
) -> None:
    open_map(page, calm)
    station = synthetic_plan.stations.iloc[200]
    text = click_at(page, station.lon, station.lat, 14)
    for part in (
        station.station_id, "New station", station.zone_en, f"{station.people_gained:,.0f}",
        "¥ 400,000", f"{station.lat:.5f}, {station.lon:.5f}",
    ):  # fmt: skip
        assert part in text
    assert page.script("return document.querySelectorAll('.plan-reach').length") == 1
    open_map(page, calm, "Gaps")
    gap = synthetic_plan.gaps.iloc[0]
    inside = gap.geometry.representative_point()
    text = click_at(page, inside.x, inside.y, 13)
    for part in (
        "No. 1", gap.zone_en, gap.county_en, f"{gap.people:,.0f}", f"{gap.area_km2:.2f} km²",
        gap.nearest_station, f"{gap.nearest_station_km:.1f} km", "¥ 400,000",
    ):  # fmt: skip
        assert part in text
    page.script(SWITCH, "Gaps", False)
    zone = synthetic_plan.zones.iloc[2]
    inside = zone.geometry.representative_point()
    text = click_at(page, inside.x, inside.y, 11)
    for part in (zone.name_en, zone.adcode, percent(zone.covered_share)):
        assert part in text
    assert f"{zone.population:,.0f}" in text
    assert "model" in text


def test_a_zone_is_covered_whole_when_nobody_is_missing(
    page: Page, synthetic_plan: Plan, tmp_path: Path
) -> None:
    """The page's own formatter says what :func:`planner.number_text.percent` says."""
    people = synthetic_plan.zones["population"]
    share = 1.0 - np.array([10.0, 0.1, 0.1, 0.1]) / people
    before = np.array([0.0001, 0.0, 0.9994, 0.5])
    zones = synthetic_plan.zones.assign(covered_share=share, covered_baseline_share=before)
    open_map(page, map_file(replace(synthetic_plan, zones=zones), tmp_path), fill="No fill")
    for row, zone in enumerate(zones.itertuples()):
        page.script("theMap.closePopup()")
        page.wait(lambda: page.script(POP_UP) is None)
        page.script("plan.open.zone(arguments[0], theMap.getCenter())", row)
        text = page.script(POP_UP)
        for value in (zone.covered_share, zone.covered_baseline_share):
            assert f"\t{percent(value, of=zone.population)}" in text


def test_the_language_switch_leaves_no_line_mixed(
    page: Page, calm: Path, synthetic_plan: Plan
) -> None:
    open_map(page, calm)
    share = percent(synthetic_plan.summary["population_covered_share"])
    text = page.script("return document.body.innerText")
    assert "Synthetic bay" in text
    assert share in text
    assert "Nobody, invented data (model)" in text
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in text.replace("中", ""))
    page.driver.find_element("id", "plan-language").click()
    text = page.script("return document.body.innerText")
    assert "合成湾区" in text
    assert share in text
    assert "Synthetic bay" not in text
    assert "Layers" not in text
    assert page.script("return document.documentElement.lang") == "zh-CN"
    page.driver.find_element("id", "plan-language").click()
    assert "Layers and legend" in page.script("return document.body.innerText")


def test_hovering_says_what_lies_here(page: Page, calm: Path, synthetic_plan: Plan) -> None:
    open_map(page, calm)
    station = synthetic_plan.stations.iloc[30]
    page.script(
        "theMap.setView([arguments[1], arguments[0]], 14, {animate: false})",
        station.lon,
        station.lat,
    )
    x, y = page.script(
        "const s = theMap.getSize(); return [Math.round(s.x / 2), Math.round(s.y / 2)]"
    )
    ActionChains(page.driver).move_by_offset(x, y).move_by_offset(1, 0).perform()
    tip = page.script("return document.querySelector('.plan-tip').innerText")
    ActionChains(page.driver).move_by_offset(-x - 1, -y).perform()
    assert station.station_id in tip


# ---------------------------------------------------------------- search and keyboard


@pytest.mark.parametrize(
    ("typed", "offered", "opened"),
    [
        ("西溪市", "Xixi", "Zone · 990300"),
        ("xi xi", "Xixi", "Zone · 990300"),
        ("Nanpu", "Nanpu", "Zone · 990200"),
        ("S00200", "S00200", "S00200"),
        ("gap 2", "Gap 2", "No. 2"),
        ("22.8, 112.8", "22.8, 112.8", None),
    ],
)
def test_search_finds_by_name_pinyin_code_and_position(
    page: Page, calm: Path, typed: str, offered: str, opened: str | None
) -> None:
    open_map(page, calm)
    rows = page.script(TYPE, typed)
    assert offered in rows[0]
    page.script("document.querySelector('#plan-search-list li').click()")
    if opened is None:
        centre = page.script("const at = theMap.getCenter(); return [at.lat, at.lng]")
        assert centre == pytest.approx([22.8, 112.8], abs=0.05)
    else:
        page.wait(lambda: opened in (page.script(POP_UP) or ""))
    assert "nothing found" in page.script(TYPE, "qqqqq")[0]


def test_the_keyboard_reaches_stations_and_gaps(page: Page, calm: Path) -> None:
    open_map(page, calm)
    box = page.driver.find_element("id", "plan-search-input")
    box.click()
    rows = page.script(
        "return [...document.querySelectorAll('#plan-search-list li')].map(n => n.innerText)"
    )
    assert rows[0].startswith("Nearest to the middle: S")
    assert rows[1].startswith("Gap 1,")
    box.send_keys("\ue015\ue007")  # down, enter
    page.wait(lambda: "station" in (page.script(POP_UP) or ""))
    page.script("theMap.closePopup(); document.activeElement.blur()")
    box.click()
    box.send_keys("\ue015\ue015\ue007")
    page.wait(lambda: "No. 1" in (page.script(POP_UP) or ""))


# ---------------------------------------------------------------- paper and picture


def test_it_prints_on_one_a4_page_with_legend_and_sources(page: Page, calm: Path) -> None:
    open_map(page, calm)
    shown = page.driver.execute_cdp_cmd(
        "Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True}
    )
    pdf = base64.b64decode(shown["data"])
    assert pdf.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 841" in pdf
    # Every canvas is a picture in it: one that is printed as strokes hides what lies below.
    vectors = page.script(
        "return document.querySelectorAll('.leaflet-plan-borders-pane canvas').length"
    )
    assert vectors >= 2
    assert pdf.count(b"/Width 1672") >= 2 * vectors
    page.wait(
        lambda: "height: 500px" not in page.script("return theMap.getContainer().style.cssText")
    )
    printed = page.script("return document.getElementById('plan-print').textContent")
    for part in ("Synthetic bay", "64.7", "below 10%: not served", "Gaps", "Nobody, invented data"):
        assert part in printed


def test_the_picture_has_the_map_and_its_legend(page: Page, calm: Path) -> None:
    open_map(page, calm)
    page.wait(lambda: count_colour(map_pixels(page), NOT_COVERED, tolerance=2) > 10_000)
    url = page.script("return plan.picture().toDataURL('image/png')")
    with MemoryFile(base64.b64decode(url.split(",")[1])) as memory, memory.open() as picture:
        pixels = np.moveaxis(picture.read([1, 2, 3]), 0, 2)
    assert pixels.shape[0] >= 956
    assert pixels.shape[1] == 1700
    assert count_colour(pixels[60:900, :1400], NOT_COVERED, tolerance=2) > 50_000
    assert count_colour(pixels[60:900, :1400], GAP, tolerance=2) > 300
    for colour in (NOT_COVERED, SERVED_COLOURS[-1], NEW, BASELINE):
        assert count_colour(pixels[:, 1400:], colour, tolerance=2) > 100
    assert page.console_errors() == []


# ---------------------------------------------------------------- names that bite


def test_hostile_names_stay_text(page: Page, hostile: Path, hostile_plan: Plan) -> None:
    open_map(page, hostile)
    for row in range(5):
        station = hostile_plan.stations.iloc[row]
        shown = click_at(page, station.lon, station.lat, 16)
        assert " ".join(station["name"].split()) in " ".join(shown.split())
    open_map(page, hostile, "Names")
    zone = hostile_plan.zones.iloc[0]
    inside = zone.geometry.representative_point()
    assert zone.name_en in click_at(page, inside.x, inside.y, 11)
    assert any("<img" in row for row in page.script(TYPE, "onerror"))
    page.script("plan.picture(); plan.setLanguage('zh')")
    assert zone.name_zh in page.script(POP_UP)
    outside = "return document.querySelectorAll('img:not(.leaflet-image-layer)').length"
    assert page.script(outside) == 0
    assert page.script("return document.scripts.length") == 5
    assert page.console_errors() == []


# ---------------------------------------------------------------- panels


@pytest.mark.parametrize("name", ["page", "phone"])
def test_no_panel_covers_another(name: str, hostile: Path, request: pytest.FixtureRequest) -> None:
    opened: Page = request.getfixturevalue(name)
    opened.open(hostile)
    panels: list[Any] = opened.script(
        BOXES,
        [
            "#plan-search", "#plan-title", ".leaflet-control-layers", ".leaflet-control-zoom",
            ".plan-tools", ".leaflet-control-scale", "#plan-north",
            ".leaflet-control-attribution",
        ],
    )  # fmt: skip
    width, height = opened.script("return [innerWidth, innerHeight]")
    for number, box in enumerate(panels):
        assert box[0] >= 0
        assert box[1] >= 0
        assert box[2] <= width
        assert box[3] <= height
        assert not any(overlap(box, other) for other in panels[number + 1 :])


def test_first_view_shows_the_whole_area_beside_the_panels(
    page: Page, calm: Path, synthetic_plan: Plan
) -> None:
    open_map(page, calm)
    corners = np.array(synthetic_plan.area.boundary.exterior.coords).tolist()
    spots = page.script(
        "return arguments[0].map(at => theMap.latLngToContainerPoint([at[1], at[0]]))"
        ".map(at => [at.x, at.y])",
        corners,
    )
    panels = page.script(BOXES, ["#plan-title", ".leaflet-control-layers"])
    for x, y in spots:
        assert 0 < x < 1400
        assert 0 < y < 900
        assert not any(overlap([x, y, x, y], box) for box in panels)


def test_on_a_phone_the_legend_opens_when_asked(phone: Page, calm: Path) -> None:
    phone.open(calm)
    assert phone.script("return document.querySelector('#plan-title').open") is False
    assert phone.script("return document.documentElement.scrollWidth") <= 390
    folded = "return document.querySelector('.leaflet-control-layers-list').offsetHeight"
    assert phone.script(folded) == 0
    phone.driver.find_element("css selector", ".plan-fold").click()
    assert phone.script(folded) > 200
    left, top, right, bottom = phone.script(BOXES, [".leaflet-control-layers"])[0]
    assert left >= 0
    assert top >= 0
    assert right <= 390
    assert bottom <= 800
    phone.driver.find_element("css selector", "#plan-title summary").click()
    phone.wait(lambda: phone.script(folded) == 0)
