"""People and covered people counted again by other code, on a grid eight times finer.

Siting counts whole cells by their centre. What is reported counts the parts of cells that lie
within the radius of a station, so that discs of two cells across are as right as wide ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Geod, Transformer
from scipy import ndimage
from scipy.spatial import KDTree

import planner
from planner.ground.area_class import AREA_CLASSES, OUTSIDE
from planner.ground.grid import LONLAT
from tests.planner.study import write_geojson

pytestmark = pytest.mark.filterwarnings("ignore::planner.errors.PlannerWarning")

FINER = 8
BEYOND_M = 1_100.0
"""So far beyond the edge of the grid the points of its pixels are known, if they are no larger."""

SCENARIO = """
schema_version = 2
name = "recounted"
title = "Recounted"
area = { boundary = "boundary.geojson", zones = "zones.geojson" }
siting = { certificate_iterations = 0, improvement_rounds = 2 }
"""
KINDS = """
[[equipment]]
name = "small"
radius_m = { dense_urban = 100, urban = 130, suburban = 210, rural = 300 }
station_cny = 1
[[equipment]]
name = "macro"
radius_m = { dense_urban = 180, urban = 260, suburban = 350, rural = 700 }
station_cny = 3
"""
TWO = """
[[networks]]
name = "low"
title = "Low band"
[[networks]]
name = "high"
title = "High band"
target = { stations_new = 250 }
service.radius_m = { dense_urban = 110, urban = 160, suburban = 220, rural = 330 }
"""
Points = npt.NDArray[np.float64]


def written(
    folder: Path, people: Path, corner: tuple[float, float], side_deg: float, more: str
) -> Path:
    """Write a scenario of a slanted area of a raster, in two zones."""
    outline = ((0.0, 0.0), (0.5, 0.05), (1.0, 0.1), (0.85, 0.9), (0.5, 0.82), (0.2, 0.75))
    ring = [[corner[0] + side_deg * x, corner[1] + side_deg * y] for x, y in outline]
    halves = [[*ring[:2], *ring[4:], ring[0]], [*ring[1:5], ring[1]]]
    polygons = [
        ({"type": "Polygon", "coordinates": [half]}, {"adcode": f"44000{number}", "name": name})
        for number, (half, name) in enumerate(zip(halves, ("West", "East"), strict=True), 1)
    ]
    whole = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    write_geojson(folder / "boundary.geojson", [(whole, {})])
    write_geojson(folder / "zones.geojson", polygons)
    path = folder / "recounted.toml"
    path.write_text(f'{SCENARIO}population = {{ file = "{people}" }}\n{more}', encoding="utf-8")
    return path


def fine_people(area: planner.StudyArea, file: Path, finer: int = FINER) -> tuple[Points, Points]:
    """Return the points of the fine grid (rows of x, y), and the people inside the boundary.

    Each point has its share of the people of its pixel, of which all points count, on the grid or
    beyond its edge.
    """
    grid, step = area.grid, area.grid.cell_size_m / finer
    beyond = int(np.ceil(BEYOND_M / step))
    column, row = (np.arange(-beyond, side * finer + beyond) + 0.5 for side in grid.shape[::-1])
    x, y = np.meshgrid(grid.transform.c + step * column, grid.transform.f - step * row)
    on_grid = np.zeros(x.shape, bool)
    on_grid[beyond:-beyond, beyond:-beyond] = True
    to_lonlat = Transformer.from_crs(grid.crs, LONLAT, always_xy=True)
    lon, lat = to_lonlat.transform(x.ravel(), y.ravel())
    with rasterio.open(file) as raster:
        values = raster.read(1, masked=True).filled(0.0)
        column, row = (np.floor(one).astype(int) for one in ~raster.transform * (lon, lat))
        expected = np.broadcast_to(pixel_m2(raster.transform, raster.height), values.shape)
    pixel = np.clip(row, 0, values.shape[0] - 1) * values.shape[1]
    pixel += np.clip(column, 0, values.shape[1] - 1)
    points_of = np.bincount(pixel, minlength=values.size).reshape(values.shape)
    whole = expected < BEYOND_M**2
    each = (values / np.where(whole, np.maximum(points_of, 1), expected / step**2)).ravel()[pixel]
    here = np.where(shapely.contains_xy(area.boundary, lon, lat), each, 0.0)
    points = np.column_stack([x[on_grid], y[on_grid]])
    return points, here[on_grid.ravel()]


def fine_raster(plan: planner.Plan, raster: npt.NDArray[Any], finer: int) -> npt.NDArray[Any]:
    """Return the value at each point of the fine grid; outside, that of the nearest cell."""
    outside = plan.demand.area_class == OUTSIDE
    nearest = ndimage.distance_transform_edt(outside, return_distances=False, return_indices=True)
    return np.kron(raster[tuple(nearest)], np.ones((finer, finer), raster.dtype))


def within(plan: planner.Plan, points: Points, radii: Mapping[str, tuple[float, ...]]) -> Points:
    """Return which points lie within the radius of their cell's class of a station."""
    grid = plan.area.grid
    classes = fine_raster(plan, plan.demand.area_class, FINER).ravel()
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    served = np.zeros(len(points), bool)
    for name, radius_m in radii.items():
        own = plan.stations[plan.stations["equipment"] == name]
        if not len(own):
            continue
        sites = np.column_stack(to_grid.transform(own["lon"], own["lat"]))
        nearest_m, _ = KDTree(sites).query(points, distance_upper_bound=max(radius_m) + 1.0)
        limit_m = np.zeros(256)
        limit_m[: len(AREA_CLASSES)] = radius_m
        served |= nearest_m <= limit_m[classes]
    return served


def pixel_m2(transform: Affine, rows: int) -> npt.NDArray[np.float64]:
    """Area of the pixels of each row (a column), the same along a row in degrees."""
    geod, west, east = Geod(ellps="WGS84"), transform.c, transform.c + transform.a
    edges = transform.f + np.arange(rows + 1) * transform.e
    areas = [
        geod.polygon_area_perimeter([west, east, east, west], [north, north, south, south])[0]
        for north, south in pairwise(edges)
    ]
    return np.abs(np.array(areas))[:, None]


@pytest.fixture(scope="module")
def square_kilometres(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People on pixels of about 1 km, from thin land to dense towns."""
    path = tmp_path_factory.mktemp("people") / "people.tif"
    values = np.exp(np.random.default_rng(3).normal(7.5, 1.2, (24, 24))).astype(np.float32)
    with rasterio.open(
        path, "w", driver="GTiff", height=24, width=24, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(1 / 120, 0, 112.98, 0, -1 / 120, 23.16),
    ) as target:  # fmt: skip
        target.write(values, 1)
    return path


def radii_of(plan: planner.Plan) -> dict[str, tuple[float, ...]]:
    """Radius by class of each kind of station: of the network, of its equipment."""
    own = {"": tuple(one.radius_m for one in plan.service_radii)}
    return own | {
        one.name: tuple(one.radius_m.model_dump().values()) for one in plan.scenario.equipment
    }


def check(plan: planner.Plan, people: Path) -> None:
    """Compare people, covered people and zones with the recount, inside the boundary."""
    points, here = fine_people(plan.area, people)
    served = within(plan, points, radii_of(plan))
    zone = fine_raster(plan, plan.area.zone_index, FINER).ravel()
    summary = plan.summary
    assert summary["population_total"] == pytest.approx(here.sum(), rel=1e-3)
    share = summary["population_covered"] / summary["population_total"]
    assert share == pytest.approx(here[served].sum() / here.sum(), rel=3e-3)
    assert 0.2 < share < 0.9
    by_zone = [here[served & (zone == one)].sum() / here[zone == one].sum() for one in (0, 1)]
    assert plan.zones["covered_share"].tolist() == pytest.approx(by_zone, rel=3e-3)
    for count in (plan.zones["covered"].sum(), plan.stations["people_covered"].iloc[-1]):
        assert count == pytest.approx(summary["population_covered"], rel=1e-6)
    assert summary["curve"][-1][1] == pytest.approx(share)
    # The optimiser finds the cells that count for more than they are.
    assert summary["people_by_siting"] > summary["population_covered"] * 1.005


@pytest.mark.parametrize(
    "more",
    [
        "target = { stations_new = 500 }\n",
        'service.kind = "outdoor"\ntarget = { stations_new = 60 }\n',
        "target = { stations_new = 300, stations_baseline = 200 }\n",
        "target = { stations_new = 400 }\n" + KINDS,
    ],
    ids=["indoor", "outdoor", "baseline", "kinds"],
)
def test_covered_people_agree_at_the_default_cell_size(
    tmp_path: Path, square_kilometres: Path, more: str
) -> None:
    plan = planner.run(written(tmp_path, square_kilometres, (113.0, 23.0), 0.13, more))
    check(plan, square_kilometres)


def test_people_of_several_networks_agree(tmp_path: Path, square_kilometres: Path) -> None:
    more = "target = { stations_new = 400 }\n" + TWO
    found = planner.run_networks(written(tmp_path, square_kilometres, (113.0, 23.0), 0.1, more))
    low, high = found.plans.values()
    points, here = fine_people(low.area, square_kilometres)
    served = [within(plan, points, radii_of(plan)) for plan in (low, high)]
    total = low.summary["population_total"]
    for key, both in (("any", served[0] | served[1]), ("all", served[0] & served[1])):
        share = found.summary[f"population_covered_by_{key}"] / total
        assert share == pytest.approx(here[both].sum() / here.sum(), rel=3e-3)


def test_a_published_raster_at_the_default_radii(tmp_path: Path, reference_dir: Path) -> None:
    people = reference_dir / "population" / "worldpop2020_5arcmin.tif"
    more = "target = { stations_new = 600 }\n"
    plan = planner.run(written(tmp_path, people, (106.5, 26.45), 0.15, more))
    check(plan, people)
