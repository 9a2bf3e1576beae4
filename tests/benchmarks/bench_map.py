"""The map in Chromium: size, seconds until it answers, and its slowest frame.

Run from the repository's root: ``python -m tests.benchmarks.bench_map [map.html ...]``. Without
maps: 100,000 stations on the synthetic plan. Asked: 3 s, 200 ms, 10 MB on two quiet cores.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from planner.outputs.map.offline_page import save_map
from planner.outputs.map.page import plan_map
from tests.planner.outputs.browser import Page, headless_page
from tests.planner.outputs.synthetic import make_plan

STATIONS = 100_000

# Milliseconds from frame to frame while the map is dragged, zoomed and its fills are changed.
FRAMES = """
  const done = arguments[0];
  const frame = document.querySelector("main iframe");
  const page = frame ? frame.contentWindow : window;
  const map = page[Object.keys(page).find(key => key.startsWith("map_"))];
  const still = { animate: false };
  const acts = [];
  const add = (name, times, act) => {
    for (let k = 0; k < times; k++) acts.push([name, () => act(k)]);
  };
  add("drag", 20, k => map.panBy([70, 40 - 4 * k], still));
  add("zoom in", 5, () => map.setZoom(map.getZoom() + 1, still));
  add("drag near", 20, k => map.panBy([-90, 50 - 5 * k], still));
  add("zoom out", 5, () => map.setZoom(map.getZoom() - 1, still));
  const slider = page.document.getElementById("plan-rollout-slider");
  add("month", slider ? Number(slider.max) + 1 : 0, k => {
    slider.value = k;
    slider.dispatchEvent(new page.Event("input"));
  });
  page.document.querySelectorAll(".leaflet-control-layers input[type=radio]")
    .forEach(box => acts.push(["fill", () => box.click()]));
  const worst = {};
  let before = performance.now();
  let name = "first";
  function step(now) {
    worst[name] = Math.max(worst[name] || 0, now - before);
    before = now;
    const act = acts.shift();
    if (!act) return done(worst);
    name = act[0];
    act[1]();
    requestAnimationFrame(step);
  }
  requestAnimationFrame(now => { before = now; requestAnimationFrame(step); });
"""
ANSWERS = """
  const done = arguments[0];
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
"""


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


def measured(page: Page, path: Path) -> str:
    """Return size, seconds until the page answers, and its slowest frames."""
    page.open(path)
    ready_s = page.driver.execute_async_script(ANSWERS) / 1000.0
    worst = page.driver.execute_async_script(FRAMES)
    frames = ", ".join(f"{name} {value:.0f}" for name, value in worst.items() if name != "first")
    return (
        f"{path.parent.name}/{path.name}: {path.stat().st_size / 1e6:.1f} MB, answers after "
        f"{ready_s:.1f} s, worst frame {max(worst.values()):.0f} ms ({frames})"
    )


def main(maps: list[str]) -> None:
    """Print a line for each map."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(one) for one in maps] or [many_stations(Path(folder))]
        for path in paths:
            with headless_page() as page:
                page.driver.set_script_timeout(120)
                print(measured(page, path))


if __name__ == "__main__":
    main(sys.argv[1:])
