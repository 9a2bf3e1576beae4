"""The map in headless Chromium, without a network: drawn, switched, clicked, attacked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver import ActionChains

from planner.number_text import percent
from planner.outputs.palette import (
    BACKGROUND,
    BASELINE,
    COVERED_BASELINE,
    COVERED_PLAN,
    GAP,
    MUST_HAVE,
    NEW,
    share_colour,
)
from planner.plan import Plan
from tests.planner.outputs.browser import Page, count_colour, headless_page
from tests.planner.outputs.map_page import (
    BOXES,
    LAYERS,
    SWITCH,
    map_file,
    map_pixels,
    open_map,
    overlap,
)

pytestmark = pytest.mark.browser

MANY = 70_000


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def narrow_page() -> Iterator[Page]:
    with headless_page(420, 800) as opened:
        yield opened


@pytest.fixture(scope="module")
def calm(synthetic_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(synthetic_plan, tmp_path_factory.mktemp("calm"))


@pytest.fixture(scope="module")
def hostile(hostile_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(hostile_plan, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def radio(radio_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(radio_plan, tmp_path_factory.mktemp("radio"))


@pytest.fixture(scope="module")
def crowded_plan(synthetic_plan: Plan) -> Plan:
    """The synthetic plan with 70,000 stations strewn over its land."""
    rng = np.random.default_rng(2020)
    land = np.flatnonzero(synthetic_plan.area.zone_index.ravel() >= 0)
    x, y = synthetic_plan.area.grid.xy_m(rng.choice(land, MANY))
    lon, lat = synthetic_plan.area.grid.lonlat(x, y)
    rows = np.resize(np.arange(len(synthetic_plan.stations)), MANY)
    stations = synthetic_plan.stations.iloc[rows].assign(
        station_id=[f"S{number:06d}" for number in range(MANY)],
        order=np.arange(1, MANY + 1),
        lon=lon,
        lat=lat,
        geometry=gpd.points_from_xy(lon, lat),
    )
    return replace(synthetic_plan, stations=stations.reset_index(drop=True))


@pytest.fixture(scope="module")
def crowded(crowded_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(crowded_plan, tmp_path_factory.mktemp("crowded"))


def _blend(colour: str, share: float, ground: str = BACKGROUND) -> str:
    """The colour that ``colour`` at an opacity of ``share`` gives over ``ground``."""
    above, below = (np.frombuffer(bytes.fromhex(c[1:]), np.uint8) for c in (colour, ground))
    mixed = np.rint(share * above + (1 - share) * below).astype(np.uint8)
    return "#" + mixed.tobytes().hex()


def _click(page: Page, lon: float, lat: float, zoom: float) -> str:
    """Click on a place as a planner does; return the text of the pop-up."""
    page.script("theMap.closePopup()")
    page.wait(lambda: page.script("return document.querySelector('.plan-popup') === null"))
    page.script(
        "theMap.setView([arguments[1], arguments[0]], arguments[2], {animate: false})",
        lon,
        lat,
        zoom,
    )
    x, y = page.script(
        "const at = theMap.latLngToContainerPoint([arguments[1], arguments[0]]);"
        "return [Math.round(at.x), Math.round(at.y)]",
        lon,
        lat,
    )
    ActionChains(page.driver).move_by_offset(x, y).click().move_by_offset(-x, -y).perform()
    page.wait(lambda: page.script("return document.querySelector('.plan-popup') !== null"))
    return str(page.script("return document.querySelector('.plan-popup').innerText"))


# ---------------------------------------------------------------- the network


@pytest.mark.parametrize("name", ["calm", "hostile", "crowded", "radio"])
def test_no_request_leaves_and_nothing_complains(
    page: Page, name: str, request: pytest.FixtureRequest
) -> None:
    open_map(page, request.getfixturevalue(name))
    page.script("theMap.setZoom(theMap.getZoom() + 1, {animate: false})")
    page.next_frame()
    assert page.outside_requests() == []
    assert page.console_errors() == []


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


# ---------------------------------------------------------------- what is drawn


@pytest.mark.parametrize(
    ("layer", "colour", "least"),
    [
        ("New stations", NEW, 1_000),
        ("Baseline stations", BASELINE, 100),
        ("Must-have stations", MUST_HAVE, 4),
        ("Gaps", _blend(GAP, 0.6), 2_000),
        ("Coverage", _blend(COVERED_PLAN, 0.92), 2_000),
        ("Coverage", _blend(COVERED_BASELINE, 0.92), 1_000),
    ],
)
def test_a_layer_is_drawn_when_it_is_on_and_only_then(
    page: Page, calm: Path, layer: str, colour: str, least: int
) -> None:
    open_map(page, calm, layer)
    drawn = count_colour(map_pixels(page), colour, tolerance=6)
    page.script(SWITCH, layer, False)
    gone = count_colour(map_pixels(page), colour, tolerance=6)
    page.script(SWITCH, layer, True)
    again = count_colour(map_pixels(page), colour, tolerance=6)
    assert drawn > least
    assert gone == 0
    assert again == drawn


def test_zones_have_the_colour_of_their_share(page: Page, calm: Path, synthetic_plan: Plan) -> None:
    open_map(page, calm, "Covered share, %")
    pixels = map_pixels(page)
    for share in synthetic_plan.zones["covered_share"]:
        assert count_colour(pixels, _blend(share_colour(share), 0.9), tolerance=4) > 5_000


def test_borders_and_names_are_drawn(page: Page, calm: Path) -> None:
    for layer in ("Borders", "Names"):
        open_map(page, calm, layer)
        with_layer = map_pixels(page)
        page.script(SWITCH, layer, False)
        without = map_pixels(page)
        assert (with_layer != without).any(axis=2).sum() > 500
        assert count_colour(without, BACKGROUND, tolerance=2) == without.shape[0] * without.shape[1]


def test_stations_are_drawn_where_they_stand(page: Page, calm: Path, synthetic_plan: Plan) -> None:
    open_map(page, calm, "New stations")
    new = synthetic_plan.stations[synthetic_plan.stations["role"] == "new"]
    places = new[["lon", "lat"]].to_numpy().tolist()
    spots = page.script(
        "return arguments[0].map(at => theMap.latLngToContainerPoint([at[1], at[0]]))"
        ".map(at => [at.x, at.y])",
        places,
    )
    pixels = page.pixels()
    seen = [(int(y), int(x)) for x, y in spots if 390 < x < 1080 and 60 < y < 840]
    near = [pixels[row - 1 : row + 2, col - 1 : col + 2] for row, col in seen]
    assert len(seen) > 200
    assert all(count_colour(spot, NEW, tolerance=6) for spot in near)


def test_the_legend_names_and_shows_every_layer(page: Page, calm: Path) -> None:
    open_map(page, calm)
    rows = page.script(
        "return [...document.querySelectorAll('.leaflet-control-layers-overlays label')]"
        ".map(label => label.innerText)"
    )
    assert len(rows) == len(LAYERS)
    assert all(name in row for name, row in zip(LAYERS, rows, strict=True))
    left, top, right, bottom = map(int, page.script(BOXES, [".leaflet-control-layers"])[0])
    legend = page.pixels()[top:bottom, left:right]
    for colour in (NEW, BASELINE, GAP, COVERED_PLAN, COVERED_BASELINE):
        assert count_colour(legend, colour, tolerance=4) > 20


def test_title_figures_and_model_notes_can_be_read(
    page: Page, calm: Path, synthetic_plan: Plan
) -> None:
    open_map(page, calm)
    text = page.script("return document.getElementById('plan-title').innerText")
    assert "合成湾区" in text
    assert "Synthetic bay" in text
    assert percent(synthetic_plan.summary["population_covered_share"]) in text
    assert "model, not a count" in text
    credit = page.script("return document.querySelector('.leaflet-control-attribution').innerText")
    assert "Nobody, invented data (model" in credit
    assert (
        page.script("return document.querySelectorAll('.leaflet-control-scale-line').length") == 1
    )


# ---------------------------------------------------------------- pop-ups


def test_a_station_answers_a_click(page: Page, calm: Path, synthetic_plan: Plan) -> None:
    open_map(page, calm)
    station = synthetic_plan.stations.iloc[200]
    text = _click(page, station.lon, station.lat, 14)
    assert station.station_id in text
    assert "New station" in text
    assert f"{station.order}" in text
    assert station.zone_en in text
    assert f"{station.people_gained:,.0f}" in text
    assert page.script("return document.querySelectorAll('.plan-reach').length") == 1


def test_a_gap_answers_a_click(page: Page, calm: Path, synthetic_plan: Plan) -> None:
    open_map(page, calm, "Gaps", "Covered share, %")
    gap = synthetic_plan.gaps.iloc[0]
    text = _click(page, gap.lon, gap.lat, 13)
    assert "Gap" in text
    assert "No. 1" in text
    assert gap.zone_en in text
    assert f"{gap.people:,.0f}" in text
    assert f"{gap.area_km2:.2f} km²" in text


def test_a_zone_answers_a_click(page: Page, calm: Path, synthetic_plan: Plan) -> None:
    open_map(page, calm, "Covered share, %")
    zone = synthetic_plan.zones.iloc[2]
    inside = zone.geometry.representative_point()
    text = _click(page, inside.x, inside.y, 11)
    for part in (zone.name_zh, zone.name_en, zone.adcode, percent(zone.covered_share)):
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
    open_map(page, map_file(replace(synthetic_plan, zones=zones), tmp_path), "Covered share, %")
    for zone in zones.itertuples():
        inside = zone.geometry.representative_point()
        text = _click(page, inside.x, inside.y, 11)
        for value in (zone.covered_share, zone.covered_baseline_share):
            assert f"\t{percent(value, of=zone.population)}" in text


def test_a_station_switched_off_does_not_answer(
    page: Page, calm: Path, synthetic_plan: Plan
) -> None:
    open_map(page, calm, "Covered share, %")
    station = synthetic_plan.stations.iloc[200]
    assert "Zone" in _click(page, station.lon, station.lat, 14).splitlines()[0]


def test_hovering_tells_what_lies_here(page: Page, calm: Path, synthetic_plan: Plan) -> None:
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


# ---------------------------------------------------------------- names that bite


def test_hostile_names_stay_text(page: Page, hostile: Path, hostile_plan: Plan) -> None:
    open_map(page, hostile)
    for row in range(5):
        station = hostile_plan.stations.iloc[row]
        shown = _click(page, station.lon, station.lat, 16)
        assert " ".join(station["name"].split()) in " ".join(shown.split())
    zone = hostile_plan.zones.iloc[0]
    open_map(page, hostile, "Covered share, %", "Names")
    inside = zone.geometry.representative_point()
    shown = _click(page, inside.x, inside.y, 11)
    assert zone.name_zh in shown
    assert zone.name_en in shown
    with pytest.raises(NoAlertPresentException):
        _ = page.driver.switch_to.alert.text
    assert (
        page.script("return document.querySelectorAll('img:not(.leaflet-image-layer)').length") == 0
    )
    assert page.script("return document.scripts.length") == 5
    assert page.console_errors() == []


# ---------------------------------------------------------------- many stations


def test_seventy_thousand_stations_are_drawn_at_every_zoom(page: Page, crowded: Path) -> None:
    open_map(page, crowded, "New stations", "Baseline stations", "Must-have stations")
    start = page.script("return theMap.getZoom()")
    for zoom in (start - 1, start, start + 2, start + 4):
        page.script("theMap.setZoom(arguments[0], {animate: false})", zoom)
        page.wait(lambda: count_colour(map_pixels(page), NEW, tolerance=6) > 2_000)


def test_the_right_one_of_many_answers_after_panning(
    page: Page, crowded: Path, crowded_plan: Plan
) -> None:
    open_map(page, crowded)
    page.script(
        "theMap.setZoom(theMap.getZoom() + 2, {animate: false});"
        "theMap.panBy([300, -200], {animate: false})"
    )
    for row in (7, 20_000, 69_999):
        station = crowded_plan.stations.iloc[row]
        same = (crowded_plan.stations[["lon", "lat"]] == station[["lon", "lat"]]).all(axis=1)
        text = _click(page, station.lon, station.lat, 15)
        assert any(found in text for found in crowded_plan.stations.loc[same, "station_id"])


def test_the_picture_follows_a_drag_beyond_its_margin(page: Page, crowded: Path) -> None:
    open_map(page, crowded, "New stations")
    page.script("theMap.setZoom(theMap.getZoom() + 2, {animate: false})")
    page.next_frame()
    pointer = ActionChains(page.driver).move_by_offset(700, 700).click_and_hold()
    for _ in range(6):
        pointer = pointer.move_by_offset(0, -100)
    pointer.perform()
    page.next_frame()
    bottom = map_pixels(page)[-200:]
    ActionChains(page.driver).release().move_by_offset(-700, -100).perform()
    assert count_colour(bottom, NEW, tolerance=6) > 1_000


# ---------------------------------------------------------------- panels


@pytest.mark.parametrize("name", ["page", "narrow_page"])
def test_no_panel_covers_another(name: str, hostile: Path, request: pytest.FixtureRequest) -> None:
    opened: Page = request.getfixturevalue(name)
    opened.open(hostile)
    panels: list[Any] = opened.script(
        BOXES,
        [
            "#plan-title",
            ".leaflet-control-layers",
            ".leaflet-control-zoom",
            ".leaflet-control-scale",
            "#plan-north",
            ".leaflet-control-attribution",
        ],
    )
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


def test_on_a_narrow_screen_the_legend_opens_when_asked(narrow_page: Page, calm: Path) -> None:
    narrow_page.open(calm)
    assert narrow_page.script("return document.querySelector('#plan-title').open") is False
    folded = "return document.querySelector('.leaflet-control-layers-list').offsetHeight"
    assert narrow_page.script(folded) == 0
    narrow_page.driver.find_element("css selector", ".plan-fold").click()
    assert narrow_page.script(folded) > 200
    left, top, right, bottom = narrow_page.script(BOXES, [".leaflet-control-layers"])[0]
    assert left >= 0
    assert top >= 0
    assert right <= 420
    assert bottom <= 800
    narrow_page.driver.find_element("css selector", "#plan-title summary").click()
    narrow_page.wait(lambda: narrow_page.script(folded) == 0)
