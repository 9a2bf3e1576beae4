"""Small sitings and their naive twins."""

from __future__ import annotations

import math
from itertools import combinations
from pathlib import Path

import numpy as np

from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.ground.ground import Ground
from planner.scenario import load_scenario
from planner.sites.candidates import candidate_sites
from planner.sites.weights import cells_to_serve
from planner.siting import Siting, site_stations
from tests.planner.study import SCENARIO, points, write_study

RADII_M = (800.0, 1000.0, 1500.0, 2000.0)


def naive_covered(area, demand, cells: np.ndarray) -> np.ndarray:
    """Cell by cell, from coordinates: a cell is served within the radius of its own class."""
    radius = np.append(np.array(RADII_M), np.full(252, -1.0))[demand.area_class]
    x, y = area.grid.xy_m(np.arange(demand.people.size))
    served = np.zeros(demand.people.size, dtype=bool)
    for cell in cells:
        near = np.hypot(x - x[cell], y - y[cell]) <= radius.ravel() + 1e-6
        served |= near
    return served.reshape(demand.people.shape) & (area.zone_index >= 0)


CELL_M = 400.0

FREE = SCENARIO.replace("stations_baseline = 3\n", "")

NOTHING_ASKED = FREE.replace("stations_new = 6\n", "")


def plan_of(folder: Path, more: str, base: str = NOTHING_ASKED):
    path = write_study(folder, base + more)
    scenario = load_scenario(path)
    area = study_area(scenario, CELL_M)
    demand = demand_on_grid(scenario, area)
    candidates = candidate_sites(scenario, area, demand, RADII_M)
    return area, demand, site_stations(scenario, Ground(area, demand), candidates, RADII_M)


def marked_to_serve(folder: Path, ground: Ground) -> np.ndarray:
    """Return the cells that the scenario in a folder says must be served."""
    scenario = load_scenario(folder / "small.toml")
    places = scenario.priority_places
    return cells_to_serve(scenario.must_serve, places, ground, scenario.origin)


def stations_in(area, siting: Siting, zone: int) -> int:
    return int((area.zone_index.ravel()[siting.cell[siting.role != "baseline"]] == zone).sum())


COUNT = 9


CONSTRAINTS = {
    "free": "",
    "apart": "min_separation_m = 4000\n",
    "zones": 'zone_stations = [{ zone = "440001", at_most = 1 }, '
    '{ zone = "440002", at_least = 1 }]\n',
}


class Case:
    """Every choice of a study's candidates, from coordinates alone."""

    def __init__(self, folder: Path, seed: int, text: str) -> None:
        rng = np.random.default_rng(seed)
        lonlat = np.column_stack(
            [rng.uniform(113.01, 113.23, COUNT), rng.uniform(23.01, 23.15, COUNT)]
        )
        path = write_study(folder, text)
        points(folder / "c.csv", [(float(lon), float(lat)) for lon, lat in lonlat])
        self.cost = 1000 * rng.integers(1, 6, COUNT)
        rows = [f"{lon},{lat},{cost}" for (lon, lat), cost in zip(lonlat, self.cost, strict=True)]
        (folder / "c.csv").write_text("lon,lat,cost_cny\n" + "\n".join(rows), encoding="utf-8")
        self.scenario = load_scenario(path)
        self.area = study_area(self.scenario, CELL_M)
        self.demand = demand_on_grid(self.scenario, self.area)
        self.candidates = candidate_sites(self.scenario, self.area, self.demand, RADII_M)
        assert self.candidates.listed is not None
        self.cell = self.candidates.listed.cell
        self.covers = [naive_covered(self.area, self.demand, [c]) for c in self.cell]
        self.zone = self.area.zone_index.ravel()[self.cell]
        self.total = self.demand.people.sum(dtype=float)

    def sited(self) -> Siting:
        return site_stations(
            self.scenario, Ground(self.area, self.demand), self.candidates, RADII_M
        )

    def covered(self, chosen: tuple[int, ...]) -> float:
        marked = np.zeros(self.demand.people.shape, bool)
        for one in chosen:
            marked |= self.covers[one]
        return float(self.demand.people[marked].sum(dtype=float))

    def keeps(self, name: str, chosen: tuple[int, ...]) -> bool:
        x, y = self.area.grid.xy_m(self.cell[list(chosen)])
        if name == "apart":
            return all(
                math.hypot(x[a] - x[b], y[a] - y[b]) >= 4000 - 1e-6
                for a, b in combinations(range(len(chosen)), 2)
            )
        zone = self.zone[list(chosen)]
        return name == "free" or ((zone == 0).sum() <= 1 and (zone == 1).sum() >= 1)

    def choices(self, most: int = COUNT):
        for size in range(most + 1):
            yield from combinations(range(COUNT), size)


ASKED = """
[siting]
min_separation_m = 1500
zone_stations = [{ zone = "440002", at_least = 4 }]
[cost]
station_cny = 400_000
[objective]
kind = "fewest_stations"
covered_share = 0.5
[[equipment]]
name = "macro"
[[equipment]]
name = "short"
radius_m = { dense_urban = 600, urban = 700, suburban = 800, rural = 900 }
"""
