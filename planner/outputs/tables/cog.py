"""A cloud-optimised GeoTIFF: one profile for all rasters of the outputs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rasterio.io import DatasetWriter, MemoryFile

if TYPE_CHECKING:
    from planner.ground.grid import Grid


@contextmanager
def cloud_optimised(path: Path, grid: Grid, **profile: Any) -> Iterator[DatasetWriter]:
    """Give a raster on ``grid`` to write bands and tags into; on leaving it, ``path`` is written.

    Parameters
    ----------
    path
        The file.
    grid
        Size, CRS and transform of the raster.
    profile
        What differs between files, in GDAL's words: ``count``, ``dtype``, ``nodata``,
        ``overview_resampling``, ``predictor``.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    # Made in memory, a few megabytes: on a full disk GDAL's own writer fails without saying so.
    with MemoryFile() as memory:
        with memory.open(
            driver="COG",
            width=grid.width,
            height=grid.height,
            crs=grid.crs,
            transform=grid.transform,
            compress="deflate",
            blocksize=512,
            num_threads=2,
            **profile,
        ) as raster:
            yield raster
        path.write_bytes(memory.getbuffer())
