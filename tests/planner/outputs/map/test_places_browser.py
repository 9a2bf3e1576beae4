"""Priority places and zones on the map of a build-out, in headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from planner.outputs.map.rollout_slider import slider_data
from planner.outputs.palette import PLACE_COLOURS, share_colour
from planner.plan import Plan
from tests.planner.outputs.browser import Page, headless_page
from tests.planner.outputs.map_page import HANDLES, MOVE, SWITCH, overlap, rgb

pytestmark = pytest.mark.browser

SIGNS = """
  return Object.fromEntries([...document.querySelectorAll(".plan-place-sign")].map(node => {
    const look = getComputedStyle(node.firstChild);
    return [node.firstChild.dataset.name, [look.backgroundColor, look.color]];
  }));
"""
CLICK = """
  [...document.querySelectorAll(".plan-place-sign")]
    .find(node => node.firstChild.dataset.name === arguments[0]).click();
"""
POP_UP = "const node = document.querySelector('.plan-popup'); return node && node.innerText"
ZONES = """
  const zones = window[Object.keys(window).find(key => key.startsWith("zone_fill_"))]._zones;
  return zones._paths.map(path => path.options.fillColor);
"""
BOXES = """
  return [...document.querySelectorAll(arguments[0])].filter(n => n.offsetParent).map(node => {
    const box = node.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
  });
"""
WHITE = "rgb(255, 255, 255)"


@pytest.fixture(scope="module")
def page(built_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = built_plan.save(tmp_path_factory.mktemp("saved") / "out")
    with headless_page() as opened:
        opened.open(folder / "map.html")
        opened.script(HANDLES)
        yield opened


def filled(colour: str) -> list[str]:
    return [f"rgb({rgb(colour).replace(',', ', ')})", WHITE]


def test_a_place_is_served_from_the_month_of_its_station_on(page: Page, built_plan: Plan) -> None:
    assert built_plan.build_out is not None
    assert built_plan.places is not None
    months = ("", *built_plan.build_out.month_names)
    rows = built_plan.places.set_index("name")
    assert (rows["served"] == "plan").sum() >= 2
    assert (rows["served"] == "no").any()
    for name, row in rows.iterrows():
        served_from = months.index(row["served_month"]) if row["served"] == "plan" else 0
        for step in range(len(months)):
            page.script(MOVE, step)
            page.next_frame()
            look = page.script(SIGNS)[name]
            if row["served"] == "no" or step < served_from:
                assert look == filled(PLACE_COLOURS["no"])[::-1], (name, step)
            else:
                assert look == filled(PLACE_COLOURS[row["served"]]), (name, step)
    assert page.console_errors() == []


def test_the_pop_up_of_a_place_says_when_and_by_what_it_is_served(
    page: Page, built_plan: Plan
) -> None:
    assert built_plan.places is not None
    row = built_plan.places[built_plan.places["served"] == "plan"].iloc[0]
    for step, said in ((0, "not served yet"), (-1, "served by the plan")):
        page.script(MOVE, step)
        page.next_frame()
        page.script(CLICK, row["name"])
        page.wait(lambda: page.script(POP_UP) is not None)
        text = page.script(POP_UP)
        assert said in text
        for part in (row["name"], row["class_en"], row["served_by"], row["served_month"]):
            assert part in text
        page.script("theMap.closePopup()")
        page.wait(lambda: page.script(POP_UP) is None)


def test_zones_have_the_colour_of_their_share_in_the_month(page: Page, built_plan: Plan) -> None:
    assert built_plan.build_out is not None
    people = built_plan.zones["population"].to_numpy(float)
    median = [0, *built_plan.build_out.schedule.fan[:, 1].tolist()]
    page.script(SWITCH, "Share of people served, by zone", True)
    seen = set()
    for step, built in enumerate(median):
        page.script(MOVE, step)
        page.next_frame()
        shares = built_plan.build_out.zone_people[built] / people
        colours = page.script(ZONES)
        assert colours == [share_colour(share) for share in shares], step
        seen.add(tuple(colours))
    assert len(seen) > 1
    data = slider_data(built_plan.build_out, people)
    final = built_plan.zones["covered_share"].to_numpy()
    assert data["months"][-1]["zone_share"] == pytest.approx(final, abs=2e-6)


def test_names_of_zones_keep_clear_of_the_signs(page: Page) -> None:
    page.script("theMap.fire('zoomend')")
    names, signs = page.script(BOXES, ".plan-place"), page.script(BOXES, ".plan-sign")
    assert len(names) == 2
    assert len(signs) == 3
    assert not any(overlap(name, sign) for name in names for sign in signs)


def test_signs_of_places_are_small_where_a_province_is_seen(page: Page) -> None:
    def width_px(zoom: int) -> float:
        page.script("theMap.setZoom(arguments[0], {animate: false})", zoom)
        left, _, right, _ = page.script(BOXES, ".plan-sign")[0]
        return float(right - left)

    zoom = page.script("return theMap.getZoom()")
    far, near = width_px(7), width_px(10)
    page.script("theMap.setZoom(arguments[0], {animate: false})", zoom)
    assert far == pytest.approx(0.6 * near, abs=0.5)
