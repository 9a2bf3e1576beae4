"""The map of a plan in the browser: opened, its layers switched, its pixels taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from selenium.webdriver import ActionChains

from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page import plan_map
from planner.plan import Plan
from tests.planner.outputs.browser import Page
from tests.planner.outputs.synthetic import with_lines

FILLS = (
    "Share of people served",
    "Served since",
    "Share of people served, by zone",
    "Residents per km²",
    "No fill",
)
LAYERS = (
    "Gaps",
    "New stations",
    "Must-have stations",
    "Baseline stations",
    "Names",
    "Borders",
    "County borders",
    "Rivers",
    "Main roads",
    "Railways",
)

HANDLES = """
  const named = prefix => window[Object.keys(window).find(key => key.startsWith(prefix))];
  window.theMap = named("map_");
  window.theStations = named("station_canvas_");
  plan.setLanguage("en");
"""
SWITCH = """
  const label = [...document.querySelectorAll(".leaflet-control-layers label")]
    .find(node => node.querySelector(".plan-layer [lang=en]").textContent === arguments[0]);
  const box = label.querySelector("input");
  if (box.checked !== arguments[1]) box.click();
  return box.checked;
"""
BOXES = """
  return arguments[0].map(name => {
    const box = document.querySelector(name).getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
  });
"""
POP_UP = "const node = document.querySelector('.plan-popup'); return node && node.innerText"
MOVE = """
  const slider = document.getElementById("plan-rollout-slider");
  slider.value = arguments[0] < 0 ? slider.max : arguments[0];
  slider.dispatchEvent(new Event("input"));
  return document.getElementById("plan-rollout-state").textContent;
"""
TYPE = """
  const input = document.getElementById("plan-search-input");
  input.value = arguments[0];
  input.dispatchEvent(new Event("input"));
  return [...document.querySelectorAll("#plan-search-list li")].map(node => node.innerText);
"""


def map_file(plan: Plan, folder: Path) -> Path:
    """Write the map of a plan, with a road and a railway, into a folder."""
    return save_map(plan_map(with_lines(plan)), folder / "map.html")


def open_map(page: Page, path: Path, *layers: str, fill: str = "") -> None:
    """Open a map, choose a fill and leave only ``layers`` on; all of them when none is named."""
    page.open(path)
    page.script(HANDLES)
    if fill or layers:
        page.script(SWITCH, fill or "No fill", True)
    for layer in LAYERS:
        wanted = layer in layers or not (layers or fill)
        assert page.script(SWITCH, layer, wanted) is wanted


def click_at(page: Page, lon: float, lat: float, zoom: float) -> str:
    """Click on a place as a planner does; return the text of the pop-up."""
    page.script("theMap.closePopup()")
    page.wait(lambda: page.script(POP_UP) is None)
    page.script("theMap.setView([arguments[1], arguments[0]], arguments[2], {animate: false})",
                lon, lat, zoom)  # fmt: skip
    x, y = page.script(
        "const at = theMap.latLngToContainerPoint([arguments[1], arguments[0]]);"
        "return [Math.round(at.x), Math.round(at.y)]",
        lon,
        lat,
    )
    ActionChains(page.driver).move_by_offset(x, y).click().move_by_offset(-x, -y).perform()
    page.wait(lambda: page.script(POP_UP) is not None)
    return str(page.script(POP_UP))


def map_pixels(page: Page) -> npt.NDArray[np.uint8]:
    """Pixels between the panels, where nothing but the map is drawn."""
    return page.pixels()[60:840, 390:1080]


def overlap(one: list[float], other: list[float]) -> bool:
    """Tell whether two boxes (left, top, right, bottom) share a pixel."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def rgb(colour: str) -> str:
    return ",".join(str(part) for part in bytes.fromhex(colour.removeprefix("#")))
