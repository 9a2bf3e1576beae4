"""Cutting an area out of a publisher's file: rasters, zipped rasters, layers, tables.

Each function takes a source, an area and a folder, and returns the files that it wrote there; none
where the file does not touch the area.
"""

from __future__ import annotations

import math
import shutil
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from planner.data.remote import FetchError
from planner.safe_inputs import check_archive

if TYPE_CHECKING:
    from planner.data.data_area import Bounds, DataArea
    from planner.data.fetching import PublishedFile


def raster_window(source: PublishedFile, area: DataArea, folder: Path) -> Sequence[Path]:
    """Write the pixels of a GeoTIFF around an area; of a cloud-optimised one only they are read."""
    name = source.address.rpartition("/")[2]
    with source.opened() as stream:
        return _cut(stream, name, area, folder, source.recipe.name)


def zipped_raster(source: PublishedFile, area: DataArea, folder: Path) -> Sequence[Path]:
    """Write the pixels around an area of the GeoTIFF in a ZIP file."""
    with _unzipped(source) as archive:
        inside = [name for name in archive.namelist() if name.lower().endswith(".tif")]
        if len(inside) != 1:
            raise FetchError(f"{source.recipe.name}: holds {len(inside)} rasters, expected one")
        taken = folder / "unzipped"
        try:
            with archive.open(inside[0]) as packed, taken.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
            with taken.open("rb") as stream:
                name = inside[0].rpartition("/")[2]
                return _cut(stream, name, area, folder, source.recipe.name)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            raise _unreadable(source, source.whole(), error) from error
        finally:
            taken.unlink(missing_ok=True)


def zipped_layer(source: PublishedFile, area: DataArea, folder: Path, layer: str) -> Sequence[Path]:
    """Write the features around an area of one Shapefile in a ZIP file."""
    from planner.openers.parts import UnreadablePartError, copy_features

    path = source.whole()
    check_archive(path, path.name)
    out = folder / f"{layer}-{path.name.split('-')[1]}.gpkg"
    try:
        return _files(copy_features(path, area.wide, out, layer))
    except UnreadablePartError as error:
        raise _unreadable(source, path, error) from error


def geojson(source: PublishedFile, content: bytes, area: DataArea, path: Path) -> Sequence[Path]:
    """Write the features of a GeoJSON file around an area to ``path``, a GeoPackage."""
    from planner.openers.parts import UnreadablePartError, copy_features

    given = path.with_suffix(".geojson")
    given.write_bytes(content)
    try:
        return _files(copy_features(given, area.wide, path))
    except UnreadablePartError as error:
        raise FetchError(f"{source.recipe.name}: cannot be read: {error}") from error
    finally:
        given.unlink()


def points_csv(
    source: PublishedFile, area: DataArea, folder: Path, columns: Sequence[str]
) -> Sequence[Path]:
    """Write the rows around an area of a compressed CSV file with the columns lon and lat.

    ``columns``: names where the file has no line of names.
    """
    from planner.openers.parts import UnreadablePartError, copy_rows

    path = source.whole()
    try:
        return _files(copy_rows(path, area.wide, folder / f"{source.recipe.name}.csv", columns))
    except UnreadablePartError as error:
        raise _unreadable(source, path, error) from error


def quadkey_tiles(source: PublishedFile, area: DataArea, folder: Path) -> Sequence[Path]:
    """Write the tiles around an area of a Parquet file with the columns quadkey and tile (WKT).

    Only the row groups that may hold the area are read.
    """
    import geopandas as gpd
    import shapely

    from planner.openers.parts import UnreadablePartError, parquet_rows, written_features

    low, high = quadkeys(area.wide)
    with source.opened() as stream:
        try:
            table = parquet_rows(stream, [("quadkey", ">=", low), ("quadkey", "<=", high)])
        except UnreadablePartError as error:
            raise FetchError(f"{source.recipe.name}: cannot be read: {error}") from error
    shapes = shapely.from_wkt(table.pop("tile"))
    near = shapely.intersects(shapes, shapely.box(*area.wide))
    features = gpd.GeoDataFrame(table[near], geometry=shapes[near], crs="EPSG:4326")
    return _files(written_features(features, folder / f"{source.recipe.name}.gpkg"))


def quadkeys(bounds: Bounds, zoom: int = 16) -> tuple[str, str]:
    """Return the lowest and the highest quadkey of the smallest tile that holds some bounds.

    A quadkey numbers tiles of Web Mercator: a digit from 0 to 3 for each level, from west to east
    and from north to south.

    Examples
    --------
    >>> from planner.data.cutting import quadkeys
    >>> quadkeys((106.0, 26.0, 107.0, 27.0), 4)
    ('1320', '1320')
    """
    west, south, east, north = bounds
    corners = [_tile_number(west, north, zoom), _tile_number(east, south, zoom)]
    keys = [
        "".join(str((x >> level & 1) + 2 * (y >> level & 1)) for level in reversed(range(zoom)))
        for x, y in corners
    ]
    common = next((n for n in range(zoom) if keys[0][n] != keys[1][n]), zoom)
    head = keys[0][:common]
    return head.ljust(zoom, "0"), head.ljust(zoom, "3")


def _tile_number(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    count = 1 << zoom
    up = math.asinh(math.tan(math.radians(lat)))
    return int((lon + 180.0) / 360.0 * count), int((1.0 - up / math.pi) / 2.0 * count)


def _unzipped(source: PublishedFile) -> zipfile.ZipFile:
    path = source.whole()
    check_archive(path, path.name)
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _unreadable(source, path, error) from error


def _unreadable(source: PublishedFile, path: Path, error: Exception) -> FetchError:
    """Forget a whole file that is not what it should be, so that it is fetched again."""
    path.unlink(missing_ok=True)
    return FetchError(
        f"{source.recipe.name}: the file at {source.address.partition('?')[0]} cannot be read: "
        f"{' '.join(str(error).split())}"
    )


def _files(path: Path | None) -> Sequence[Path]:
    return () if path is None else (path,)


def _cut(
    stream: IO[bytes], name: str, area: DataArea, folder: Path, data_set: str
) -> Sequence[Path]:
    """Copy the pixels of a GeoTIFF around an area."""
    from planner.openers.parts import UnreadablePartError, copy_pixels

    try:
        return _files(copy_pixels(stream, name, area.wide, folder))
    except UnreadablePartError as error:
        raise FetchError(f"{data_set}: {name} cannot be read: {error}") from error
