"""The map in Chromium: size, seconds until it answers, and its slowest frame.

Run from the repository's root: ``python -m tests.benchmarks.bench_map [map.html ...]``. Without
maps: 100,000 stations on the synthetic plan. Asked: 3 s, 200 ms, 10 MB on two quiet cores. Seconds
are by the clock; those of the page's own thread, which a busy machine does not stretch, follow in
brackets.
"""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page import plan_map
from tests.planner.outputs.browser import Page, headless_page
from tests.planner.outputs.synthetic import make_plan

STATIONS = 100_000

HANDLES = """
  const frame = document.querySelector("main iframe");
  const page = window.thePage = frame ? frame.contentWindow : window;
  window.theMap = page[Object.keys(page).find(key => key.startsWith("map_"))];
  window.theSlider = page.document.getElementById("plan-rollout-slider");
  const fills = page.document.querySelectorAll(".leaflet-control-layers input[type=radio]");
  window.theFills = [...fills];
"""
STILL = "{animate: false}"
ACTS = (
    ("drag", 12, f"theMap.panBy([70, 40 - 6 * k], {STILL})"),
    ("zoom in", 5, f"theMap.setZoom(theMap.getZoom() + 1, {STILL})"),
    ("drag near", 12, f"theMap.panBy([-90, 50 - 8 * k], {STILL})"),
    ("zoom out", 5, f"theMap.setZoom(theMap.getZoom() - 1, {STILL})"),
    ("month", 12, "if (theSlider) { theSlider.value = k; "
     "theSlider.dispatchEvent(new thePage.Event('input')); }"),
    ("fill", 6, "if (theFills[k]) theFills[k].click()"),
)  # fmt: skip
"""What is done to the map: name, how often, and the script for the k-th time."""


def thread_s(page: Page) -> float:
    """Return the processor seconds that the page's thread has spent on its tasks."""
    metrics = page.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


def measured(page: Page, path: Path) -> str:
    """Return size, seconds until the page answers, and its slowest frames."""
    page.driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    began = time.perf_counter()
    page.open(path)
    page.next_frame()
    ready_s, ready_thread_s = time.perf_counter() - began, thread_s(page)
    page.script(HANDLES)
    worst: dict[str, tuple[float, float]] = {}
    for name, times, script in ACTS:
        for k in range(times):
            clock, spent = time.perf_counter(), thread_s(page)
            page.script(f"const k = arguments[0]; {script}", k)
            page.next_frame()
            frame = time.perf_counter() - clock, thread_s(page) - spent
            worst[name] = max(worst.get(name, (0.0, 0.0)), frame, key=lambda one: one[1])
    shown = ", ".join(f"{key} {1e3 * a:.0f} ({1e3 * b:.0f})" for key, (a, b) in worst.items())
    return (
        f"{path.parent.name}/{path.name}: {path.stat().st_size / 1e6:.1f} MB, answers after "
        f"{ready_s:.1f} ({ready_thread_s:.1f}) s; slowest frames, ms: {shown}"
    )


def many_stations(folder: Path) -> Path:
    """Write the map of a plan with very many stations, at random places of the area."""
    plan, rng = make_plan(), np.random.default_rng(1)
    table = plan.stations.iloc[rng.integers(0, len(plan.stations), STATIONS)].copy()
    west, south, east, north = plan.zones.total_bounds
    table["lon"] = rng.uniform(west, east, STATIONS)
    table["lat"] = rng.uniform(south, north, STATIONS)
    table["order"] = np.arange(1, STATIONS + 1)
    table["station_id"] = [f"S{number:06d}" for number in table["order"]]
    points = gpd.points_from_xy(table["lon"], table["lat"])
    stations = table.reset_index(drop=True).set_geometry(points, crs=plan.stations.crs)
    return save_map(plan_map(replace(plan, stations=stations)), folder / "map.html")


def main(maps: list[str]) -> None:
    """Print a line for each map."""
    with tempfile.TemporaryDirectory() as folder:
        for path in [Path(one) for one in maps] or [many_stations(Path(folder))]:
            with headless_page() as page:
                print(measured(page, path))


if __name__ == "__main__":
    main(sys.argv[1:])
