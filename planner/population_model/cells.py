"""Cells of 30 arc-seconds and their parts of 7.5, and the share of each in each county."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from scipy.sparse import csr_array

CELLS_PER_DEGREE = 120
KM_PER_DEGREE = 111.195
PARTS = 4
"""Parts along the side of a cell."""

# exactextract gives shares in single precision.
_WHOLE = 1.0 - 1e-6


@dataclass(frozen=True)
class Cells:
    """The cells wholly inside a province, on a grid of ``per_degree`` cells to a degree.

    ``index`` (int64, n) is the position of each cell in the flat raster of ``shape`` (rows,
    columns) whose north-west corner is ``west``, ``north`` (degrees). ``share`` (counties x n,
    sparse) is the share of each cell's area in each county; the shares of a cell add up to 1.
    """

    west: float
    north: float
    shape: tuple[int, int]
    index: npt.NDArray[np.int64]
    share: csr_array
    per_degree: int = CELLS_PER_DEGREE

    @property
    def transform(self) -> Affine:
        """Affine transform of the raster, north up."""
        size = 1.0 / self.per_degree
        return Affine(size, 0.0, self.west, 0.0, -size, self.north)

    def lonlat(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Longitude and latitude of the cell centres, in degrees."""
        row, column = np.divmod(self.index, self.shape[1])
        return (
            self.west + (column + 0.5) / self.per_degree,
            self.north - (row + 0.5) / self.per_degree,
        )

    @property
    def area_km2(self) -> npt.NDArray[np.float64]:
        """Area of each cell, on a sphere."""
        area: npt.NDArray[np.float64] = (KM_PER_DEGREE / self.per_degree) ** 2 * np.cos(
            np.radians(self.lonlat()[1])
        )
        return area

    def raster(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Return the values of the cells as a raster, zero elsewhere."""
        raster = np.zeros(self.shape, dtype=values.dtype)
        raster.ravel()[self.index] = values
        return raster


def cells_of(counties: gpd.GeoDataFrame) -> Cells:
    """Return the cells wholly inside the union of some counties (EPSG:4326)."""
    bounds = counties.total_bounds * CELLS_PER_DEGREE
    left, bottom = np.floor(bounds[:2]).astype(int)
    right, top = np.ceil(bounds[2:]).astype(int)
    shape = (int(top - bottom), int(right - left))
    union = gpd.GeoDataFrame(
        geometry=[shapely.coverage_union_all(counties.geometry.to_numpy())], crs=counties.crs
    )
    west, north = left / CELLS_PER_DEGREE, top / CELLS_PER_DEGREE
    size = 1.0 / CELLS_PER_DEGREE
    transform = Affine(size, 0.0, west, 0.0, -size, north)
    cell, share = shares_of_cells(union, transform, shape)[0]
    index = cell[share >= _WHOLE]
    return Cells(
        float(west), float(north), shape, index, _shares(counties, transform, shape, index)
    )


def parts_of(cells: Cells, counties: gpd.GeoDataFrame) -> Cells:
    """Return the parts of some cells, 16 of each cell in turn, from its north-west corner."""
    rows, columns = cells.shape
    row, column = np.divmod(cells.index, columns)
    down, across = np.divmod(np.arange(PARTS * PARTS), PARTS)
    index = (row[:, None] * PARTS + down) * (columns * PARTS) + column[:, None] * PARTS + across
    per_degree = cells.per_degree * PARTS
    shape = (rows * PARTS, columns * PARTS)
    transform = Affine(1.0 / per_degree, 0.0, cells.west, 0.0, -1.0 / per_degree, cells.north)
    share = _shares(counties, transform, shape, index.ravel())
    return Cells(cells.west, cells.north, shape, index.ravel(), share, per_degree)


def _shares(
    counties: gpd.GeoDataFrame,
    transform: Affine,
    shape: tuple[int, int],
    index: npt.NDArray[np.int64],
) -> csr_array:
    """Return the share of cells in each county (sparse); those of a cell add up to 1."""
    number = np.full(shape[0] * shape[1], -1, dtype=np.int32)
    number[index] = np.arange(len(index), dtype=np.int32)
    found = shares_of_cells(counties, transform, shape)
    county = np.repeat(np.arange(len(found), dtype=np.int32), [len(cell) for cell, _ in found])
    cell = number[np.concatenate([cell for cell, _ in found])]
    share = np.concatenate([share for _, share in found])
    inside = cell >= 0
    matrix = csr_array(
        (share[inside], (county[inside], cell[inside])), shape=(len(found), len(index))
    )
    return csr_array(matrix.multiply(1.0 / matrix.sum(axis=0)))


def shares_of_cells(
    polygons: gpd.GeoDataFrame, transform: Affine, shape: tuple[int, int]
) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
    """Return, for each polygon, the cells it touches and the share of each that it covers.

    The raster is north up; cells are counted row by row from its north-west corner.
    """
    source = NumPyRasterSource(
        np.zeros(shape, dtype=np.uint8),
        xmin=transform.c,
        ymin=transform.f + shape[0] * transform.e,
        xmax=transform.c + shape[1] * transform.a,
        ymax=transform.f,
        srs_wkt=polygons.crs.to_wkt(),
    )
    found = exact_extract(source, polygons[["geometry"]], ["cell_id", "coverage"])
    return [
        (
            np.asarray(feature["properties"]["cell_id"], dtype=np.int64),
            np.asarray(feature["properties"]["coverage"], dtype=np.float64),
        )
        for feature in found
    ]
