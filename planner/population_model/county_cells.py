"""People of counties on cells of 30 arc-seconds, and rasters of people as files."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine

from planner.population_model.cells import Cells, cells_of
from planner.population_model.census import without_census
from planner.population_model.fitting import fitted_people
from planner.population_model.ingredients import (
    DAYLIGHT,
    LAND_COVER,
    LIGHTS,
    RELIEF,
    read_grey,
    read_of_class,
)
from planner.population_model.places import read_places
from planner.population_model.settlement import (
    LAND_USE,
    Ingredients,
    settlement_people,
    town_people,
)

_SMALLEST_TOWN = 1_000


def fitted_cells(
    counties: gpd.GeoDataFrame,
    people: npt.NDArray[np.int64],
    urban_people: npt.NDArray[np.int64],
    *,
    folder: Path,
    tolerance: float = 1e-9,
) -> tuple[Cells, npt.NDArray[np.float64]]:
    """Return cells of 30 arc-seconds of some counties and the modelled people of each.

    Arguments as of :func:`planner.population_model.build.province_population`; no villages yet, no
    whole numbers. ``tolerance``: largest relative error of a county.
    """
    cells = cells_of(counties)
    lon, lat = cells.lonlat()
    relief, lights, daylight = (
        read_grey(folder / name, lon, lat) for name in (RELIEF, LIGHTS, DAYLIGHT)
    )
    use = read_of_class(folder / LAND_COVER, np.exp(list(LAND_USE.values())), lon, lat)
    places = read_places()
    modelled = settlement_people(
        cells,
        people.astype(np.float64),
        urban_people.astype(np.float64),
        towns=town_people(cells, places, _largest(places, counties, urban_people)),
        ingredients=Ingredients(relief, lights, daylight, use),
    )
    modelled[without_census(folder, lon, lat)] = 0.0
    return cells, fitted_people(modelled, cells.share, people, tolerance=tolerance)


def _largest(
    places: gpd.GeoDataFrame, counties: gpd.GeoDataFrame, urban_people: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """Return the most people a place can have: the urban people of its county."""
    largest = np.full(len(places), np.inf)
    found = places.sindex.query(counties.geometry, predicate="contains")
    largest[found[1]] = np.maximum(urban_people[found[0]], _SMALLEST_TOWN)
    return largest


def write_people(
    people: npt.NDArray[np.generic], transform: Affine, path: Path, title: str
) -> None:
    """Write people per cell (unsigned, north up, degrees) as a GeoTIFF with reproducible bytes."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=people.shape[0],
        width=people.shape[1],
        count=1,
        dtype=people.dtype,
        crs="EPSG:4326",
        transform=transform,
        compress="deflate",
        zlevel=9,
        tiled=True,
        blockxsize=256,
        blockysize=256,
    ) as target:
        target.write(people, 1)
        target.set_band_description(1, "people per cell (modelled)")
        target.update_tags(
            TITLE=title,
            UNIT="people per cell",
            MODEL="A model, not a count: census totals of counties in modelled towns and villages",
            TOTAL=str(int(people.sum(dtype=np.int64))),
            AREA_OR_POINT="Area",
        )
