"""Vector files of a scenario: the one opener for points, lines and polygons, in EPSG:4326.

Layers, encodings, datums, the antimeridian and rows without geometry are settled here. Long edges
get vertices before anything is projected, since a straight border bends in another projection.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import AreaOfInterest, TransformerGroup
from rasterio.features import rasterize
from rasterio.warp import transform_bounds

from planner.errors import InputError, PlannerWarning, Problem
from planner.openers.gdal import WGS84, reading_features
from planner.openers.table import Table, is_table, read_table
from planner.safe_inputs import check_archive, check_references, check_regular, is_remote_allowed

if TYPE_CHECKING:
    from planner.ground.grid import Grid

_LON_NAMES = ("lon", "long", "longitude", "lng", "decimallongitude", "gps_lon", "x", "经度")
_LAT_NAMES = ("lat", "latitude", "decimallatitude", "gps_lat", "y", "纬度")
_AROUND_NAME = re.compile(r"\s*[(（\[][^)）\]]*[)）\]]\s*$|[ _](wgs_?84|deg(rees)?|dd)$")
"""A unit or a datum after the name of a column, as in "Longitude (deg)" and "LON_WGS84"."""

_SHAPEFILES = (".shp", ".shz", ".zip")
_ROW = "_row"
_BYTES = "ISO-8859-1"
"""The encoding whose letters are bytes; GDAL names it where a Shapefile names none."""

_NO_ENCODING = "does not name the encoding of its texts"
_KNOWN_COLUMNS = frozenset(
    ("name", "cost_cny", "equipment", "adcode", "name_zh", "name_en", "azimuth_deg", "azimuths_deg",
     "height_m", "power_dbm", "electrical_tilt_deg", "mechanical_tilt_deg", "tilt_deg", "load",
     "band", "site")
)  # fmt: skip
_LISTED = 5
_HEAD_BYTES = 1_000_000
_LINKED_CRS = re.compile(
    rb'"crs"\s*:\s*\{[^{}]*"type"\s*:\s*"link"|"href"\s*:[^{}]*\}\s*,\s*"type"\s*:\s*"link"'
)
LONLAT_AXIS_M = 6_378_137.0
Bounds = tuple[float, float, float, float]
_FARTHEST_DEG, _FARTHEST = 1e3, 1e9
"""No longitude, and no projected coordinate in any unit, is as large."""

_LONGEST_EDGE_DEG = 0.02
_LONGEST_EDGE_M = 2_000.0
"""An edge of 2 km bends by less than 0.1 m in any projection of a province."""


@dataclass(frozen=True)
class VectorFile:
    """A vector file that a scenario names.

    ``name`` and ``key`` are what messages call it. ``layer`` and ``where`` (a condition in SQL on
    the columns) choose among its layers and features. ``table_crs``: CRS of the positions of a
    table, WGS 84 unless given.
    """

    path: Path
    name: str
    key: str
    layer: str | None = None
    where: str | None = None
    table_crs: str | None = None

    def problem(self, message: str, value: object = None, expected: str | None = None) -> Problem:
        """Return a problem of this file."""
        return Problem(message, self.name, self.key, value, expected)

    def option(self, option: str) -> str:
        """Return the key of the scenario that sets ``layer`` or ``where`` of this file."""
        head, _, last = self.key.rpartition(".")
        return f"{head}.{option}" if last == "file" else f"{self.key}_{option}"


def read_features(file: VectorFile) -> gpd.GeoDataFrame:
    """Read GeoPackage, GeoJSON, Shapefile, or a table with the columns lon and lat (WGS 84).

    Names of columns are trimmed, and those that the program knows are in lower case. Features
    without geometry are left out, with a warning that counts them.

    Raises
    ------
    InputError
        A file that cannot be read, is empty, has no CRS, has several layers of which none is
        chosen, or holds positions that are not valid longitudes and latitudes.
    """
    if file.path.suffix.lower() != ".gdb":
        check_regular(file.path, file.name, file.key)
    if is_table(file.path):
        features = _of_table(file)
    else:
        check_archive(file.path, file.name, file.key)
        check_references(file.path, file.name, file.key)
        _check_linked_crs(file)
        with reading_features():
            features = _of_layer(file)
    _lower_known_columns(features)
    shapes = features.geometry.to_numpy()
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    if missing.any() and not missing.all():
        warnings.warn(
            f"{file.name}: {int(missing.sum())} of {len(features)} features have no geometry; "
            "dropped",
            PlannerWarning,
            stacklevel=2,
        )
    features = features[~missing]
    if features.empty:
        raise InputError(file.problem("holds no features"))
    if features.crs is None:
        raise InputError(
            file.problem("has no CRS", expected="a file that names its CRS (EPSG code)")
        )
    if not np.isfinite(shapely.get_coordinates(features.geometry.values)).all():
        raise InputError(file.problem("holds coordinates that are not finite numbers"))
    bounds = features.total_bounds
    if np.abs(bounds).max() > (_FARTHEST_DEG if CRS(features.crs).is_geographic else _FARTHEST):
        raise InputError(file.problem("positions are not on the Earth", bounds.tolist()))
    features = features.set_geometry(_with_vertices(features.geometry.force_2d()))
    if features.crs != WGS84:
        warn_of_datum(CRS(features.crs), tuple(features.total_bounds), file.name)
        try:
            features = features.to_crs(WGS84)
        except ProjError as error:
            raise InputError(
                file.problem(f"has a CRS that cannot be placed on the Earth: {error}")
            ) from error
        features = features.set_geometry(_with_vertices(features.geometry))
    _check_lonlat(features, file)
    return features.reset_index(drop=True)


def _check_linked_crs(file: VectorFile) -> None:
    """Refuse GeoJSON whose CRS is an address: GDAL would ask for it."""
    if is_remote_allowed() or not file.path.is_file():
        return
    with file.path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if _LINKED_CRS.search(head):
        raise InputError(
            file.problem("names its CRS by a link", expected="the name of a CRS, or none: WGS 84")
        )


def warn_of_datum(crs: CRS, bounds: Bounds, name: str) -> None:
    """Warn of an old datum without a transformation to WGS 84 there, such as Beijing 1954.

    ``bounds``: extent in the CRS. Datums on the ellipsoids of satellite geodesy (WGS 84, GRS 80,
    CGCS2000) differ by less than a metre and are taken as they are.
    """
    ellipsoid = crs.ellipsoid
    if ellipsoid is None or abs(ellipsoid.semi_major_metre - LONLAT_AXIS_M) < 1.0:
        return
    datum = crs.datum.name if crs.datum is not None else crs.name
    degrees = crs.geodetic_crs or crs
    here = AreaOfInterest(*transform_bounds(crs.to_wkt(), degrees.to_wkt(), *bounds))
    known = TransformerGroup(crs, WGS84, always_xy=True, area_of_interest=here).transformers
    if not known or "ballpark" in known[0].description.lower():
        warnings.warn(
            f"{name}: no transformation from its datum ({datum}) to WGS 84 is known here; "
            "positions may be off by the order of 100 m",
            PlannerWarning,
            stacklevel=3,
        )


def _with_vertices(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return geometries with a vertex on long edges at least every 2 km or 0.02 degrees.

    Invalid ones are returned as they are: adding vertices would repair them without a word.
    """
    crs = CRS(geometry.crs)
    if crs.is_geographic:
        longest = _LONGEST_EDGE_DEG
    else:
        longest = _LONGEST_EDGE_M / crs.axis_info[0].unit_conversion_factor
    valid = geometry.is_valid
    return geometry.where(~valid, geometry.where(valid).segmentize(longest))


def _of_layer(file: VectorFile) -> gpd.GeoDataFrame:
    """Read one layer of a file that GDAL knows."""
    try:
        layer = _layer(file)
        encoding = _encoding(file, layer)
        features = _read(file, layer, encoding)
    except InputError:
        raise
    except UnicodeDecodeError as error:
        expected = "a file saved as UTF-8"
        raise InputError(file.problem("is not UTF-8 text", expected=expected)) from error
    except Exception as error:  # pyogrio raises its own errors for damaged files
        raise InputError(file.problem(f"cannot be read as a vector file: {error}")) from error
    if not isinstance(features, gpd.GeoDataFrame):
        raise InputError(file.problem("cannot be read as a vector file: it has no geometry"))
    return features


def _read(file: VectorFile, layer: str | None, encoding: str | None) -> gpd.GeoDataFrame:
    options = {"encoding": encoding} if encoding else {}
    return gpd.read_file(file.path, layer=layer, where=file.where, engine="pyogrio", **options)


def _encoding(file: VectorFile, layer: str | None) -> str | None:
    """Return the encoding of a Shapefile's texts where it is not the one that the file names.

    A Shapefile says it in a file of its own (.cpg), which is often lost, or that of another.
    """
    if file.path.suffix.lower() not in _SHAPEFILES:
        return None
    about = pyogrio.read_info(file.path, layer=layer)
    types = zip(about["fields"], about["dtypes"], strict=True)
    texts = [name for name, kind in types if kind == "object"]
    if about["driver"] != "ESRI Shapefile" or not texts:
        return None
    options = {"layer": layer, "columns": texts, "read_geometry": False}
    raw = _texts(pyogrio.read_dataframe(file.path, encoding=_BYTES, **options))
    found = [text.encode(_BYTES) for text in raw]
    try:
        said = _texts(pyogrio.read_dataframe(file.path, **options))
    except UnicodeDecodeError:
        said = None
    is_named = about["encoding"] != _BYTES
    guesses = ["utf-8", "gb18030"] if said is None or not is_named else ["utf-8", "gb2312"]
    right = next((one for one in guesses if _decoded(found, one) is not None), None)
    if not found or right is None or _decoded(found, right) == said:
        return None
    if right != "utf-8" or is_named:
        what = "names another encoding than that of its texts" if is_named else _NO_ENCODING
        name = "UTF-8" if right == "utf-8" else "GB 18030 (GBK)"
        warnings.warn(f"{file.name}: {what}; they are read as {name}", PlannerWarning, stacklevel=4)
    return "utf-8" if right == "utf-8" else "gb18030"


def _texts(columns: pd.DataFrame) -> list[str]:
    """Return the different texts with letters beyond ASCII, sorted by their column and row."""
    values = dict.fromkeys(text for name in columns for text in columns[name].dropna().astype(str))
    return [text for text in values if not text.isascii()]


def _decoded(texts: Sequence[bytes], encoding: str) -> list[str] | None:
    try:
        return [text.decode(encoding) for text in texts]
    except UnicodeDecodeError:
        return None


def _layer(file: VectorFile) -> str | None:
    """Return the layer to read: the one that is named, or the only one."""
    if file.layer is None and file.path.suffix.lower() == ".geojson":
        return None  # It has one, and to list it is to parse it all.
    layers = pyogrio.list_layers(file.path)
    names = [str(name) for name, kind in layers if kind is not None]
    if file.layer is not None:
        if file.layer not in [str(name) for name, _ in layers]:
            raise InputError(
                file.problem("has no such layer", file.layer, f"one of {', '.join(names)}")
            )
        if len(names) > 1:
            warnings.warn(
                f"{file.name}: layer {file.layer} is read, one of {len(names)}",
                PlannerWarning,
                stacklevel=4,
            )
        return file.layer
    if len(names) > 1:
        raise InputError(
            file.problem(
                "has several layers",
                names,
                "a file of one layer"
                if file.key.startswith("--")
                else f'one of them as {file.option("layer")} = "..."',
            )
        )
    return None


def _of_table(file: VectorFile) -> gpd.GeoDataFrame:
    """Read the rows of a table as points."""
    table = read_table(file.path, file.key, file.name, file.layer)
    lon, lat = (_column(table.frame, names) for names in (_LON_NAMES, _LAT_NAMES))
    if lon is None or lat is None:
        raise InputError(
            file.problem(
                "has no columns of positions",
                list(map(str, table.frame.columns)),
                "columns lon and lat in degrees (WGS 84)",
            )
        )
    crs = _crs_of_table(file)
    x, y = (
        pd.to_numeric(table.frame[one].str.replace(",", "."), errors="coerce") for one in (lon, lat)
    )
    wrong = np.flatnonzero(x.isna() | y.isna())
    if len(wrong):
        raise InputError(_without_position(file, table, (lon, lat), wrong[:_LISTED].tolist()))
    rows = gpd.GeoDataFrame(table.frame.copy(), geometry=gpd.points_from_xy(x, y), crs=crs)
    return rows if file.where is None else _chosen(rows, file)


def _crs_of_table(file: VectorFile) -> CRS:
    """Return the CRS of the positions in a table."""
    try:
        return CRS.from_user_input(file.table_crs or WGS84)
    except CRSError as error:
        key, expected = f"{file.key}_crs", 'the CRS of the columns x and y, as "EPSG:4547"'
        raise InputError(
            Problem("is not a known CRS", file.name, key, file.table_crs, expected)
        ) from error


def _chosen(rows: gpd.GeoDataFrame, file: VectorFile) -> gpd.GeoDataFrame:
    """Return the rows of a table that meet the condition; columns of numbers count as such."""
    typed = rows.copy()
    for name in rows.columns.drop("geometry"):
        numbers = pd.to_numeric(rows[name], errors="coerce")
        if numbers.notna().all():
            typed[name] = numbers
    typed[_ROW] = np.arange(len(rows))
    try:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "rows.gpkg"
            typed.to_file(path, engine="pyogrio")
            found = pyogrio.read_dataframe(
                path, where=file.where, columns=[_ROW], read_geometry=False
            )
    except Exception as error:  # pyogrio raises its own errors for conditions
        raise InputError(
            Problem(
                f"is not a valid condition: {error}", file.name, file.option("where"), file.where
            )
        ) from error
    return rows.iloc[found[_ROW].to_numpy()]


def _column(frame: pd.DataFrame, names: Sequence[str]) -> str | None:
    plain = {_AROUND_NAME.sub("", str(column).lower()): column for column in frame.columns}
    return next((plain[name] for name in names if name in plain), None)


def _without_position(
    file: VectorFile, table: Table, columns: tuple[str, str], rows: Sequence[int]
) -> list[Problem]:
    return [
        file.problem(
            f"line {table.line[row]} has no position",
            tuple(table.frame[column].iloc[row] for column in columns),
            "numbers of degrees",
        )
        for row in rows
    ]


def _lower_known_columns(features: gpd.GeoDataFrame) -> None:
    """Trim the names of columns in place; those that the program knows are in lower case."""
    names = [str(column).strip() for column in features.columns]
    lower = [name.lower() if name.lower() in _KNOWN_COLUMNS else name for name in names]
    features.columns = pd.Index(
        [new if lower.count(new) == 1 else old for new, old in zip(lower, names, strict=True)]
    )


def _check_lonlat(features: gpd.GeoDataFrame, file: VectorFile) -> None:
    west, south, east, north = features.total_bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        _check_antimeridian(features, file)
        return
    swapped = -90 <= west <= east <= 90 and -180 <= south <= north <= 180
    raise InputError(
        file.problem(
            "longitude and latitude are swapped" if swapped else "positions are not on the Earth",
            [round(float(v), 4) for v in (west, south, east, north)],
            "longitude (x) from -180 to 180, latitude (y) from -90 to 90",
        )
    )


def _check_antimeridian(features: gpd.GeoDataFrame, file: VectorFile) -> None:
    """Refuse polygons on both sides of the 180th meridian: a grid would go around the Earth."""
    bounds = features.geometry[features.geometry.geom_type.str.endswith("Polygon")].bounds
    if bounds.empty or not (bounds["minx"].min() < -179 and bounds["maxx"].max() > 179):
        return
    raise InputError(
        file.problem(
            "lies on both sides of the antimeridian (180 degrees)",
            [round(float(v), 4) for v in features.total_bounds],
            "an area on one side of it: plan the two sides as two studies",
        )
    )


def polygons_of(
    features: gpd.GeoDataFrame, file: VectorFile, *, treatment: Literal["repair", "refuse"]
) -> gpd.GeoDataFrame:
    """Return valid polygons: repaired with a warning, or refused, as ``treatment`` says."""
    invalid = ~features.geometry.is_valid
    if invalid.any():
        reason = shapely.is_valid_reason(features.geometry[invalid].iloc[0])
        if treatment == "refuse":
            raise InputError(
                file.problem(
                    f"{int(invalid.sum())} invalid geometries, the first: {reason}",
                    expected='valid polygons, or area.invalid_geometry = "repair"',
                )
            )
        warnings.warn(
            f"{file.name}: {int(invalid.sum())} geometries repaired ({reason})",
            PlannerWarning,
            stacklevel=2,
        )
        features = features.set_geometry(_with_vertices(features.geometry.make_valid()))
    polygonal = features.geometry.apply(polygonal_part)
    features = features.set_geometry(polygonal)[~polygonal.is_empty]
    if features.empty:
        raise InputError(file.problem("holds no polygon", expected="polygons or multipolygons"))
    return features


def polygonal_part(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return the parts that have an area, without points and lines where shapes only touch."""
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.area > 0]
    return shapely.union_all(parts) if parts else shapely.Polygon()


def as_mapping(polygons: shapely.Geometry) -> dict[str, object]:
    """Return polygons as GeoJSON for rasterio, quickly: a million vertices take 0.2 s.

    Examples
    --------
    >>> import shapely
    >>> as_mapping(shapely.box(0, 0, 1, 1))["coordinates"][0][0][:2]
    [[1.0, 0.0], [1.0, 1.0]]
    """
    rings = [
        [shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(part)]
        for part in shapely.get_parts(polygons)
    ]
    return {"type": "MultiPolygon", "coordinates": rings}


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
