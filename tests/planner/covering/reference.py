"""Reference instances of maximal covering, read from the formats in which they are published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from planner.covering import CoveringProblem, FewestStations, MaxCovered, MaxCoveredWithinBudget

EARTH_RADIUS_M = 6_378_100.0


def within(points, radius):
    """Footprints of sites that are the points themselves, as sparse rows."""
    rows = cKDTree(points).query_ball_point(points, radius, return_sorted=True)
    return np.concatenate([[0], np.cumsum([len(row) for row in rows])]), np.concatenate(rows)


def generated(folder: Path, name: str):
    data = np.load(folder / "siting" / "generated" / f"{name}.npz")
    rows = {"weights": data["w"], "indptr": data["indptr"], "indices": data["indices"]}
    if data["kind"] == "mclp":
        return CoveringProblem(**rows), MaxCovered(int(data["p"]))
    problem = CoveringProblem(
        **rows, customer_zone=data["zone"].astype(np.int64), quota=data["quota"]
    )
    return problem, FewestStations(float(data["cover_target"]))


def raster(folder: Path, name: str):
    data = np.load(folder / "siting" / "raster" / f"{name}.npz")
    cells = np.argwhere(np.ones(data["pop"].shape, bool))
    start, customers = within(cells, float(data["radius_cells"]) * (1 + 1e-9))
    return CoveringProblem(data["pop"].ravel(), start, customers), MaxCovered(int(data["p"]))


def city(folder: Path, name: str, radius_m: float, n_stations: int):
    """New York or the Bronx: degrees in, great-circle distance."""
    head, demand = (
        (folder / "siting" / "nyc_sf_mclp" / f"{name}.txt").read_text().split("DEMAND_SECTION")
    )
    lines = head.split("NODE_COORD_SECTION")[1].strip().splitlines()
    latitude, longitude = np.radians(np.array([line.split() for line in lines], float)).T
    unit = np.stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ],
        axis=1,
    )
    chord = 2 * np.sin(radius_m / EARTH_RADIUS_M / 2)
    weights = np.array(demand.split("EOF")[0].split(), float)
    return CoveringProblem(weights, *within(unit, chord)), MaxCovered(n_stations)


def sjc(folder: Path, name: str, radius: float, n_stations: int):
    points = np.loadtxt(folder / "siting" / "sjc" / f"{name}.txt", skiprows=1)
    weights = np.loadtxt(folder / "siting" / "sjc" / f"demand-{name}.dat")
    return CoveringProblem(weights, *within(points, radius)), MaxCovered(n_stations)


def cell_tower(folder: Path):
    data = json.loads((folder / "siting" / "cell_tower" / "instance.json").read_text())
    lengths = [len(row) for row in data["coverage"]]
    problem = CoveringProblem(
        data["population"],
        np.concatenate([[0], np.cumsum(lengths)]),
        np.concatenate(data["coverage"]),
        cost=data["cost"],
    )
    return problem, MaxCoveredWithinBudget(data["budget"]), data


def records(path: Path):
    return [json.loads(line) for line in path.read_text().splitlines()]
