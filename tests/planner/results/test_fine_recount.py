"""People and covered people counted again by other code, on a grid eight times finer.

The plan counts whole cells by their centre, so a disc of few cells has a wrong area, by which
covered people differ: 0.02 to 1.8 % where radii have two to ten cells. Below three a run warns by
how much. Here each radius has ten cells or more.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Geod, Transformer
from scipy.spatial import KDTree

import planner
from planner.ground.grid import LONLAT
from tests.planner.study import write_geojson

FINER = 8
CELLS = {"dense_urban": 10.5, "urban": 13.3, "suburban": 20.7, "rural": 28.1}
SCENARIO = """
schema_version = 2
name = "recounted"
title = "Recounted"
area = { boundary = "boundary.geojson" }
target = { stations_new = 8 }
siting = { certificate_iterations = 0 }
"""


def planned(
    folder: Path, people: Path, corner: tuple[float, float], side_deg: float, cell_m: float
) -> planner.Plan:
    """Plan a slanted area of a raster."""
    ring = [[corner[0] + side_deg * x, corner[1] + side_deg * y]
            for x, y in ((0.0, 0.0), (1.0, 0.1), (0.85, 0.9), (0.2, 0.75), (0.0, 0.0))]  # fmt: skip
    write_geojson(folder / "boundary.geojson", [({"type": "Polygon", "coordinates": [ring]}, {})])
    path = folder / "recounted.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    changes = {"area.cell_size_m": cell_m, "population.file": str(people)}
    radii = {f"service.radius_m.{name}": cells * cell_m for name, cells in CELLS.items()}
    return planner.run(path, changes | radii)


def counted_again(plan: planner.Plan, file: Path) -> tuple[float, float]:
    """People inside the boundary, and within the radius of their cell's class of a station.

    Each point of the fine grid has its share of the people of its pixel.
    """
    area = plan.ground.area
    grid, step = area.grid, area.grid.cell_size_m / FINER
    x = grid.transform.c + (np.arange(grid.width * FINER) + 0.5) * step
    y = grid.transform.f - (np.arange(grid.height * FINER) + 0.5) * step
    points = np.column_stack([one.ravel() for one in np.meshgrid(x, y)])
    lon, lat = Transformer.from_crs(grid.crs, LONLAT, always_xy=True).transform(*points.T)
    inside = shapely.contains_xy(area.boundary, lon, lat)
    with rasterio.open(file) as raster:
        values = raster.read(1, masked=True).filled(0.0)
        column, row = (np.floor(one).astype(int) for one in ~raster.transform * (lon, lat))
        expected = (
            np.broadcast_to(pixel_m2(raster.transform, raster.height), values.shape) / step**2
        )
    pixel = row * values.shape[1] + column
    points_of = np.bincount(pixel, minlength=values.size).reshape(values.shape)
    # A pixel that the edge of the grid cuts has fewer points than it has area.
    whole = np.abs(points_of - expected) < 0.02 * expected
    people = (values / np.where(whole, points_of, expected)).ravel()[pixel]
    classes = np.kron(plan.ground.demand.area_class, np.ones((FINER, FINER), np.uint8)).ravel()
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    sites = np.column_stack(to_grid.transform(plan.stations["lon"], plan.stations["lat"]))
    nearest_m, _ = KDTree(sites).query(points)
    radius_m = np.zeros(256)
    radius_m[: len(CELLS)] = [cells * grid.cell_size_m for cells in CELLS.values()]
    served = inside & (nearest_m <= radius_m[classes])
    return float(people[inside].sum()), float(people[served].sum())


def pixel_m2(transform: Affine, rows: int) -> npt.NDArray[np.float64]:
    """Area of the pixels of each row (a column), the same along a row in degrees."""
    geod, west, east = Geod(ellps="WGS84"), transform.c, transform.c + transform.a
    edges = transform.f + np.arange(rows + 1) * transform.e
    areas = [
        geod.polygon_area_perimeter([west, east, east, west], [north, north, south, south])[0]
        for north, south in pairwise(edges)
    ]
    return np.abs(np.array(areas))[:, None]


@pytest.mark.filterwarnings("ignore::planner.errors.PlannerWarning")
@pytest.mark.parametrize("source", ["1 km", "WorldPop, 5 arc-minutes"])
def test_people_and_covered_people_agree_on_a_grid_eight_times_finer(
    tmp_path: Path, source: str, request: pytest.FixtureRequest
) -> None:
    if source == "1 km":
        people = tmp_path / "people.tif"
        values = np.exp(np.random.default_rng(3).normal(4.5, 1.5, (40, 40))).astype(np.float32)
        with rasterio.open(
            people, "w", driver="GTiff", height=40, width=40, count=1, dtype="float32",
            crs="EPSG:4326", transform=Affine(1 / 120, 0, 112.95, 0, -1 / 120, 23.26),
        ) as target:  # fmt: skip
            target.write(values, 1)
        plan = planned(tmp_path, people, (113.0, 23.0), 0.2, 100.0)
    else:
        folder = request.getfixturevalue("reference_dir") / "population"
        people = folder / "worldpop2020_5arcmin.tif"
        plan = planned(tmp_path, people, (106.4, 26.3), 0.6, 250.0)
    total, covered = counted_again(plan, people)
    assert 0.3 * total < covered < 0.95 * total
    assert plan.summary["population_total"] == pytest.approx(total, rel=1e-3)
    assert plan.summary["population_covered"] == pytest.approx(covered, rel=3e-3)
