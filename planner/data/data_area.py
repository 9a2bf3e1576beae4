"""Areas that data are fetched for: a code of a province, prefecture or county, or a file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from planner.data.registry import PROVINCES, path_of, province_names
from planner.errors import InputError, Problem

Bounds = tuple[float, float, float, float]
MARGIN_DEG = 0.1
"""Data reach this far beyond the area, since grids and radio paths do."""


@dataclass(frozen=True)
class DataArea:
    """An area: what names it on the command line, and its extent in degrees (WGS 84)."""

    text: str
    west: float
    south: float
    east: float
    north: float

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of the area itself."""
        return self.west, self.south, self.east, self.north

    @property
    def wide(self) -> Bounds:
        """West, south, east, north of what is fetched."""
        return (
            self.west - MARGIN_DEG, self.south - MARGIN_DEG, self.east + MARGIN_DEG,
            self.north + MARGIN_DEG,
        )  # fmt: skip

    @property
    def key(self) -> str:
        """Name of the folder of its data: the code, or a hash of the extent."""
        if self.text.isdigit():
            return self.text
        extent = ",".join(f"{value:.6f}" for value in self.bounds)
        return hashlib.sha256(extent.encode()).hexdigest()[:12]

    def within(self, bounds: Bounds) -> bool:
        """Whether the area lies inside some bounds."""
        west, south, east, north = bounds
        return (
            west <= self.west and south <= self.south and east >= self.east and north >= self.north
        )


def area_of(text: str) -> DataArea:
    """Return the area of a six-digit code, the English name of a province, or a polygon file.

    Raises
    ------
    InputError
        Neither a known code or name, nor a file that
        :func:`planner.openers.vector.read_features` reads.

    Examples
    --------
    >>> from planner.data.data_area import area_of
    >>> [round(value, 1) for value in area_of("520000").bounds]
    [103.6, 24.6, 109.6, 29.2]
    """
    code = _code_of(text)
    if code is not None:
        return DataArea(code, *_bounds_of(code))
    path = Path(text)
    if not path.is_file():
        raise InputError(
            Problem("no such area", key="--area", value=text, expected="a six-digit code of a "
                    "province, or of a prefecture or county of one of the embedded provinces, the "
                    "English name of a province, or a file of polygons")
        )  # fmt: skip
    from planner.openers.vector import VectorFile, read_features

    bounds = read_features(VectorFile(path, text, "--area")).total_bounds
    west, south, east, north = (float(value) for value in bounds)
    return DataArea(text, west, south, east, north)


def provinces_at(area: DataArea) -> tuple[str, ...]:
    """Return the English names of the provinces that an area may touch, by their outlines."""
    import shapely

    from planner.data.boundaries import read_boundaries

    names = {code: name_en for code, (_, name_en) in province_names().items()}
    if area.text.isdigit():
        return (names[f"{area.text[:2]}0000"],)
    outlines = read_boundaries(path_of("national_outlines"))
    # The outlines are simplified to 0.07 degree.
    touched = outlines[outlines.intersects(shapely.box(*area.bounds).buffer(0.07))]
    return tuple(names[code] for code in sorted(touched["adcode"]) if code in names)


def _code_of(text: str) -> str | None:
    names = province_names()
    if len(text) == 6 and text.isdigit() and f"{text[:2]}0000" in names:
        return text
    return next((code for code, (_, name) in names.items() if name.lower() == text.lower()), None)


@cache
def _bounds_of(code: str) -> Bounds:
    from planner.data.boundaries import load_counties, read_boundaries

    if f"{code[:2]}0000" in PROVINCES:
        inside = load_counties(f"{code[:2]}0000")
        ends = code.removesuffix("00").removesuffix("00")
        inside = inside[inside["adcode"].str.startswith(ends)]
    else:
        outlines = read_boundaries(path_of("national_outlines"))
        inside = outlines[outlines["adcode"] == code]
    if inside.empty:
        raise InputError(
            Problem("no boundary with this code is known here", key="--area", value=code,
                    expected="the code of a province, or a file of polygons")
        )  # fmt: skip
    west, south, east, north = (float(value) for value in inside.total_bounds)
    return west, south, east, north
