"""People of all 31 provinces of the mainland on one raster, coarse: the national set.

The model is that of the five provinces, on its cells of 30 arc-seconds and without villages, summed
to cells of one arc-minute: finer than most of its inputs. The census of counties is that of
``national/counties.csv``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from affine import Affine
from scipy.spatial import KDTree

from planner.data.boundaries import read_boundaries, write_boundaries
from planner.openers.table import data_table
from planner.population_model.cells import CELLS_PER_DEGREE, shares_of_cells
from planner.population_model.census import shared_out
from planner.population_model.county_cells import fitted_cells, write_people
from planner.population_model.fitting import rounded_people
from planner.population_model.national_build import COUNTIES, PROVINCES
from planner.population_model.tianditu import read_counties

WEST, NORTH = 73, 54
"""North-west corner of the raster, in degrees."""

_SHAPE = (51 * CELLS_PER_DEGREE, 63 * CELLS_PER_DEGREE)
_BLOCK = 2
"""Cells of the model along the side of a cell of the raster."""

_EQUAL_AREA = "EPSG:6933"
_BOUNDARY_DEGREE = 0.01
_WHOLE = 1.0 - 1e-6
_TOLERANCE = 1e-4
"""Of a county before its people are rounded: the rounding brings its inner cells to its total."""


def build_national_people(out: Path, files: Mapping[str, Path]) -> None:
    """Write the national raster of people and the boundaries of the provinces.

    ``out``: the data folder, with ingredients and ``national/counties.csv``; ``files``: path of
    each data set by its id. The sum inside each boundary is the census total of the province.
    """
    census = data_table(out / COUNTIES, people="int64", urban_people="int64")
    codes = tuple(data_table(out / PROVINCES)["adcode"])
    counties = read_counties(codes)
    shapes = [
        shapely.coverage_union_all(counties.geometry[counties["province"] == code].to_numpy())
        for code in codes
    ]
    simple = shapely.coverage_simplify(shapes, _BOUNDARY_DEGREE)
    provinces = gpd.GeoDataFrame(
        {"adcode": codes, "name_zh": [""] * len(codes)}, geometry=list(simple), crs="EPSG:4326"
    )
    write_boundaries(provinces, files["national_boundaries"])
    size = _BLOCK / CELLS_PER_DEGREE
    transform = Affine(size, 0.0, WEST, 0.0, -size, NORTH)
    people = np.zeros((_SHAPE[0] // _BLOCK, _SHAPE[1] // _BLOCK), dtype=np.uint32)
    written = read_boundaries(files["national_boundaries"])
    inside = shares_of_cells(written, transform, people.shape)
    for code, (block, share) in zip(codes, inside, strict=True):
        own = counties[counties["province"] == code].reset_index(drop=True)
        whole = block[share > _WHOLE]
        people += _inside(_province(own, census_of_polygons(census, own), out), whole)
    title = "Modelled population of the mainland 2020, people per arc-minute"
    write_people(people, transform, files["national_population"], title)


def census_of_polygons(census: pd.DataFrame, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return people and urban_people (integers) of each county of a province, all of them.

    ``census``: rows of ``national/counties.csv``; ``counties``: the polygons. People of a
    prefecture without a row of their own go to its counties without a row, by area, or else to all
    its counties in proportion to urban people.
    """
    columns = ["people", "urban_people"]
    rows = census.groupby("adcode")[columns].sum()
    found = rows.reindex(counties["adcode"]).fillna(0).astype(np.int64).reset_index(drop=True)
    province = counties["adcode"].str[:2].iloc[0]
    left = rows[(rows.index.str[:2] == province) & ~rows.index.isin(counties["adcode"])]
    area = counties.to_crs(_EQUAL_AREA).area.to_numpy()
    known = counties["adcode"].isin(rows.index).to_numpy()
    for prefecture, rest in left.groupby(left.index.str[:4]):
        inside = (counties["adcode"].str[:4] == prefecture).to_numpy()
        chosen = np.flatnonzero(inside & ~known)
        weight = area[chosen]
        if not len(chosen):
            chosen = np.flatnonzero(inside)
            weight = found["urban_people"].to_numpy(np.float64)[chosen]
        for column in columns:
            found.loc[chosen, column] += shared_out(int(rest[column].sum()), weight)
    return found


def _province(
    counties: gpd.GeoDataFrame, known: pd.DataFrame, folder: Path
) -> npt.NDArray[np.uint32]:
    """Return the people of a province on the blocks of the national raster."""
    lived_in = (known["people"] > 0).to_numpy()
    counties, known = counties[lived_in], known[lived_in]
    totals = known["people"].to_numpy()
    cells, fitted = fitted_cells(
        counties, totals, known["urban_people"].to_numpy(), folder=folder, tolerance=_TOLERANCE
    )
    row, column = np.divmod(cells.index, cells.shape[1])
    row += round((NORTH - cells.north) * CELLS_PER_DEGREE)
    column += round((cells.west - WEST) * CELLS_PER_DEGREE)
    shape = (_SHAPE[0] // _BLOCK, _SHAPE[1] // _BLOCK)
    people = np.zeros(shape, dtype=np.uint32)
    rounded = rounded_people(fitted, cells.share, totals).astype(np.uint32)
    np.add.at(people, (row // _BLOCK, column // _BLOCK), rounded)
    return people


def _inside(people: npt.NDArray[np.uint32], whole: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Return people with those of other blocks in the nearest of the ``whole`` ones.

    ``whole``: blocks wholly inside the province. So nobody is lost at the coast or to a neighbour.
    """
    lived = np.flatnonzero(people)
    outside = lived[~np.isin(lived, whole)]
    place, goal = (np.column_stack(np.divmod(one, people.shape[1])) for one in (outside, whole))
    _, nearest = KDTree(goal).query(place)
    moved = people.ravel().copy()
    moved[outside] = 0
    np.add.at(moved, whole[nearest], people.ravel()[outside])
    return moved.reshape(people.shape)
