"""A table of given sites: their positions, and values that differ from the scenario."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TypeVar, get_args

import geopandas as gpd
import pandas as pd

from planner.errors import InputError, Problem
from planner.ground.site_columns import warn_of_unread
from planner.openers.vector import VectorFile, read_features
from planner.radio.antenna import AntennaPattern, file_pattern
from planner.scenario.radio_presets import BandName

_RANGES = {
    "height_m": (3.0, 150.0),
    "power_dbm": (0.0, 90.0),
    "electrical_tilt_deg": (-30.0, 30.0),
    "mechanical_tilt_deg": (-30.0, 30.0),
    "load": (0.0, 1.0),
}
"""Optional columns of numbers and their ranges; an empty field takes the scenario's value."""

_TILT = "tilt_deg"
"""The whole tilt, given instead of its electrical and its mechanical part: all electrical."""

_AZIMUTHS = ("azimuths_deg", "azimuth_deg")
_MOST_AZIMUTHS = 12
ANTENNA = "antenna"
Antennas = Mapping[str, AntennaPattern]
_LISTED = 10
KEY = "sites"
T = TypeVar("T")


def read_sites(file: Path) -> pd.DataFrame:
    """Read sites from CSV (columns lon and lat, WGS 84), GeoPackage, GeoJSON or Shapefile.

    Optional columns: name (or site), azimuths_deg ("0;120;240") or azimuth_deg, height_m,
    power_dbm, tilt_deg (or electrical_tilt_deg and mechanical_tilt_deg), load, band, antenna (a
    file, relative to this one). A line with one azimuth is one sector. A warning
    names columns of other names that seem to describe antennas. Return one row for each line, with
    the columns site, lon, lat and those found.

    Raises
    ------
    InputError
        With all problems of the file, by line: no positions, values that are not numbers or out of
        range, unknown bands, repeated sectors.
    """
    features = read_features(VectorFile(file, str(file), KEY))
    if not (features.geometry.geom_type == "Point").all():
        raise InputError(Problem("sites must be points", str(file), KEY, expected="points"))
    features.columns = [str(name).strip().lower() for name in features.columns]
    understood = {*_RANGES, *_AZIMUTHS, _TILT, "band", ANTENNA}
    names = ", ".join(sorted(understood))
    warn_of_unread(features.columns, understood, str(file), f"known columns: {names}")
    columns = _Columns(features, str(file))
    sites = pd.DataFrame({"lon": features.geometry.x, "lat": features.geometry.y})
    given = columns.texts("site") or columns.texts("name")
    sites.insert(0, "site", [
        (given[i] if given else "") or f"site {i + 1}" for i in range(len(sites))
    ])  # fmt: skip
    for column, (least, most) in _RANGES.items():
        if column in features:
            sites[column] = columns.numbers(column, least, most)
    if _TILT in features:
        columns.check_without(_TILT, ("electrical_tilt_deg", "mechanical_tilt_deg"))
        sites["electrical_tilt_deg"] = columns.numbers(_TILT, *_RANGES["electrical_tilt_deg"])
        sites["mechanical_tilt_deg"] = sites["electrical_tilt_deg"] * 0.0
    if "band" in features:
        sites["band"] = columns.each("band", _band, f"one of {', '.join(get_args(BandName))}")
    if ANTENNA in features:
        known = "an antenna file (.msi, .pln), relative to the file of sites"
        sites[ANTENNA] = columns.each(ANTENNA, partial(_antenna, file.parent), known)
    found = next((column for column in _AZIMUTHS if column in features), None)
    if found:
        sites["azimuths_deg"] = columns.each(
            found, _azimuths, "degrees from 0 to 360, several with semicolons between"
        )
    columns.check_twice(sites)
    if columns.problems:
        raise InputError(columns.problems)
    return sites


def _antenna(folder: Path, text: str) -> str:
    if not (folder / text).is_file():
        raise ValueError
    return text


def site_antennas(file: Path, sites: pd.DataFrame, *, carrier_mhz: float) -> Antennas:
    """Return the patterns of the antenna files that sites name, by name; errors name the file."""
    names = sites[ANTENNA].dropna().unique() if ANTENNA in sites else ()
    return {
        str(name): file_pattern(
            file.parent / str(name), shown=str(name), key=ANTENNA, carrier_mhz=carrier_mhz
        )
        for name in names
    }


def _band(text: str) -> str:
    if text not in get_args(BandName):
        raise ValueError
    return text


def _azimuths(text: str) -> tuple[float, ...]:
    azimuths = tuple(float(part) for part in text.replace(";", " ").split())
    if not 0 < len(azimuths) <= _MOST_AZIMUTHS or not all(0.0 <= a <= 360.0 for a in azimuths):
        raise ValueError
    if len({azimuth % 360.0 for azimuth in azimuths}) < len(azimuths):
        raise ValueError
    return azimuths


class _Columns:
    """The columns of one file; problems are collected, the first of each column by line."""

    def __init__(self, features: gpd.GeoDataFrame, shown: str) -> None:
        self._features, self._shown = features, shown
        self.problems: list[Problem] = []

    def texts(self, column: str) -> list[str]:
        """Return the texts of a column, empty if there is no such column."""
        if column not in self._features:
            return []
        values = self._features[column]
        return ["" if missing else str(value).strip()
                for value, missing in zip(values, values.isna(), strict=True)]  # fmt: skip

    def numbers(self, column: str, least: float, most: float) -> list[float]:
        """Return numbers, NaN where a field is empty."""

        def number(text: str) -> float:
            value = float(text)
            if not least <= value <= most:
                raise ValueError
            return value

        found = self.each(column, number, f"a number from {least:g} to {most:g}")
        return [math.nan if value is None else float(value) for value in found]

    def each(self, column: str, read: Callable[[str], T], expected: str) -> list[T | None]:
        """Return ``read`` of each field, None where it is empty."""
        made: list[T | None] = []
        wrong = 0
        for row, text in enumerate(self.texts(column)):
            try:
                made.append(read(text) if text else None)
            except ValueError:
                made.append(None)
                wrong += 1
                if wrong <= _LISTED:
                    self._wrong(f"{column} of site {row + 1} is not valid", text, expected)
        if wrong > _LISTED:
            self._wrong(f"{column}: {wrong - _LISTED} more sites are not valid", None, expected)
        return made

    def check_without(self, column: str, others: tuple[str, ...]) -> None:
        """Refuse columns that say the same as ``column`` in another way."""
        found = [other for other in others if other in self._features]
        if found:
            self._wrong(f"has {column} and {', '.join(found)}", None, "one way to give the tilt")

    def check_twice(self, sites: pd.DataFrame) -> None:
        """Refuse two rows with the same place, band and directions."""
        place = sites[["lon", "lat"]].round(6)
        for column in ("band", "azimuths_deg"):
            if column in sites:
                place[column] = sites[column].map(str)
        rows = [int(row) + 1 for row in place.index[place.duplicated()]]
        if rows:
            self._wrong("the same sector occurs twice", rows[:_LISTED], "each one once")

    def _wrong(self, message: str, value: object, expected: str) -> None:
        self.problems.append(Problem(message, self._shown, KEY, value, expected))
