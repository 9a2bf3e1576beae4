"""What publishers serve, made small, and a reader that asks this machine for it."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import rasterio
import shapely
from affine import Affine

from planner.data.cache import FetchedSet
from planner.data.fetching import fetch
from planner.data.remote import Remote
from planner.data.settings import DataSettings
from tests.planner.data.local_server import Files

WORLDPOP = "https://data.worldpop.org"
POPULATION = "/GIS/Population/Global_2000_2020/2020/CHN/chn_ppp_2020.tif"
ROADS = "/asia/china/guizhou-latest-free.shp.zip"
WEST, SOUTH, EAST, NORTH = 106.3, 26.5, 106.6, 26.8


def settings(server: Files, tmp_path: Path, host: str = WORLDPOP, **more: object) -> DataSettings:
    mirrors = ((host, server.address),)
    return DataSettings(tmp_path / "cache", mirrors=mirrors, **{"retries": 2, **more})  # type: ignore[arg-type]


def waiting(config: DataSettings) -> tuple[Remote, list[float]]:
    """A reader that notes its waits and does not wait."""
    waits: list[float] = []
    return Remote(config, sleep=waits.append), waits


def geotiff(
    west: float, north: float, shape: tuple[int, int], pixel: float, *, crs: str = "EPSG:4326"
) -> bytes:
    """A tiled GeoTIFF of noise, which no compression makes small."""
    values = np.random.default_rng(1).random(shape, dtype=np.float32)
    with rasterio.MemoryFile() as memory:
        with memory.open(
            driver="GTiff", height=shape[0], width=shape[1], count=1, dtype="float32", crs=crs,
            transform=Affine(pixel, 0, west, 0, -pixel, north), tiled=True, blockxsize=256,
            blockysize=256, nodata=-99999.0,
        ) as target:  # fmt: skip
            target.write(values, 1)
        return memory.read()


def china() -> bytes:
    """A raster of 4 x 4 degrees around the area, 16 MB in pixels of 0.002 degrees."""
    return geotiff(104.5, 28.5, (2000, 2000), 0.002)


def get(server: Files, tmp_path: Path, area: str, name: str = "worldpop-100m") -> FetchedSet:
    config = settings(server, tmp_path)
    return fetch(name, area, settings=config, remote=waiting(config)[0])


def roads_zip(count: int = 3) -> bytes:
    """Geofabrik's form: a ZIP of Shapefiles."""
    lines = [shapely.LineString([(WEST + 0.01 * n, SOUTH), (EAST, NORTH)]) for n in range(count)]
    lines.append(shapely.LineString([(109.0, 25.0), (109.1, 25.1)]))
    frame = gpd.GeoDataFrame({"fclass": ["motorway"] * len(lines)}, geometry=lines, crs="EPSG:4326")
    packed = io.BytesIO()
    import tempfile

    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as archive:
        pyogrio.write_dataframe(frame, Path(folder) / "gis_osm_roads_free_1.shp")
        for path in sorted(Path(folder).iterdir()):
            archive.write(path, path.name)
        archive.writestr("noise", os.urandom(600_000))
    return packed.getvalue()


def get_roads(server: Files, tmp_path: Path, area: str, **more: object) -> FetchedSet:
    config = settings(server, tmp_path, "https://download.geofabrik.de", **more)
    return fetch(
        "osm-roads", area, accept=lambda _recipe: True, settings=config, remote=waiting(config)[0]
    )
