"""Parts of publishers' files: pixels, features and rows around an extent, unchanged.

What is cut out is read again by the openers of rasters, vectors and tables, when a run uses it.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import rasterio
from rasterio.errors import RasterioError
from rasterio.merge import merge
from rasterio.warp import transform_bounds
from rasterio.windows import Window, from_bounds

from planner.openers.gdal import WGS84, reading_features
from planner.openers.vector import Bounds
from planner.safe_inputs import check_references

_ROWS = 512


class UnreadablePartError(ValueError):
    """A part of a file cannot be read, or not be placed."""


def copy_pixels(stream: IO[bytes], name: str, bounds: Bounds, folder: Path) -> Path | None:
    """Copy the pixels of a GeoTIFF around an extent (degrees), rows by rows, to a compressed one.

    Return the file, ``name`` in ``folder``; None where no pixel lies there.

    Raises
    ------
    UnreadablePartError
        It is no GeoTIFF, or is damaged.
    """
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
            window = _window(source, bounds)
            if window is None:
                return None
            _copy(source, window, folder / name)
            if failures:
                raise failures[0]
            return folder / name
    except RasterioError as error:
        raise (failures[0] if failures else UnreadablePartError(str(error))) from error


def join_rasters(parts: Sequence[Path], out: Path) -> Path:
    """Join rasters of one lattice into one, and remove them."""
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


def copy_features(path: Path, bounds: Bounds, out: Path, layer: str | None = None) -> Path | None:
    """Copy the features around an extent (degrees) to a GeoPackage; None where there are none.

    Raises
    ------
    UnreadablePartError
        It cannot be read as a vector file, or has no such layer.
    """
    check_references(path, path.name)
    try:
        with reading_features():
            features = pyogrio.read_dataframe(path, layer=layer, bbox=bounds)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise UnreadablePartError(str(error)) from error
    return written_features(features, out)


def written_features(features: gpd.GeoDataFrame, out: Path) -> Path | None:
    """Write features to a GeoPackage; None, and no file, where there are none."""
    if features.empty:
        return None
    pyogrio.write_dataframe(features, out, driver="GPKG", layer=out.stem)
    return out


def copy_rows(path: Path, bounds: Bounds, out: Path, columns: Sequence[str]) -> Path | None:
    """Copy the rows around an extent of a packed table with lon and lat; None if there are none.

    ``columns``: names where the file has no line of names. The file may be larger than the memory.

    Raises
    ------
    UnreadablePartError
        It is no packed table, or a row has no position.
    """
    west, south, east, north = bounds
    found = 0
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
            for row in rows if "lon" in first else _with(first, rows):
                if west <= float(row[lon]) <= east and south <= float(row[lat]) <= north:
                    writer.writerow(row)
                    found += 1
    except (OSError, EOFError, zlib.error, ValueError, IndexError) as error:
        raise UnreadablePartError(str(error)) from error
    if not found:
        out.unlink()
        return None
    return out


def parquet_rows(
    stream: IO[bytes], filters: Sequence[tuple[str, str, str]] | None = None
) -> pd.DataFrame:
    """Return the rows of a Parquet file; of row groups beyond ``filters`` nothing is read.

    Raises
    ------
    UnreadablePartError
        It is no Parquet file, or has no such columns.
    """
    try:
        return pq.read_table(stream, filters=filters and list(filters)).to_pandas()
    except (pa.ArrowException, KeyError) as error:
        raise UnreadablePartError(str(error)) from error


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file; one that says where its geometries are is a table of features.

    Raises
    ------
    UnreadablePartError
        It is no Parquet file.
    """
    try:
        known = pq.read_schema(path).metadata or {}
        if b"geo" in known:
            return gpd.read_parquet(path)
        return pq.read_table(path).to_pandas(ignore_metadata=True)
    except Exception as error:  # what writers say of themselves in it may be damaged in any way
        raise UnreadablePartError(f"{type(error).__name__}: {error}") from error


def _with(first: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    if first:
        yield first
    yield from rows


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
    wanted = from_bounds(
        *transform_bounds(WGS84, source.crs, *bounds, densify_pts=51), source.transform
    )
    rows, columns = wanted.toslices()
    top, left = max(0, math.floor(rows.start)), max(0, math.floor(columns.start))
    bottom = min(source.height, math.ceil(rows.stop))
    right = min(source.width, math.ceil(columns.stop))
    if bottom <= top or right <= left:
        return None
    return Window(left, top, right - left, bottom - top)


def _copy(source: rasterio.DatasetReader, window: Window, out: Path) -> None:
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
