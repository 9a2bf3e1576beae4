"""The map as text and numbers: what is in the page, and what must not be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import folium
import folium.plugins
import geopandas as gpd
import numpy as np
import pytest
import shapely
from folium.template import Template
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from rasterio.io import MemoryFile

import planner
from planner.errors import PlannerError
from planner.ground.area_class import OUTSIDE
from planner.number_text import percent
from planner.outputs.map.base import place_labels, rivers
from planner.outputs.map.fills import NOBODY, service_marks
from planner.outputs.map.offline_page import offline_html, save_map
from planner.outputs.map.page import plan_map
from planner.outputs.map.page_text import page_json, page_title
from planner.outputs.map.radio import SECTOR_COLOURS, SHOWN, radio_fills, sector_codes
from planner.outputs.map.station_layer import ROLES, spacing, station_payload
from planner.outputs.map.web_raster import WEB_MERCATOR, marks_raster
from planner.outputs.map.web_vector import borders, label_point, packed, simplified, simplified_to
from planner.outputs.palette import SHARE_BREAKS, SHARE_COLOURS, share_colour, share_labels
from planner.plan import Plan


class _Elements(HTMLParser):
    """Elements of a page with their attributes, and the text of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.found and self.cdata_elem == "script":
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def page(synthetic_plan: Plan) -> str:
    return offline_html(plan_map(synthetic_plan))


# ---------------------------------------------------------------- the page


def test_nothing_is_loaded_from_anywhere(page: str) -> None:
    addresses = [
        value
        for _, attributes in _Elements(page).found
        for name, value in attributes.items()
        if name in ("src", "href", "srcset", "action", "data")
    ]
    assert addresses == ["data:,"]
    assert not re.search(r"url\((?!data:|#default#VML)", page)
    assert "sourceMappingURL" not in page


def test_no_layer_needs_a_library_that_is_left_out(page: str) -> None:
    ours = _Elements(page).scripts[-1]
    assert not re.search(r"\$[(.]|jQuery|bootstrap|AwesomeMarkers", ours)


def test_leaflet_in_the_page_is_of_the_series_that_folium_writes_for(page: str) -> None:
    asked = re.search(r"leaflet@([\d.]+)", dict(folium.Map.default_js)["leaflet"])
    found = re.search(r"Leaflet ([\d.]+), a JS library", page)
    assert asked is not None
    assert found is not None
    wanted, here = ([int(part) for part in one[1].split(".")] for one in (asked, found))
    assert here[:2] == wanted[:2]
    assert here >= max(wanted, [1, 9, 4])


def test_policy_forbids_requests_and_names_each_script(page: str) -> None:
    elements = _Elements(page)
    policy = next(
        a["content"] for _, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    for script in elements.scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_same_plan_gives_the_same_page(synthetic_plan: Plan, page: str) -> None:
    assert offline_html(plan_map(synthetic_plan)) == page


def test_a_map_can_be_written_twice(synthetic_plan: Plan, page: str) -> None:
    drawn = plan_map(synthetic_plan)
    offline_html(drawn)
    assert offline_html(drawn) == page


def test_saved_file_is_the_page(synthetic_plan: Plan, page: str, tmp_path: Path) -> None:
    path = save_map(plan_map(synthetic_plan), tmp_path / "map.html")
    assert path.read_text("utf-8") == page


def test_a_layer_that_loads_a_library_is_refused(synthetic_plan: Plan) -> None:
    drawn = plan_map(synthetic_plan)
    folium.plugins.Fullscreen().add_to(drawn)
    with pytest.raises(PlannerError, match=r"offline.*fullscreen"):
        offline_html(drawn)


def test_a_notebook_shows_a_frame_that_loads_nothing(synthetic_plan: Plan) -> None:
    shown = plan_map(synthetic_plan)._repr_html_()
    assert "<iframe" in shown
    assert "leaflet@" not in shown


def test_title_figures_and_sources_are_in_the_page(page: str, synthetic_plan: Plan) -> None:
    summary = synthetic_plan.summary
    assert "<title>合成湾区 · Synthetic bay</title>" in page
    assert percent(summary["population_covered_share"]) in page
    assert "model, not a count" in page
    assert "Nobody, invented data (model)" in page
    assert "Nobody, invented data\\uff08\\u6a21\\u578b\\uff09" in page
    assert all(zone in page for zone in synthetic_plan.zones["name_en"])


def test_hostile_names_stay_inside_strings_and_text(hostile_plan: Plan) -> None:
    page = offline_html(plan_map(hostile_plan))
    calm = offline_html(
        plan_map(replace(hostile_plan, summary={**hostile_plan.summary, "title": "x"}))
    )
    tags = [tag for tag, _ in _Elements(page).found]
    assert tags.count("script") == page.count("<script>") == 5
    assert "img" not in tags
    assert [tag for tag, _ in _Elements(calm).found] == tags
    assert "<img" not in page
    assert not any("\u2028" in script for script in _Elements(page).scripts)


def test_template_marks_in_names_are_not_run(synthetic_plan: Plan) -> None:
    marks = "{{ 6 * 7 }}{% raw %}{# gone #}"
    zones = synthetic_plan.zones.assign(name_en=marks)
    summary = {**synthetic_plan.summary, "title": marks}
    drawn = plan_map(replace(synthetic_plan, zones=zones, summary=summary))
    page = offline_html(drawn)
    assert "42" not in page.split("plan-title")[1].split("plan-share")[0]
    sent = re.search(r'"zone_en":0|"name_en":("(?:[^"\\]|\\.)*")', page)
    assert sent is not None
    assert json.loads(sent[1]) == marks
    assert "gone" in drawn._repr_html_()


def test_a_plan_without_gaps_and_stations_has_a_map(synthetic_plan: Plan) -> None:
    summary = {**synthetic_plan.summary, "gaps": {**synthetic_plan.summary["gaps"], "count": 0}}
    bare = replace(
        synthetic_plan,
        gaps=synthetic_plan.gaps.iloc[:0],
        stations=synthetic_plan.stations.iloc[:0],
        summary=summary,
    )
    assert "planPage(" in offline_html(plan_map(bare))


def with_summary(plan: Plan, **changes: object) -> str:
    return offline_html(plan_map(replace(plan, summary={**plan.summary, **changes})))


def test_the_map_says_which_gaps_it_leaves_out(synthetic_plan: Plan) -> None:
    found = {**synthetic_plan.summary["gaps"], "count": 5_000, "population": 1_000_000.0}
    page = with_summary(synthetic_plan, gaps=found)
    left = 1_000_000 - synthetic_plan.gaps["people"].sum()
    assert f"The largest 6 are drawn, not the other 4,994 ({left:,.0f} people)" in page
    plan = replace(synthetic_plan, gaps=synthetic_plan.gaps.iloc[:0])
    rules = plan.scenario.gaps.model_copy(update={"min_people": 100.0})
    plan = replace(plan, scenario=plan.scenario.model_copy(update={"gaps": rules}))
    assert "None drawn: none has 100 residents" in with_summary(plan, gaps=found)
    rules = plan.scenario.gaps.model_copy(update={"max_listed": 0})
    plan = replace(plan, scenario=plan.scenario.model_copy(update={"gaps": rules}))
    assert "None drawn: gaps.max_listed is 0" in with_summary(plan, gaps=found)


def test_tiles_are_off_at_first_and_the_policy_names_their_server(synthetic_plan: Plan) -> None:
    tiles = folium.TileLayer("https://{s}.tiles.example/{z}/{x}/{y}.png", attr="Example")
    page = offline_html(plan_map(synthetic_plan, tiles=tiles))
    assert "img-src data: https://*.tiles.example;" in page
    assert not re.search(r"tile_layer_\w+\.addTo\(map_", page)


def test_a_layer_of_the_planner_s_own_is_added(synthetic_plan: Plan) -> None:
    drawn = plan_map(synthetic_plan)
    folium.Marker([22.9, 113.0], tooltip="mine", icon=folium.DivIcon("x")).add_to(drawn)
    assert "mine" in offline_html(drawn)


def test_stations_that_were_not_built_say_why(synthetic_plan: Plan) -> None:
    page = with_summary(synthetic_plan, stations_not_needed=7)
    assert "the model is saturated" in page
    assert "no allowed candidate is left" not in page
    page = with_summary(synthetic_plan, stations_not_needed=0, stations_not_placed=30)
    assert "no allowed candidate is left" in page
    assert "the model is saturated" not in page


def test_a_hundred_per_cent_means_everybody(synthetic_plan: Plan) -> None:
    page = with_summary(synthetic_plan, population_covered_share=0.99999)
    assert "&gt; 99.9\N{NO-BREAK SPACE}%" in page
    assert "width:100.00%" in page
    assert "99.5\N{NO-BREAK SPACE}%" in page


# ---------------------------------------------------------------- text in pages


@given(st.text() | st.lists(st.text(alphabet="{%#}'\"</\u2028 a")))
def test_json_survives_and_bites_nobody(value: object) -> None:
    text = page_json({"k": value})
    assert json.loads(text) == {"k": value}
    assert not set(text) & set("<>&'\u2028\u2029")
    assert Template(text).render() == text


def test_json_has_no_numbers_that_json_has_not() -> None:
    assert json.loads(page_json({"a": float("nan"), "b": (1.5, float("inf"))})) == {
        "a": None,
        "b": [1.5, None],
    }


def test_title_is_one_escaped_line() -> None:
    assert page_title('a\n<b> & "c"') == "a &lt;b&gt; &amp; &quot;c&quot;"


# ---------------------------------------------------------------- colours


def test_a_break_belongs_to_the_class_above_it() -> None:
    assert share_colour(0.0) == SHARE_COLOURS[0]
    assert share_colour(0.0999) == SHARE_COLOURS[0]
    assert share_colour(0.1) == SHARE_COLOURS[1]
    assert share_colour(1.0) == SHARE_COLOURS[-1]
    assert len(share_labels()) == len(SHARE_COLOURS) == len(SHARE_BREAKS) + 1


def test_the_scale_only_gets_darker() -> None:
    light = [
        np.frombuffer(bytes.fromhex(c[1:]), np.uint8) @ [0.2126, 0.7152, 0.0722]
        for c in SHARE_COLOURS
    ]
    assert (np.diff(light) < -8).all()


# ---------------------------------------------------------------- stations


def _unpacked(text: str, dtype: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), dtype=dtype)


def test_stations_arrive_where_they_stand(synthetic_plan: Plan) -> None:
    stations = synthetic_plan.stations
    sent = station_payload(stations)
    metres = []
    for axis in ("x", "y"):
        part = sent[axis]
        steps = _unpacked(part["steps"], "<u4").astype(float)
        metres.append(part["least"] + steps / (2**32 - 1) * part["span"])
    world_m = 2 * np.pi * 6_378_137.0
    x, y = metres[0] * world_m - world_m / 2, world_m / 2 - metres[1] * world_m
    to_mercator = Transformer.from_crs(4326, WEB_MERCATOR, always_xy=True)
    true_x, true_y = to_mercator.transform(stations["lon"], stations["lat"])
    np.testing.assert_allclose(x, true_x, atol=1e-3)
    np.testing.assert_allclose(y, true_y, atol=1e-3)


def test_station_table_is_sent_whole(synthetic_plan: Plan) -> None:
    stations = synthetic_plan.stations
    sent = station_payload(stations)
    roles = [ROLES[code] for code in _unpacked(sent["role"], "u1")]
    assert roles == stations["role"].tolist()
    assert sent["ids"] == stations["station_id"].tolist()
    assert _unpacked(sent["order"], "<u4").tolist() == stations["order"].tolist()
    np.testing.assert_allclose(
        _unpacked(sent["gained"], "<f4"), stations["people_gained"], rtol=1e-6
    )
    zones = [sent["zones"][code][0] for code in _unpacked(sent["zone"], "<u2")]
    assert zones == stations["adcode"].tolist()
    assert sent["names"] == {}


def test_stations_of_several_kinds_tell_their_own_radius(synthetic_plan: Plan) -> None:
    stations = synthetic_plan.stations.copy()
    stations["equipment"] = np.where(stations["order"] % 2, "macro", "small")
    stations["radius_m"] *= np.where(stations["order"] % 2, 1.0, 0.25)
    sent = station_payload(stations)
    told = [sent["classes"][code] for code in _unpacked(sent["areaClass"], "<u2")]
    assert [one["radius_m"] for one in told] == stations["radius_m"].tolist()
    assert [one["equipment"] for one in told] == stations["equipment"].tolist()


@pytest.mark.parametrize("count", [0, 1])
def test_few_stations_do_not_divide_by_nothing(synthetic_plan: Plan, count: int) -> None:
    sent = station_payload(synthetic_plan.stations.iloc[:count])
    assert sent["count"] == count
    assert sent["x"]["span"] == 0.0


def test_spacing_is_the_middle_distance_to_a_neighbour(synthetic_plan: Plan) -> None:
    metres = spacing(synthetic_plan.stations) * 2 * np.pi * 6_378_137 * np.cos(np.radians(22.9))
    assert metres == pytest.approx(500, rel=0.02)
    assert spacing(synthetic_plan.stations.iloc[:1]) == 1.0


def test_a_province_of_stations_is_a_few_megabytes(synthetic_plan: Plan) -> None:
    rows = np.resize(np.arange(len(synthetic_plan.stations)), 97_000)
    text = page_json(station_payload(synthetic_plan.stations.iloc[rows]))
    assert len(text) < 4_500_000


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_marks_end_with_the_coverage_of_the_plan(synthetic_plan: Plan) -> None:
    share = np.linspace(0, 1, synthetic_plan.coverage.phase.size, dtype=np.float32)
    share = share.reshape(synthetic_plan.coverage.phase.shape)
    people = synthetic_plan.demand.people.copy()
    people[:20] = 0.0
    phase = synthetic_plan.coverage.phase
    graded = replace(synthetic_plan, coverage=replace(synthetic_plan.coverage, share=share))
    demand = replace(graded.demand, people=people)
    graded = replace(graded, ground=replace(graded.ground, demand=demand))
    low, half, high = marks = service_marks(graded)
    inside, served = phase != OUTSIDE, (phase == 1) | (phase == 2)
    empty = inside & (people <= 0) & ~served
    assert empty.any()
    assert (marks[:, empty] == NOBODY).all()
    assert (marks[:, ~inside] == OUTSIDE).all()
    lived = inside & ~empty
    assert np.array_equal(half[lived] == 1, phase[lived] == 1)
    assert np.array_equal(half[lived] == 2, phase[lived] == 2)
    assert np.array_equal(low[lived] > 0, (share[lived] >= 0.1 - 1e-6))
    assert np.array_equal(high[lived] > 0, (share[lived] >= 0.9 - 1e-6))
    picture = marks_raster(marks, graded.area.grid)
    with MemoryFile(picture.png) as memory, memory.open() as image:
        assert image.count == 3
        assert set(np.unique(image.read(2))) <= {0, 1, 2, NOBODY, OUTSIDE}
    same = marks_raster(np.stack([half] * 3), graded.area.grid)
    with MemoryFile(same.png) as memory, memory.open() as image:
        assert image.count == 1


# ---------------------------------------------------------------- vectors


def test_neighbours_keep_their_common_border(synthetic_plan: Plan) -> None:
    zones = synthetic_plan.zones
    light = simplified(list(zones.geometry), synthetic_plan.area.grid.crs, 1_000.0)
    count = shapely.get_num_coordinates
    assert count(light).sum() < count(zones.geometry.to_numpy()).sum()
    assert shapely.coverage_is_valid(light, gap_width=1e-9)
    between, around = borders(light)
    assert around.length + between.length < sum(zone.length for zone in light)


def test_outlines_get_coarser_until_they_are_light_enough(synthetic_plan: Plan) -> None:
    crs = synthetic_plan.area.grid.crs
    zones = list(synthetic_plan.zones.geometry)
    fine = simplified_to(zones, crs, 10.0, vertices=10_000)
    light = simplified_to(zones, crs, 10.0, vertices=100)
    assert shapely.get_num_coordinates(fine).sum() > 100
    assert shapely.get_num_coordinates(light).sum() <= 100
    assert simplified_to([], crs, 10.0, vertices=0) == []


def test_packed_corners_come_back_within_a_metre() -> None:
    shape = (
        shapely.Point(113.123456789, 22.9)
        .buffer(0.2)
        .difference(shapely.Point(113.1, 22.9).buffer(0.05))
    )
    ((outer, hole),) = packed(shape)
    for ring, sent in ((shape.exterior, outer), (shape.interiors[0], hole)):
        corners = np.cumsum(np.array(sent).reshape(-1, 2), axis=0) / 1e5
        np.testing.assert_allclose(corners, shapely.get_coordinates(ring), atol=1e-5)
    assert packed(shapely.LineString([(1, 2), (3, 4)])) == [[[100000, 200000, 200000, 200000]]]


def test_labels_stand_at_the_seats_and_rivers_inside() -> None:
    area = planner.study_area(
        planner.load_scenario("guizhou-2020", {"networks": [], "sharing": []}), 2000.0
    )
    labels = {one["zh"]: one for one in place_labels(area)}
    assert len(labels) > 30
    guiyang = labels["贵阳市"]
    assert guiyang["seat"]
    assert (guiyang["lon"], guiyang["lat"]) == pytest.approx((106.72, 26.58), abs=0.02)
    assert labels["威宁彝族回族苗族自治县"]["en"] == "Weining Autonomous County"
    inside = rivers(area.boundary)
    assert shapely.length(inside) > 5
    assert area.boundary.buffer(0.02).covers(inside)


def test_label_stands_in_the_largest_part() -> None:
    parts = gpd.GeoSeries([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 9, 9)]).union_all()
    assert label_point(parts) == pytest.approx((7.0, 7.0), abs=0.05)


# ---------------------------------------------------------------- radio maps


def test_sector_colours_are_by_number_and_none_is_outside() -> None:
    codes = sector_codes(np.array([[-1, 0, 1], [2, 3, 3]], dtype=np.int32), 4)
    assert codes[0, 0] == OUTSIDE
    assert len({int(code) for code in codes.ravel()[1:5]}) == 4
    assert codes[1, 1] == codes[1, 2]


@given(st.integers(0, 300_000))
def test_sectors_of_one_site_differ_in_colour(first: int) -> None:
    codes = sector_codes(np.arange(first, first + 3, dtype=np.int32), first + 3)
    assert len(set(codes.tolist())) == 3
    assert codes.max() < len(SECTOR_COLOURS)


def test_best_servers_are_left_out_where_they_would_be_noise(radio_plan: Plan) -> None:
    maps = radio_plan.radio
    assert maps is not None
    assert len(radio_fills(maps)) == len(SHOWN) + 1
    many = replace(maps, sectors=maps.sectors.iloc[np.resize(np.arange(960), 40_000)])
    assert len(radio_fills(many)) == len(SHOWN)


def test_radio_layers_declare_terrain(radio_plan: Plan) -> None:
    maps = radio_plan.radio
    assert maps is not None
    hilly = replace(maps, summary={**maps.summary, "terrain": {"tier": "reference"}})
    for layer in radio_fills(hilly):
        assert "with terrain (reference tier)" in layer.layer_name
        assert "smooth earth" not in layer.layer_name
