"""GDAL as this program uses it: known formats, and no network unless it is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyogrio
import rasterio
from pyproj import CRS

from planner.safe_inputs import is_remote_allowed

WGS84 = CRS.from_epsg(4326)
"""Longitude and latitude in degrees."""

RASTER_FORMATS = (
    "AAIGrid", "ACE2", "BAG", "BMP", "BT", "DTED", "EHdr", "ENVI", "GIF", "GPKG", "GRASSASCIIGrid",
    "GRIB", "GS7BG", "GSAG", "GSBG", "GTX", "GTiff", "GXF", "HDF4", "HDF4Image", "HDF5",
    "HDF5Image", "HF2", "HFA", "JP2OpenJPEG", "JPEG", "MBTiles", "NWT_GRD", "PCIDSK", "PCRaster",
    "PNG", "RMF", "RRASTER", "RST", "SAGA", "SIGDEM", "SNODAS", "SRTMHGT", "Terragen", "USGSDEM",
    "VRT", "XYZ", "ZMap", "netCDF",
)  # fmt: skip
"""Formats of files that hold their own data; services and catalogues of images are left out."""

_NO_NETWORK = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GDAL_HTTP_PROXY": "http://127.0.0.1:1",
    "GDAL_HTTPS_PROXY": "http://127.0.0.1:1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GML_DOWNLOAD_SCHEMA": "NO",
}
"""A proxy that nobody serves: whatever tries the network is refused at once."""


@contextmanager
def reading_rasters() -> Iterator[None]:
    """Open rasters without the network, unless it is allowed."""
    with rasterio.Env(**({} if is_remote_allowed() else _NO_NETWORK)):
        yield


@contextmanager
def reading_features() -> Iterator[None]:
    """Open vector files without the network, unless it is allowed."""
    if is_remote_allowed():
        yield
        return
    before = {name: pyogrio.get_gdal_config_option(name) for name in _NO_NETWORK}
    pyogrio.set_gdal_config_options(_NO_NETWORK)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
