"""A small study on the planner's own files: 24 x 16 km near Guangzhou, two zones, two towns."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

WEST, SOUTH, EAST, NORTH = 113.0, 23.0, 113.24, 23.16
PIXEL = 0.005

SCENARIO = """
schema_version = 2
name = "small"
title = "A small study"

[area]
boundary = "boundary.geojson"
zones = "zones.geojson"
cell_size_m = 200

[population]
file = "people.tif"

[area_classes]
rule = "density"

[service.radius_m]
dense_urban = 800
urban = 1000
suburban = 1500
rural = 2000

[target]
stations_baseline = 3
stations_new = 6
"""


def rectangle(west: float, south: float, east: float, north: float) -> dict[str, object]:
    """A GeoJSON polygon."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def write_geojson(path: Path, features: list[tuple[dict[str, object], dict[str, object]]]) -> Path:
    """Write (geometry, properties) pairs."""
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geometry, "properties": properties}
            for geometry, properties in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def points(path: Path, lonlat: list[tuple[float, float]]) -> Path:
    """Write sites as CSV."""
    rows = "\n".join(f"{lon},{lat},site {i}" for i, (lon, lat) in enumerate(lonlat))
    path.write_text(f"lon,lat,name\n{rows}\n", encoding="utf-8")
    return path


def people_array(seed: int = 7) -> np.ndarray:
    """People per pixel: two towns on thin countryside, some empty pixels."""
    rows = round((NORTH - SOUTH) / PIXEL) + 4
    cols = round((EAST - WEST) / PIXEL) + 4
    row, col = np.mgrid[0:rows, 0:cols]
    towns = 4000 * np.exp(-((row - 12) ** 2 + (col - 14) ** 2) / 18.0)
    towns += 2500 * np.exp(-((row - 22) ** 2 + (col - 38) ** 2) / 10.0)
    noise = np.random.default_rng(seed).gamma(0.6, 40.0, (rows, cols))
    return np.where(noise < 6.0, 0.0, towns + noise).astype(np.float32)


def write_people(path: Path, people: np.ndarray | None = None, **profile: object) -> Path:
    """Write a population GeoTIFF around the study, in EPSG:4326 unless told otherwise."""
    people = people_array() if people is None else people
    settings: dict[str, object] = {
        "driver": "GTiff",
        "height": people.shape[-2],
        "width": people.shape[-1],
        "count": 1 if people.ndim == 2 else people.shape[0],
        "dtype": people.dtype.name,
        "crs": "EPSG:4326",
        "transform": Affine(PIXEL, 0, WEST - 2 * PIXEL, 0, -PIXEL, NORTH + 2 * PIXEL),
    }
    settings |= profile
    with rasterio.open(path, "w", **settings) as target:
        target.write(people if people.ndim == 3 else people[None])
    return path


def write_study(folder: Path, text: str = SCENARIO) -> Path:
    """Write the whole study and return the path of its scenario."""
    folder.mkdir(parents=True, exist_ok=True)
    middle = (WEST + EAST) / 2
    write_geojson(folder / "boundary.geojson", [(rectangle(WEST, SOUTH, EAST, NORTH), {})])
    write_geojson(
        folder / "zones.geojson",
        [
            (
                rectangle(WEST, SOUTH, middle, NORTH),
                {"adcode": "440001", "name_zh": "西区", "name_en": "West"},
            ),
            (
                rectangle(middle, SOUTH, EAST, NORTH),
                {"adcode": "440002", "name_zh": "东区", "name_en": "East"},
            ),
        ],
    )
    write_people(folder / "people.tif")
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path
