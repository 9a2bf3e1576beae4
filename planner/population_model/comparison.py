"""Share of people that a modelled raster misplaces, relative to a reference raster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from affine import Affine
from shapely.geometry.base import BaseGeometry

from planner.openers.raster import EARTH, RasterFile, opened
from planner.population_model.cells import KM_PER_DEGREE, shares_of_cells

Floats = npt.NDArray[np.float64]
Compared = tuple[Floats, Floats, Affine, npt.NDArray[np.int64], Floats]

# Cells of the reference inside the area, up to a remainder on which the boundaries disagree.
_INSIDE = 0.95


@dataclass(frozen=True)
class Misplaced:
    """Share of people in the wrong cell of the reference, 0 to 1.

    ``as_counted`` takes the cells of which at least 95 % lie inside the area, and is half the sum
    of differences over the people of the reference. ``scaled`` takes all cells, those of the
    reference by their share inside, and scales both rasters to the same total first, so that it
    ignores a disagreement about the number of people.
    """

    as_counted: float
    scaled: float


def misplaced_share(population: Path, reference: Path, area: BaseGeometry) -> Misplaced:
    """Compare a raster of people with a coarser one, inside an area; all three in EPSG:4326."""
    modelled, expected, _, cell, share = _on_reference(population, reference, area)
    a, b = modelled.ravel()[cell], expected.ravel()[cell]
    inside = share >= _INSIDE
    as_counted = 0.5 * np.abs(a - b)[inside].sum() / b[inside].sum()
    b = b * share
    scaled = 0.5 * np.abs(a / a.sum() - b / b.sum()).sum()
    return Misplaced(float(as_counted), float(scaled))


def _on_reference(population: Path, reference: Path, area: BaseGeometry) -> Compared:
    """Return both rasters on the grid of the reference, its transform, cells and shares inside."""
    (people, transform), (expected, target) = _read(population), _read(reference)
    modelled = summed_to_grid(people, transform, target, (expected.shape[0], expected.shape[1]))
    polygon = gpd.GeoDataFrame(geometry=[area], crs="EPSG:4326")
    cell, share = shares_of_cells(polygon, target, modelled.shape)[0]
    return modelled, expected, target, cell, share


def _read(path: Path) -> tuple[Floats, Affine]:
    """Return people (0 without data) and transform of a raster in degrees."""
    with opened(RasterFile(path, str(path), "population"), EARTH) as source:
        layer = source.whole()
    return np.where(layer.valid, layer.values, 0.0).astype(np.float64), layer.transform


def thin_shares(
    population: Path, reference: Path, area: BaseGeometry, people_per_km2: tuple[float, ...]
) -> list[tuple[float, float]]:
    """Return the shares of land below some densities: of the raster, and of the reference.

    Counted in the cells of the reference of which at least 95 % lie inside the area.
    """
    modelled, expected, target, cell, share = _on_reference(population, reference, area)
    cell = cell[share >= _INSIDE]
    row = cell // modelled.shape[1]
    height_km = KM_PER_DEGREE * abs(target.e)
    km2 = height_km * KM_PER_DEGREE * target.a * np.cos(np.radians(target.f + row * target.e))

    def below(people: Floats, limit: float) -> float:
        return float(km2[people.ravel()[cell] < limit * km2].sum() / km2.sum())

    return [(below(modelled, limit), below(expected, limit)) for limit in people_per_km2]


def summed_to_grid(
    people: npt.NDArray[np.float64], transform: Affine, target: Affine, shape: tuple[int, int]
) -> npt.NDArray[np.float64]:
    """Return people per cell of another north-up grid; a cell on a border is split by area."""
    rows = _overlap(transform.f, transform.e, people.shape[0], target.f, target.e, shape[0])
    columns = _overlap(transform.c, transform.a, people.shape[1], target.c, target.a, shape[1])
    summed: npt.NDArray[np.float64] = rows @ people @ columns.T
    return summed


def _overlap(
    start: float, step: float, count: int, other_start: float, other_step: float, other_count: int
) -> npt.NDArray[np.float64]:
    """Return the share of each interval (columns) in each interval of the other axis (rows)."""
    edges = (start + step * np.arange(count + 1) - other_start) / other_step
    index = np.arange(other_count)[:, None]
    low = np.maximum(edges[:-1], index)
    high = np.minimum(edges[1:], index + 1)
    share: npt.NDArray[np.float64] = np.maximum(high - low, 0.0) * (other_step / step)
    return share
