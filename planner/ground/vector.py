"""Vector files of a scenario: points, lines and polygons, always returned in EPSG:4326."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj.exceptions import ProjError
from rasterio.features import rasterize

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.grid import LONLAT, Grid
from planner.scenario.base import Origin

_LON_NAMES = ("lon", "longitude", "lng", "x", "经度")
_LAT_NAMES = ("lat", "latitude", "y", "纬度")
_LISTED = 5


def read_features(origin: Origin, key: str, given: Path) -> gpd.GeoDataFrame:
    """Read GeoPackage, GeoJSON, Shapefile or CSV (columns lon and lat, WGS 84).

    Raises :class:`InputError` when the file cannot be read, is empty, has no CRS, or holds
    positions that are not valid longitudes and latitudes.
    """
    path = origin.path(given)
    try:
        features = _read_csv(path, key, given) if path.suffix.lower() == ".csv" else _read(path)
    except InputError:
        raise
    except UnicodeDecodeError as error:
        raise InputError(
            Problem("is not UTF-8 text", str(given), key, expected="a file saved as UTF-8")
        ) from error
    except Exception as error:  # pyogrio raises its own errors for damaged files
        raise InputError(
            Problem(f"cannot be read as a vector file: {error}", str(given), key)
        ) from error
    features = features[features.geometry.notna() & ~features.geometry.is_empty]
    if features.empty:
        raise InputError(Problem("holds no features", str(given), key))
    if features.crs is None:
        raise InputError(
            Problem("has no CRS", str(given), key, expected="a file that names its CRS (EPSG code)")
        )
    if not np.isfinite(shapely.get_coordinates(features.geometry.values)).all():
        raise InputError(Problem("holds coordinates that are not finite numbers", str(given), key))
    features = features.set_geometry(features.geometry.force_2d())
    if features.crs != LONLAT:
        try:
            features = features.to_crs(LONLAT)
        except ProjError as error:
            raise InputError(
                Problem(f"has a CRS that cannot be placed on the Earth: {error}", str(given), key)
            ) from error
    _check_lonlat(features, key, given)
    return features.reset_index(drop=True)


def _read(path: Path) -> gpd.GeoDataFrame:
    features = gpd.read_file(path)
    if not isinstance(features, gpd.GeoDataFrame):
        raise TypeError("a table without geometry")
    return features


def _read_table(path: Path, key: str, given: Path) -> pd.DataFrame:
    """Read a CSV; every row must be as long as the header."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.reader(file) if row]
    if not rows:
        raise InputError(Problem("holds no features", str(given), key))
    header, *body = rows
    ragged = [n for n, row in enumerate(body, start=2) if len(row) != len(header)]
    if ragged:
        raise InputError(
            Problem(
                f"{len(ragged)} lines have more or fewer values than the header, the first is "
                f"line {ragged[0]}",
                str(given),
                key,
                expected=f"{len(header)} values separated by commas",
            )
        )
    return pd.DataFrame(body, columns=header, dtype=str)


def _read_csv(path: Path, key: str, given: Path) -> gpd.GeoDataFrame:
    table = _read_table(path, key, given)
    lower = {str(name).strip().lower(): name for name in table.columns}
    lon = next((lower[name] for name in _LON_NAMES if name in lower), None)
    lat = next((lower[name] for name in _LAT_NAMES if name in lower), None)
    if lon is None or lat is None:
        raise InputError(
            Problem(
                "has no columns of positions",
                str(given),
                key,
                list(map(str, table.columns)),
                "columns lon and lat in degrees (WGS 84)",
            )
        )
    x = pd.to_numeric(table[lon], errors="coerce")
    y = pd.to_numeric(table[lat], errors="coerce")
    wrong = table.index[x.isna() | y.isna()]
    if len(wrong):
        raise InputError(
            [
                Problem(
                    f"line {row + 2} has no position",
                    str(given),
                    key,
                    (table[lon][row], table[lat][row]),
                    "numbers of degrees",
                )
                for row in wrong[:_LISTED]
            ]
        )
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=LONLAT)


def _check_lonlat(features: gpd.GeoDataFrame, key: str, given: Path) -> None:
    west, south, east, north = features.total_bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        return
    swapped = -90 <= west <= east <= 90 and -180 <= south <= north <= 180
    raise InputError(
        Problem(
            "longitude and latitude are swapped" if swapped else "positions are not on the Earth",
            str(given),
            key,
            [round(float(v), 4) for v in (west, south, east, north)],
            "longitude (x) from -180 to 180, latitude (y) from -90 to 90",
        )
    )


def polygons_of(
    features: gpd.GeoDataFrame, key: str, given: Path, *, treatment: Literal["repair", "refuse"]
) -> gpd.GeoDataFrame:
    """Return valid polygons: repaired with a warning, or refused, as ``treatment`` says."""
    invalid = ~features.geometry.is_valid
    if invalid.any():
        reason = shapely.is_valid_reason(features.geometry[invalid].iloc[0])
        if treatment == "refuse":
            raise InputError(
                Problem(
                    f"{int(invalid.sum())} invalid geometries, the first: {reason}",
                    str(given),
                    key,
                    expected='valid polygons, or area.invalid_geometry = "repair"',
                )
            )
        warnings.warn(
            f"{given}: {int(invalid.sum())} geometries repaired ({reason})",
            PlannerWarning,
            stacklevel=2,
        )
        features = features.set_geometry(features.geometry.make_valid())
    polygonal = features.geometry.apply(polygonal_part)
    features = features.set_geometry(polygonal)[~polygonal.is_empty]
    if features.empty:
        raise InputError(
            Problem("holds no polygon", str(given), key, expected="polygons or multipolygons")
        )
    return features


def polygonal_part(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the parts that have an area, without points and lines where shapes only touch."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.area > 0]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def touched_cells(shapes: gpd.GeoSeries, grid: Grid) -> npt.NDArray[np.bool_]:
    """Mark the cells that shapes in the CRS of the grid touch (bool, grid shape)."""
    marked: npt.NDArray[np.uint8] = rasterize(
        shapes, out_shape=grid.shape, transform=grid.transform, all_touched=True, dtype="uint8"
    )
    return marked.astype(bool)


def column_weights(
    features: gpd.GeoDataFrame, column: str | None, file: str, key: str
) -> tuple[npt.NDArray[np.float64], list[Problem]]:
    """Return the weight of each feature by a column, 1 without one, and what is wrong with it."""
    weight = np.ones(len(features))
    if column is None:
        return weight, []
    if column not in features:
        known = f"one of {', '.join(map(str, features.columns.drop('geometry')))}"
        return weight, [Problem("has no such column", file, key, column, known)]
    weight = pd.to_numeric(features[column], errors="coerce").to_numpy(np.float64)
    wrong = np.flatnonzero(~(np.isfinite(weight) & (weight >= 0)))
    if not len(wrong):
        return weight, []
    return weight, [
        Problem(
            f"{len(wrong)} places have a negative or non-numeric weight, the first is "
            f"feature {wrong[0] + 1}",
            file,
            f"{key} {column}",
            str(features[column].iloc[wrong[0]]),
            "numbers of at least 0",
        )
    ]
