"""Radio maps in the plan's map, in headless Chromium: one at a time, each with its legend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner.outputs.map.radio import SECTOR_COLOURS, SHOWN
from planner.plan import Plan
from planner.radio.radio_map_layers import LAYERS as RADIO_LAYERS
from planner.radio.radio_map_layers import Layer
from tests.planner.outputs.browser import Page, count_colour, headless_page
from tests.planner.outputs.map_page import BOXES, SWITCH, map_file, map_pixels, open_map, overlap

pytestmark = pytest.mark.browser

LAYERS_WITH_CLASSES = [layer for layer in RADIO_LAYERS if layer.key in SHOWN]
RADIO = (
    "Signal strength (SSB RSRP)",
    "SINR",
    "Downlink throughput",
    "Number of servers",
    "Best server",
)
LEGENDS = """
  return [...document.querySelectorAll(".leaflet-control-layers label")]
    .filter(node => node.querySelector(".plan-when-on"))
    .map(node => [
      node.querySelector(".plan-layer [lang=en]").textContent,
      node.querySelector("input").checked,
      node.querySelector(".plan-when-on").offsetHeight > 0,
      node.querySelector(".plan-when-on").innerText,
    ]);
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with headless_page() as opened:
        yield opened


@pytest.fixture(scope="module")
def radio(radio_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return map_file(radio_plan, tmp_path_factory.mktemp("radio"))


def _legends(page: Page) -> dict[str, tuple[bool, bool, str]]:
    page.next_frame()
    rows = page.script(LEGENDS)
    return {name: (on, seen, text) for name, on, seen, text in rows if name in RADIO}


@pytest.mark.parametrize("layer", LAYERS_WITH_CLASSES, ids=lambda layer: layer.key)
def test_a_radio_map_is_drawn_in_the_colours_of_its_legend(
    page: Page, radio: Path, radio_plan: Plan, layer: Layer
) -> None:
    assert radio_plan.radio is not None
    open_map(page, radio, fill="Share of people served")
    assert not any(on or seen for on, seen, _ in _legends(page).values())
    page.script(SWITCH, layer.name_en, True)
    pixels = map_pixels(page)
    codes = radio_plan.radio.codes(layer)
    land = np.count_nonzero(radio_plan.radio.inside)
    # The picture fills about half of the view; stations and borders are off.
    for code, colour in layer.colours.items():
        share = np.count_nonzero(codes == code) / land
        assert count_colour(pixels, colour, tolerance=4) >= 0.1 * share * pixels[..., 0].size
    _, seen, text = _legends(page)[layer.name_en]
    assert seen
    assert "with the whole plan; smooth earth, no terrain" in text
    assert layer.unit in text
    assert {name for name, (on, _, _) in _legends(page).items() if on} == {layer.name_en}
    page.script(SWITCH, "No fill", True)
    page.next_frame()
    assert count_colour(map_pixels(page), layer.colours[0], tolerance=4) == 0


def test_neighbouring_best_servers_have_colours_of_their_own(page: Page, radio: Path) -> None:
    open_map(page, radio, fill="Best server")
    pixels = map_pixels(page)
    drawn = [count_colour(pixels, colour, tolerance=4) for colour in SECTOR_COLOURS]
    assert sum(count > 500 for count in drawn) == len(SECTOR_COLOURS)


@pytest.mark.parametrize("size", [(1400, 900), (390, 800)])
def test_no_panel_covers_another_with_a_legend_open(radio: Path, size: tuple[int, int]) -> None:
    with headless_page(*size) as opened:
        opened.open(radio)
        opened.script(SWITCH, RADIO[0], True)
        boxes: list[Any] = opened.script(
            BOXES,
            ["#plan-title", ".leaflet-control-layers", ".leaflet-control-zoom", ".plan-tools"],
        )
        for number, box in enumerate(boxes):
            assert box[0] >= 0
            assert box[1] >= 0
            assert box[2] <= size[0]
            assert box[3] <= size[1]
            assert not any(overlap(box, other) for other in boxes[number + 1 :])
