"""Files of measurements and of cells: columns by name or usual alias, any CRS, GCJ-02 if said."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from planner.errors import InputError, PlannerWarning, Problem, all_results
from planner.ground.gcj02 import wgs84_of_gcj02
from planner.ground.grid import LONLAT
from planner.openers.parts import UnreadablePartError, read_parquet
from planner.openers.table import is_table, read_table
from planner.openers.vector import VectorFile, read_features
from planner.safe_inputs import check_regular

Floats = npt.NDArray[np.float64]

SAMPLE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "long", "gps_lon", "经度"),
    "lat": ("lat", "latitude", "gps_lat", "纬度"),
    "x": ("x", "x_m", "easting", "east"),
    "y": ("y", "y_m", "northing", "north"),
    "rsrp": ("rsrp", "rsrp_dbm", "ss_rsrp", "ss-rsrp", "lte_rsrp", "nr_rsrp", "rx_level", "rxlev",
             "signal", "signal_dbm", "dbm", "参考信号接收功率"),
    "rsrq": ("rsrq", "rsrq_db", "ss_rsrq", "ss-rsrq"),
    "sinr": ("sinr", "sinr_db", "ss_sinr", "ss-sinr", "rs_sinr", "snr"),
    "rate": ("rate", "rate_mbit_s", "throughput", "throughput_mbps", "dl_mbps"),
    "time": ("time", "timestamp", "datetime", "date_time", "measured_at", "时间"),
    "cell": ("cell", "cell_id", "cellid", "cell_name", "cell index", "cell_index", "eci", "ecgi",
             "nci", "cgi", "ci", "小区", "小区名称"),
    "accuracy": ("accuracy", "accuracy_m", "hacc", "horizontal_accuracy", "gps_accuracy"),
    "indoor": ("indoor", "inside", "is_indoor", "室内"),
    "ground": ("ground_m", "ground", "altitude", "altitude_m", "elevation"),
    "building": ("building_m", "building", "building_height", "building_height_m"),
    "clutter": ("clutter", "clutter_index", "clutter index"),
}  # fmt: skip
"""Columns of samples by name; a file may use any of the aliases, in upper or lower case."""

CELL_ALIASES: Mapping[str, tuple[str, ...]] = {
    **{name: SAMPLE_ALIASES[name]
       for name in ("lon", "lat", "x", "y", "ground", "building", "clutter")},
    "cell": (*SAMPLE_ALIASES["cell"], "name", "id"),
    "height": ("height_m", "height", "antenna_height", "antenna_height_m", "挂高"),
    "azimuth": ("azimuth_deg", "azimuth", "bearing", "方位角"),
    "electrical_tilt": ("electrical_tilt_deg", "electrical_tilt", "etilt", "e_tilt", "ret",
                        "电下倾"),
    "mechanical_tilt": ("mechanical_tilt_deg", "mechanical_tilt", "mtilt", "m_tilt", "机械下倾"),
    "power": ("power_dbm", "power", "rs_power", "rs_power_dbm", "rspower", "参考信号功率"),
    "carrier": ("carrier_mhz", "carrier", "frequency_mhz", "frequency", "freq"),
}  # fmt: skip
"""Columns of cells."""

_NEEDED = ("rsrp", "cell")
_CHINA = (72.0, 138.0, 0.8, 56.0)
_NEARER = 0.8


@dataclass(frozen=True)
class PositionFormat:
    """How positions are meant: ``crs`` of columns x and y, and whether lon and lat are GCJ-02."""

    crs: str | None = None
    gcj02: bool = False


def read_rows(
    paths: Sequence[Path], aliases: Mapping[str, tuple[str, ...]], positions: PositionFormat
) -> pd.DataFrame:
    """Read files into one frame with the names of ``aliases`` and lon, lat in WGS 84.

    Raises
    ------
    InputError
        With every problem of all the files: columns that are missing or there twice, a CRS that is
        not said or not known, positions that are swapped or not on the Earth.
    """
    frames = all_results(*(partial(_rows_of, path, aliases, positions) for path in paths))
    return pd.concat(frames, ignore_index=True)


def power_dbm(column: pd.Series, name: str) -> Floats:
    """Return powers in dBm; milliwatts throughout are converted, other units refused."""
    power = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, copy=True)
    given = power[np.isfinite(power)]
    if not len(given):
        raise InputError(Problem("holds no number", name, "rsrp", expected="powers in dBm"))
    tiny = (given > 0.0) & (given < 1e-3)
    if tiny.all():
        warnings.warn(f"{name}: RSRP is in mW; converted to dBm", PlannerWarning, stacklevel=3)
        return np.asarray(10.0 * np.log10(power))
    if tiny.any():
        raise InputError(
            Problem("units are mixed: dBm and mW", name, "rsrp",
                    f"{int(tiny.sum()):,} of {len(given):,} look like mW", "dBm throughout")
        )  # fmt: skip
    if np.median(given) >= 0.0:
        whole = bool(np.all(given == np.round(given))) and given.max() <= 127
        what = (
            "report indices of 3GPP TS 36.133 or 38.133, or dBm without their sign"
            if whole
            else "no dBm"
        )
        raise InputError(
            Problem(
                f"positive powers: {what}", name, "rsrp", float(np.median(given)), "dBm, below zero"
            )
        )
    return np.asarray(power, np.float64)


def warn_of_gcj02(samples: tuple[Floats, Floats], cells: tuple[Floats, Floats]) -> None:
    """Warn if samples lie nearer to their cells once their positions are taken as GCJ-02.

    ``samples`` and ``cells``: longitudes and latitudes, row by row of sample and its cell.
    """
    lon, lat = samples
    west, east, south, north = _CHINA
    inside = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    if not inside.any():
        return
    taken = np.median(_apart_m(samples, cells)[inside])
    shifted = np.median(_apart_m(wgs84_of_gcj02(lon, lat), cells)[inside])
    if shifted < _NEARER * taken:
        warnings.warn(
            f"samples lie {taken:,.0f} m from their cells in the median, {shifted:,.0f} m if their "
            "positions are GCJ-02: if they are, say --gcj02",
            PlannerWarning,
            stacklevel=3,
        )


def _apart_m(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> Floats:
    east = (one[0] - other[0]) * np.cos(np.radians(other[1]))
    return np.asarray(111_195.0 * np.hypot(east, one[1] - other[1]))


def _rows_of(
    path: Path, aliases: Mapping[str, tuple[str, ...]], positions: PositionFormat
) -> pd.DataFrame:
    name = str(path)
    if not path.is_file():
        raise InputError(Problem("no such file", name, expected="CSV, Parquet or GeoPackage"))
    suffix = path.suffix.lower()
    if is_table(path):
        raw = pd.DataFrame(read_table(path, "measurements", name).frame)
    elif suffix in {".parquet", ".geoparquet"}:
        raw = _parquet(path, name)
    else:
        raw = read_features(VectorFile(path, name, "measurements"))
    if isinstance(raw, gpd.GeoDataFrame):
        points = raw.geometry.to_crs(LONLAT).representative_point()
        raw = pd.DataFrame(raw.drop(columns=raw.geometry.name))
        keep = [c for c in raw.columns if str(c).strip().lower() not in _POSITIONS]
        raw = raw[keep].assign(lon=points.x.to_numpy(), lat=points.y.to_numpy())
    found = _named(raw, aliases, name)
    _check_needed(found, aliases, name)
    return _placed(found, positions, name)


_POSITIONS = {alias for key in ("lon", "lat", "x", "y") for alias in SAMPLE_ALIASES[key]}


def _parquet(path: Path, name: str) -> pd.DataFrame:
    check_regular(path, name)
    try:
        return read_parquet(path)
    except UnreadablePartError as error:
        raise InputError(Problem(f"cannot be read as Parquet: {error}", name)) from error


def _named(raw: pd.DataFrame, aliases: Mapping[str, tuple[str, ...]], name: str) -> pd.DataFrame:
    """Return the columns that are known, under their names; several aliases of one are refused."""
    lower = [str(column).strip().lower() for column in raw.columns]
    columns, problems = {}, []
    for key, names in aliases.items():
        at = [k for k, one in enumerate(lower) if one in names]
        if len(at) > 1:
            problems.append(
                Problem(
                    f"several columns say {key}", name, key, [str(raw.columns[k]) for k in at],
                    "each of them once",
                )
            )  # fmt: skip
        elif at:
            columns[key] = raw.iloc[:, at[0]]
    if problems:
        raise InputError(problems)
    return pd.DataFrame(columns, index=raw.index)


def _check_needed(found: pd.DataFrame, aliases: Mapping[str, tuple[str, ...]], name: str) -> None:
    problems = [
        Problem("column is missing", name, key, expected=f"one of {', '.join(aliases[key][:5])}")
        for key in _NEEDED
        if key in aliases and key not in found
    ]
    if not ({"lon", "lat"} <= set(found) or {"x", "y"} <= set(found)):
        problems.append(
            Problem(
                "has no columns of positions", name, expected="lon and lat, or x and y with a CRS"
            )
        )
    if problems:
        raise InputError(problems)


def _placed(found: pd.DataFrame, positions: PositionFormat, name: str) -> pd.DataFrame:
    """Return the frame with lon and lat (WGS 84) as numbers; rows without a position have NaN."""
    if {"lon", "lat"} <= set(found):
        lon, lat = (_numbers(found, key) for key in ("lon", "lat"))
    else:
        if positions.crs is None:
            raise InputError(
                Problem(
                    "has x and y without a CRS",
                    name,
                    "crs",
                    expected="--crs EPSG:32648 or the like",
                )
            )
        try:
            to_lonlat = Transformer.from_crs(CRS(positions.crs), LONLAT, always_xy=True)
        except CRSError as error:
            raise InputError(
                Problem("no such CRS", name, "crs", positions.crs, "an EPSG code")
            ) from error
        lon, lat = to_lonlat.transform(_numbers(found, "x"), _numbers(found, "y"))
    known = np.isfinite(lon) & np.isfinite(lat)
    wrong = known & ((np.abs(lon) > 180.0) | (np.abs(lat) > 90.0))
    if wrong.any():
        swapped = bool(np.all(np.abs(lon[known]) <= 90.0) and np.all(np.abs(lat[known]) <= 180.0))
        raise InputError(
            Problem(
                "longitude and latitude are swapped"
                if swapped
                else "positions are not on the Earth",
                name,
                "lon, lat",
                [round(float(lon[wrong][0]), 4), round(float(lat[wrong][0]), 4)],
                "longitude from -180 to 180, latitude from -90 to 90",
            )
        )
    if positions.gcj02:
        lon[known], lat[known] = wgs84_of_gcj02(lon[known], lat[known])
    left = found.drop(columns=[key for key in ("lon", "lat", "x", "y") if key in found])
    return left.assign(lon=np.where(known, lon, np.nan), lat=np.where(known, lat, np.nan))


def _numbers(found: pd.DataFrame, key: str) -> Floats:
    return np.array(pd.to_numeric(found[key], errors="coerce"), np.float64)
