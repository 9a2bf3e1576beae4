"""The map of a plan in the browser: opened, its layers switched, its pixels taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page import plan_map
from planner.plan import Plan
from tests.planner.outputs.browser import Page

LAYERS = (
    "Gaps",
    "New stations",
    "Must-have stations",
    "Baseline stations",
    "Coverage",
    "Covered share, %",
    "Borders",
    "Names",
)

HANDLES = """
  const named = prefix => window[Object.keys(window).find(key => key.startsWith(prefix))];
  window.theMap = named("map_");
  window.theStations = named("station_canvas_");
"""
SWITCH = """
  const label = [...document.querySelectorAll(".leaflet-control-layers-overlays label")]
    .find(node => node.querySelector("small").textContent === arguments[0]);
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


def map_file(plan: Plan, folder: Path) -> Path:
    """Write the map of a plan into a folder."""
    return save_map(plan_map(plan), folder / "map.html")


def open_map(page: Page, path: Path, *layers: str) -> None:
    """Open a map and leave only ``layers`` on; all of them when none is named."""
    page.open(path)
    page.script(HANDLES)
    for layer in LAYERS:
        assert page.script(SWITCH, layer, not layers or layer in layers) is (
            not layers or layer in layers
        )


def map_pixels(page: Page) -> npt.NDArray[np.uint8]:
    """Pixels between the panels, where nothing but the map is drawn."""
    return page.pixels()[60:840, 390:1080]


def overlap(one: list[float], other: list[float]) -> bool:
    """Tell whether two boxes (left, top, right, bottom) share a pixel."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


MOVE = """
  const slider = document.getElementById("plan-rollout-slider");
  slider.value = arguments[0] < 0 ? slider.max : arguments[0];
  slider.dispatchEvent(new Event("input"));
  return document.getElementById("plan-rollout-state").textContent;
"""


def rgb(colour: str) -> str:
    return ",".join(str(part) for part in bytes.fromhex(colour.removeprefix("#")))
