"""The one grid of a study: an equal-area projection fitted to it, and square cells."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from affine import Affine
from pyproj import CRS, Transformer

from planner.openers.gdal import WGS84

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LONLAT = WGS84


def fitted_albers(west: float, south: float, east: float, north: float) -> CRS:
    """Return an Albers equal-area CRS fitted to an extent in degrees (WGS 84).

    The standard parallels lie one sixth of the height from the southern and the northern edge
    (Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395, 1987, p. 99), so
    areas are exact and distances within 0.3 % over a province.
    """
    height = north - south
    if abs(south + north) < 0.05:
        # Albers has no cone for an area astride the equator: its limit is a cylinder.
        return named_projection(
            "Cylindrical equal area, fitted to the study area",
            f"+proj=cea +lat_ts={height / 3:.6f} +lon_0={(west + east) / 2:.6f} "
            "+datum=WGS84 +units=m +no_defs",
        )
    return named_projection(
        "Albers equal area, fitted to the study area",
        f"+proj=aea +lat_1={south + height / 6:.6f} +lat_2={north - height / 6:.6f} "
        f"+lat_0={(south + north) / 2:.6f} +lon_0={(west + east) / 2:.6f} "
        "+datum=WGS84 +units=m +no_defs",
    )


def named_projection(name: str, proj4: str) -> CRS:
    """Return a projection under a name that GIS show; PROJ calls such ones unknown."""
    return CRS.from_json_dict({**CRS.from_proj4(proj4).to_json_dict(), "name": name})


@dataclass(frozen=True)
class Grid:
    """Square cells in a metric CRS; row 0 is the northern edge.

    ``transform`` maps (column, row) of a cell's upper left corner to metres.

    Examples
    --------
    >>> import planner
    >>> scenario = planner.load_scenario("qingzhen")
    >>> area = planner.study_area(scenario, 250.0)
    >>> area.grid.cell_size_m
    250.0
    >>> area.grid.cell_area_km2
    0.0625
    """

    crs: CRS
    transform: Affine
    height: int
    width: int

    @classmethod
    def around(
        cls, bounds_m: tuple[float, float, float, float], cell_size_m: float, crs: CRS
    ) -> Grid:
        """Return the smallest grid of whole cells that holds west, south, east, north in metres.

        Edges lie on multiples of the cell size, so that grids of one CRS nest.
        """
        west, south, east, north = bounds_m
        left = math.floor(west / cell_size_m) * cell_size_m
        top = math.ceil(north / cell_size_m) * cell_size_m
        width = max(1, math.ceil((east - left) / cell_size_m))
        height = max(1, math.ceil((top - south) / cell_size_m))
        return cls(crs, Affine(cell_size_m, 0.0, left, 0.0, -cell_size_m, top), height, width)

    def part(self, rows: slice) -> Grid:
        """Return the grid of some rows."""
        down = Affine.translation(0, rows.start)
        return Grid(self.crs, self.transform @ down, rows.stop - rows.start, self.width)

    def finer(self, parts: int) -> Grid:
        """Return the grid of the cells divided along each side."""
        scale = Affine.scale(1.0 / parts)
        return Grid(self.crs, self.transform @ scale, parts * self.height, parts * self.width)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.height, self.width

    @property
    def cell_size_m(self) -> float:
        """Side of a cell in metres."""
        return float(self.transform.a)

    @property
    def cell_area_km2(self) -> float:
        """Area of a cell in square kilometres, exact because the projection keeps areas."""
        return self.cell_size_m**2 / 1e6

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        left, top = self.transform.c, self.transform.f
        return (
            left,
            top - self.height * self.cell_size_m,
            left + self.width * self.cell_size_m,
            top,
        )

    @property
    def proj4(self) -> str:
        """The projection as one readable line; ``crs`` holds it in full."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            return self.crs.to_proj4()

    def xy_m(self, cells: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return x and y in metres of the centres of flat cell indices."""
        rows, cols = np.divmod(np.asarray(cells, dtype=np.int64), self.width)
        x = self.transform.c + (cols + 0.5) * self.cell_size_m
        y = self.transform.f - (rows + 0.5) * self.cell_size_m
        return x, y

    def cells(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> IntArray:
        """Return the flat index of the cell that holds each point; -1 outside the grid."""
        cols = np.floor((np.asarray(x_m, dtype=float) - self.transform.c) / self.cell_size_m)
        rows = np.floor((self.transform.f - np.asarray(y_m, dtype=float)) / self.cell_size_m)
        inside = (rows >= 0) & (rows < self.height) & (cols >= 0) & (cols < self.width)
        flat = np.where(inside, rows * self.width + cols, -1)
        return flat.astype(np.int64)

    def lonlat(self, x_m: npt.ArrayLike, y_m: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return longitude and latitude in degrees (WGS 84) of points in metres."""
        transformer = Transformer.from_crs(self.crs, LONLAT, always_xy=True)
        lon, lat = transformer.transform(np.asarray(x_m), np.asarray(y_m))
        return np.asarray(lon), np.asarray(lat)
