"""Rebuild of the embedded data from registry packages, census facts and ingredients."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from affine import Affine
from scipy.sparse import csr_array

from planner.data.boundaries import BOUNDARIES, write_boundaries
from planner.data.registry import (
    PROVINCES,
    REGISTRY,
    DataSet,
    embedded_folder,
    read_registry,
    sha256_of,
    write_registry,
)
from planner.errors import InputError, Problem
from planner.openers.raster import RasterFile, opened
from planner.population_model.cells import PARTS, Cells, parts_of
from planner.population_model.census import county_people
from planner.population_model.county_cells import fitted_cells, write_people
from planner.population_model.fitting import rounded_people
from planner.population_model.ingredients import INGREDIENTS
from planner.population_model.national_build import build_national
from planner.population_model.national_people import build_national_people
from planner.population_model.place_build import write_shipped_places
from planner.population_model.tianditu import read_counties
from planner.population_model.villages import village_people

_KEPT = ("base", "facts", "ingredients", "national", "example", "README.md")
_EXAMPLE = (106.108333, 26.4, 106.55, 26.95)
"""Qingzhen and its surroundings: west, south, east, north."""


def build(out: Path, census_of_china: Path | None = None) -> None:
    """Build the boundaries and the population rasters, and update the checksums of the registry.

    Facts, ingredients, README and registry are copied from the embedded folder if ``out`` is
    another one. ``census_of_china``: the census of all provinces, from which the national tables
    are rebuilt; without it they are copied. The same versions of the packages give the same bytes.
    Needs the packages of the extra ``data``.

    Raises
    ------
    InputError
        A fact or an ingredient is missing, or the census does not add up.
    """
    _copy_inputs(embedded_folder(), out)
    rows = read_registry(out / REGISTRY)
    files = {row.id: out / row.file for row in rows if row.file}
    counties = read_counties(tuple(PROVINCES))
    write_boundaries(counties, files[BOUNDARIES])
    write_shipped_places(counties, out, files)
    census = county_people(out, counties)
    for province in PROVINCES:
        inside = np.flatnonzero(counties["province"] == province)
        cells, people = province_population(
            counties.iloc[inside].reset_index(drop=True),
            census["people"].to_numpy()[inside],
            census["urban_people"].to_numpy()[inside],
            folder=out,
        )
        identifier = f"population_{province}"
        title = next(row.title for row in rows if row.id == identifier)
        write_population(cells, people, files[identifier], title=title)
    _write_example(files["population_520000"], files["example_population"])
    build_national_people(out, files)
    if census_of_china is not None:
        build_national(census_of_china, out)
    write_registry(out / REGISTRY, tuple(_with_checksum(row, out) for row in rows))


def province_population(
    counties: gpd.GeoDataFrame,
    people: npt.NDArray[np.int64],
    urban_people: npt.NDArray[np.int64],
    *,
    folder: Path,
) -> tuple[Cells, npt.NDArray[np.int64]]:
    """Return parts of cells of some counties and the modelled people of each, whole numbers.

    ``folder`` is a data folder that holds the ingredients.
    """
    cells, fitted = fitted_cells(counties, people, urban_people, folder=folder)
    parts = parts_of(cells, counties)
    shared = np.diff(csr_array(parts.share.T).indptr).reshape(-1, PARTS**2) > 1
    settled = village_people(cells, fitted, shared)
    return parts, rounded_people(settled.ravel(), parts.share, people)


def write_population(
    cells: Cells, people: npt.NDArray[np.int64], path: Path, *, title: str
) -> None:
    """Write people per cell as a GeoTIFF (uint16)."""
    write_people(cells.raster(people.astype(np.uint16)), cells.transform, path, title)


def _write_example(population: Path, path: Path) -> None:
    """Write the part of a raster around Qingzhen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened(RasterFile(population, population.name, "population"), _EXAMPLE) as source:
        layer = source.whole()
    west, south, east, north = _EXAMPLE
    left, top = (round(one) for one in ~layer.transform * (west, north))
    right, bottom = (round(one) for one in ~layer.transform * (east, south))
    people = layer.values[top:bottom, left:right].astype(np.uint16)
    transform = layer.transform * Affine.translation(left, top)
    title = "Modelled population of Qingzhen and surroundings 2020, people per cell"
    write_people(people, transform, path, title)


def _copy_inputs(source: Path, out: Path) -> None:
    missing = [name for name in (*_KEPT, REGISTRY, *INGREDIENTS) if not (source / name).exists()]
    if missing:
        raise InputError(
            [Problem("an input of the build is missing", str(source / name)) for name in missing]
        )
    out.mkdir(parents=True, exist_ok=True)
    if out.resolve() == source.resolve():
        return
    for name in _KEPT:
        if (source / name).is_dir():
            shutil.copytree(source / name, out / name, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / name, out / name)
    shutil.copyfile(source / REGISTRY, out / REGISTRY)


def _with_checksum(row: DataSet, folder: Path) -> DataSet:
    return dataclasses.replace(row, sha256=sha256_of(folder / row.file)) if row.file else row
