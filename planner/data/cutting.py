"""Cutting an area out of a publisher's file: rasters, zipped rasters, layers, tables.

Each function takes a source, an area and a folder, and returns the files that it wrote there; none
where the file does not touch the area.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from planner.data.remote import FetchError
from planner.trust import check_archive

if TYPE_CHECKING:
    import geopandas as gpd
    import rasterio
    from rasterio.windows import Window

    from planner.data.data_area import Bounds, DataArea
    from planner.data.fetching import PublishedFile

_ROWS = 512


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
        except (zipfile.BadZipFile, zlib.error) as error:
            raise _unreadable(source, source.whole(), error) from error
        finally:
            taken.unlink(missing_ok=True)


def join_rasters(parts: Sequence[Path], out: Path) -> Path:
    """Join rasters of one lattice into one, and remove them."""
    import rasterio
    from rasterio.merge import merge

    with rasterio.open(parts[0]) as first:
        nodata, dtype = first.nodata, first.dtypes[0]
    merge(
        list(parts),
        nodata=nodata,
        dst_path=out,
        dst_kwds={"compress": "deflate", "tiled": True, "BIGTIFF": "IF_SAFER", "dtype": dtype},
    )
    for part in parts:
        part.unlink()
    return out


def zipped_layer(source: PublishedFile, area: DataArea, folder: Path, layer: str) -> Sequence[Path]:
    """Write the features around an area of one Shapefile in a ZIP file."""
    import pyogrio

    path = source.whole()
    check_archive(path, path.name)
    found = f"/vsizip/{path.resolve().as_posix()}/{layer}.shp"
    try:
        features = pyogrio.read_dataframe(found, bbox=area.wide)
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise _unreadable(source, path, error) from error
    return _written(features, folder / f"{layer}-{path.name.split('-')[1]}.gpkg")


def geojson(source: PublishedFile, content: bytes, area: DataArea, path: Path) -> Sequence[Path]:
    """Write the features around an area of GeoJSON to ``path``, a GeoPackage."""
    import pyogrio

    given = path.with_suffix(".geojson")
    given.write_bytes(content)
    try:
        features = pyogrio.read_dataframe(f"GeoJSON:{given}", bbox=area.wide)
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise FetchError(f"{source.recipe.name}: cannot be read: {error}") from error
    finally:
        given.unlink()
    return _written(features, path)


def points_csv(
    source: PublishedFile, area: DataArea, folder: Path, columns: Sequence[str]
) -> Sequence[Path]:
    """Write the rows around an area of a compressed CSV file with the columns lon and lat.

    ``columns``: names where the file has no line of names.
    """
    path = source.whole()
    out = folder / f"{source.recipe.name}.csv"
    west, south, east, north = area.wide
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8", newline="") as stream,
            out.open("w", encoding="utf-8", newline="") as target,
        ):
            rows = csv.reader(stream)
            first = next(rows, [])
            names = first if "lon" in first else list(columns)
            lon, lat = names.index("lon"), names.index("lat")
            writer = csv.writer(target)
            writer.writerow(names)
            found = 0
            for row in rows if "lon" in first else _with(first, rows):
                if west <= float(row[lon]) <= east and south <= float(row[lat]) <= north:
                    writer.writerow(row)
                    found += 1
    except (OSError, EOFError, zlib.error, ValueError, IndexError) as error:
        raise _unreadable(source, path, error) from error
    if not found:
        out.unlink()
        return ()
    return (out,)


def quadkey_tiles(source: PublishedFile, area: DataArea, folder: Path) -> Sequence[Path]:
    """Write the tiles around an area of a Parquet file with the columns quadkey and tile (WKT).

    Only the row groups that may hold the area are read.
    """
    import geopandas as gpd
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    low, high = quadkeys(area.wide)
    asked = [("quadkey", ">=", low), ("quadkey", "<=", high)]
    with source.opened() as stream:
        try:
            table = pq.read_table(stream, filters=asked).to_pandas()
        except (pa.ArrowException, KeyError) as error:
            raise FetchError(f"{source.recipe.name}: cannot be read: {error}") from error
    shapes = shapely.from_wkt(table.pop("tile"))
    near = shapely.intersects(shapes, shapely.box(*area.wide))
    features = gpd.GeoDataFrame(table[near], geometry=shapes[near], crs="EPSG:4326")
    return _written(features, folder / f"{source.recipe.name}.gpkg")


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


def _with(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    if first:
        yield first
    yield from rows


def _unzipped(source: PublishedFile) -> zipfile.ZipFile:
    path = source.whole()
    check_archive(path, path.name)
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise _unreadable(source, path, error) from error


def _unreadable(source: PublishedFile, path: Path, error: Exception) -> FetchError:
    """Forget a whole file that is not what it should be, so that it is fetched again."""
    path.unlink(missing_ok=True)
    return FetchError(
        f"{source.recipe.name}: the file at {source.address.partition('?')[0]} cannot be read: "
        f"{' '.join(str(error).split())}"
    )


def _written(features: gpd.GeoDataFrame, path: Path) -> Sequence[Path]:
    import pyogrio

    if features.empty:
        return ()
    pyogrio.write_dataframe(features, path, driver="GPKG", layer=path.stem)
    return (path,)


def _cut(
    stream: IO[bytes], name: str, area: DataArea, folder: Path, data_set: str
) -> Sequence[Path]:
    """Copy a window of a GeoTIFF, rows by rows, into a compressed one."""
    import rasterio
    from rasterio.errors import RasterioError

    failures: list[BaseException] = []
    try:
        with (
            rasterio.Env(GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
            rasterio.open(
                f"by-name/{name}",
                driver="GTiff",
                opener=lambda *_, **__: _NotingReader(stream, failures),
            ) as source,  # fmt: skip
        ):
            window = _window(source, area.wide)
            if window is None:
                return ()
            out = folder / name
            _copy(source, window, out)
            if failures:
                raise failures[0]
            return (out,)
    except RasterioError as error:
        unreadable = FetchError(f"{data_set}: {name} cannot be read: {error}")
        raise (failures[0] if failures else unreadable) from error


class _NotingReader(io.RawIOBase):
    """A stream for GDAL, which opens it several times.

    No exception passes through GDAL: an interrupt or a failure is kept, and the file ends there.
    """

    def __init__(self, stream: IO[bytes], failures: list[BaseException]) -> None:
        super().__init__()
        self.stream = stream
        self.failures = failures
        self.place = 0

    def read(self, size: int = -1, /) -> bytes:
        if self.failures:
            return b""
        try:
            self.stream.seek(self.place)
            content = self.stream.read(size)
        except BaseException as error:
            self.failures.append(error)
            return b""
        self.place += len(content)
        return content

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self.stream.seek(self.place)
        self.place = self.stream.seek(offset, whence)
        return self.place

    def tell(self) -> int:
        return self.place

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _window(source: rasterio.DatasetReader, bounds: Bounds) -> Window | None:
    from rasterio.warp import transform_bounds
    from rasterio.windows import Window, from_bounds

    wanted = from_bounds(
        *transform_bounds("EPSG:4326", source.crs, *bounds, densify_pts=51), source.transform
    )
    rows, columns = wanted.toslices()
    top, left = max(0, math.floor(rows.start)), max(0, math.floor(columns.start))
    bottom = min(source.height, math.ceil(rows.stop))
    right = min(source.width, math.ceil(columns.stop))
    if bottom <= top or right <= left:
        return None
    return Window(left, top, right - left, bottom - top)


def _copy(source: rasterio.DatasetReader, window: Window, out: Path) -> None:
    import numpy as np
    import rasterio
    from rasterio.windows import Window

    kind = np.dtype(source.dtypes[0]).kind
    with rasterio.open(
        out, "w", driver="GTiff", height=window.height, width=window.width, count=1,
        dtype=source.dtypes[0], crs=source.crs, transform=source.window_transform(window),
        nodata=source.nodata, compress="deflate", predictor=3 if kind == "f" else 2, tiled=True,
        blockxsize=256, blockysize=256, BIGTIFF="IF_SAFER",
    ) as target:  # fmt: skip
        target.scales, target.offsets = source.scales[:1], source.offsets[:1]
        if source.units[0]:
            target.units = source.units[:1]
        for top in range(0, window.height, _ROWS):
            rows = min(_ROWS, window.height - top)
            part = Window(window.col_off, window.row_off + top, window.width, rows)
            values = source.read(1, window=part)
            target.write(values, 1, window=Window(0, top, window.width, rows))
