"""The places of a claim: squares of land that a raster or polygons say are covered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS
from rasterio.features import shapes
from rasterio.warp import transform
from scipy.ndimage import distance_transform_edt
from scipy.special import ndtr, ndtri

from planner.errors import InputError, Problem
from planner.ground.grid import LONLAT
from planner.measurements.audit_design import ClaimedPlaces
from planner.openers.raster import EARTH, RasterFile, RasterLayer, opened
from planner.openers.vector import VectorFile, polygons_of, read_features

Floats = npt.NDArray[np.float64]

RASTERS = frozenset({".tif", ".tiff", ".vrt"})
SPREAD_DB = 9.0
"""How far measured places spread about a claimed power: that of calibrated models on unseen
cells."""
EDGE_CHANCE, INNER_M = 0.6, 400.0
"""Without claimed powers: the chance of being covered at the edge, and how fast it rises
inwards."""
_MOST_PLACES = 50_000


@dataclass(frozen=True)
class PlacesOfClaim:
    """Claimed places with their longitudes and latitudes."""

    places: ClaimedPlaces
    lon: Floats
    lat: Floats


def claimed_places(claim: Path, *, place_m: float, threshold_dbm: float) -> PlacesOfClaim:
    """Return the claimed land as squares of ``place_m``, of equal weight.

    Where the claim gives powers, the chance that a place is covered is that of a normal spread of 9
    dB about them; else it rises from the edge of the claimed land inwards.

    Raises
    ------
    InputError
        A claim that cannot be read, claims nothing, or has more than 50,000 places.
    """
    land, crs = _land(claim, threshold_dbm)
    if place_m <= 0.0:
        raise InputError(
            Problem("is not the side of a place", key="places_m", value=place_m, expected="above 0")
        )
    west, south, east, north = land.bounds
    columns, rows = (int(np.ceil(size / place_m)) for size in (east - west, north - south))
    if land.area / place_m**2 > _MOST_PLACES:
        raise InputError(
            Problem("has too many places", str(claim), "places_m", int(land.area / place_m**2),
                    f"at most {_MOST_PLACES:,}: larger places")
        )  # fmt: skip
    x = west + (np.arange(columns) + 0.5) * place_m
    y = south + (np.arange(rows) + 0.5) * place_m
    grid_x, grid_y = np.meshgrid(x, y)
    inside = shapely.contains_xy(land, grid_x, grid_y)
    if not inside.any():
        raise InputError(Problem("claims no land", str(claim), expected="covered land"))
    deep = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1] * place_m - place_m / 2.0
    chance = ndtr(ndtri(EDGE_CHANCE) + deep / INNER_M)
    px, py = grid_x[inside], grid_y[inside]
    lon, lat = (np.asarray(v) for v in transform(crs, LONLAT, px, py))
    if claim.suffix.lower() in RASTERS:
        power, _ = read_claim(claim).at(lon, lat)
        known = np.isfinite(power)
        if known.any() and np.nanmin(power) < 0.0:
            likely = ndtr((power - threshold_dbm) / SPREAD_DB)
            chance[inside] = np.where(known, likely, chance[inside])
    ones = np.ones(len(px))
    return PlacesOfClaim(ClaimedPlaces(px, py, ones, chance[inside]), lon, lat)


def write_places(found: PlacesOfClaim, rows: npt.NDArray[np.int64], path: Path) -> None:
    """Write the places to measure as CSV: longitude, latitude, chance of being covered."""
    table = pd.DataFrame({"lon": found.lon[rows], "lat": found.lat[rows]}).round(6)
    table["chance"] = found.places.chance[rows].round(3)
    table.to_csv(path, index=False)


def _land(claim: Path, threshold_dbm: float) -> tuple[shapely.Geometry, CRS]:
    """Return the claimed land in metres, and the CRS."""
    if claim.suffix.lower() in RASTERS:
        claimed = _raster_shapes(claim, threshold_dbm)
    else:
        file = VectorFile(claim, str(claim), "claim")
        claimed = polygons_of(read_features(file), file, treatment="repair").geometry
    crs = claimed.estimate_utm_crs()
    return shapely.union_all(claimed.to_crs(crs).to_numpy()), crs


def read_claim(claim: Path) -> RasterLayer:
    """Read a raster of claimed coverage: powers in dBm, or numbers above 0 where it is covered.

    Raises
    ------
    InputError
        As :func:`planner.openers.raster.opened`.
    """
    with opened(RasterFile(claim, str(claim), "claim"), EARTH) as source:
        return source.whole()


def is_claimed(value: Floats, threshold_dbm: float) -> npt.NDArray[np.bool_]:
    """Return where values of a raster claim coverage; NaN claims nothing."""
    known = np.isfinite(value)
    powers = known.any() and float(np.nanmin(value)) < 0.0
    return known & (value >= threshold_dbm if powers else value > 0.0)


def _raster_shapes(claim: Path, threshold_dbm: float) -> gpd.GeoSeries:
    layer = read_claim(claim)
    claimed = is_claimed(np.where(layer.valid, layer.values, np.nan), threshold_dbm)
    drawn = shapes(claimed.astype("uint8"), mask=claimed, transform=layer.transform)
    found = [shapely.geometry.shape(one) for one, _ in drawn]
    if not found:
        raise InputError(Problem("claims no land", str(claim), expected="covered land"))
    return gpd.GeoSeries(found, crs=layer.crs)
