"""The ground of one path: given directly, or taken along the great circle over a terrain."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pyproj import Geod, Transformer

from kernels.radio.p1812.terms import COASTAL, INLAND, SEA, Zones
from kernels.radio.profile import raster_height_m
from planner.errors import InputError, Problem
from planner.ground.grid import LONLAT
from planner.ground.terrain import Terrain
from planner.radio.propagation_model import Floats

LEAST_POINTS = 3
"""Fewest points of a profile: both ends and one between, which P.526 and P.1812 need."""

_ZONES = {SEA: "sea", COASTAL: "coastal land", INLAND: "inland"}


@dataclass(frozen=True)
class PathProfile:
    """The ground from the base station to the terminal, N points.

    ``distances_km`` from 0 upwards; ``heights_m`` above sea level; ``clutter_m`` buildings and
    trees over the ground; ``zones`` (int8) the radio-climatic zone of each point: 1 sea,
    3 coastal land, 4 inland (ITU-R P.1812, Table 4). ``latitude_deg`` is that of the middle.
    Made by :func:`path_profile` or :func:`great_circle_profile`, which check it.
    """

    distances_km: Floats
    heights_m: Floats
    clutter_m: Floats
    zones: Zones
    latitude_deg: float

    @property
    def distance_km(self) -> float:
        """Length of the path."""
        return float(self.distances_km[-1])


def path_profile(
    distances_km: npt.ArrayLike,
    heights_m: npt.ArrayLike,
    *,
    clutter_m: npt.ArrayLike | None = None,
    zones: npt.ArrayLike | None = None,
    latitude_deg: float = 30.0,
) -> PathProfile:
    """Return a profile that the models can compute with.

    Parameters
    ----------
    distances_km
        Distance of each point from the base station: 0 first, then rising.
    heights_m
        Ground above sea level at each point.
    clutter_m
        Height of buildings and trees at each point; none without it.
    zones
        Radio-climatic zone of each point, 1, 3 or 4; inland without it.
    latitude_deg
        Latitude of the middle of the path.

    Raises
    ------
    InputError
        All at once: fewer than three points, arrays of different lengths, values that are not
        numbers, distances that do not rise from 0, negative clutter, unknown zones.
    """
    count = np.size(distances_km)
    arrays = {
        "distances_km": _line(distances_km),
        "heights_m": _line(heights_m),
        "clutter_m": _line(np.zeros(count) if clutter_m is None else clutter_m),
        "zones": _line(np.full(count, INLAND) if zones is None else zones),
    }
    problems = _problems(arrays, latitude_deg)
    if problems:
        raise InputError(problems)
    return PathProfile(
        arrays["distances_km"],
        arrays["heights_m"],
        arrays["clutter_m"],
        arrays["zones"].astype(np.int8),
        float(latitude_deg),
    )


def great_circle_profile(
    terrain: Terrain,
    start: tuple[float, float],
    end: tuple[float, float],
    *,
    step_m: float | None = None,
) -> PathProfile:
    """Return the ground below the shortest line between two places.

    Parameters
    ----------
    terrain
        Heights, clutter and sea of a study area.
    start, end
        Longitude and latitude in degrees (WGS 84): base station, terminal.
    step_m
        Maximum distance between two points, which are evenly spaced; default: a cell of the
        terrain.

    Raises
    ------
    InputError
        Invalid positions, two ends at the same place, an end outside the terrain, or a path that
        leaves the terrain, with the place where it does.
    """
    _check_places(start, end)
    lon, lat = zip(start, end, strict=True)
    terrain.check_sites(lon, lat)
    geod = Geod(ellps="WGS84")
    _, _, length_m = geod.inv(*start, *end)
    if not length_m > 0.0:
        raise InputError(Problem("a profile between two points at the same place", value=start))
    most_m = terrain.grid.cell_size_m if step_m is None else step_m
    if not most_m > 0.0:
        raise InputError(Problem("no step", key="step_m", value=step_m, expected="more than 0 m"))
    count = max(LEAST_POINTS, math.ceil(length_m / most_m - 1e-9) + 1)
    line = geod.inv_intermediate(
        *start, *end, npts=count, initial_idx=0, terminus_idx=0, return_back_azimuth=True
    )
    lons, lats = np.asarray(line.lons), np.asarray(line.lats)
    rows, columns, cells = _on_grid(terrain, lons, lats)
    off = (cells < 0) | ~terrain.known.ravel()[np.maximum(cells, 0)]
    if off.any():
        first = int(np.argmax(off))
        raise InputError(
            Problem(
                f"the path leaves the terrain at {lons[first]:.4f}, {lats[first]:.4f}",
                key="terrain.tiles",
                expected="tiles that cover the whole path",
            )
        )
    zones = np.where(terrain.sea.ravel()[cells], SEA, INLAND)
    return path_profile(
        np.linspace(0.0, length_m / 1000.0, count),
        _heights_m(terrain.height_m, rows, columns),
        clutter_m=None
        if terrain.clutter_m is None
        else _heights_m(terrain.clutter_m, rows, columns),
        zones=zones,
        latitude_deg=float(lats[count // 2]),
    )


def _line(values: npt.ArrayLike) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64).ravel()


def _problems(arrays: dict[str, Floats], latitude_deg: float) -> list[Problem]:
    """Return the problems of distances, heights, clutter and zones, all as numbers."""
    distances_km = arrays["distances_km"]
    found = [
        Problem(
            "not as long as distances_km",
            key=key,
            value=values.size,
            expected=f"{distances_km.size} values",
        )
        for key, values in arrays.items()
        if values.size != distances_km.size
    ]
    if distances_km.size < LEAST_POINTS:
        expected = f"at least {LEAST_POINTS}: both ends and one between"
        value = distances_km.size
        found.append(Problem("too few points", key="distances_km", value=value, expected=expected))
    for key in ("distances_km", "heights_m", "clutter_m"):
        found += _first(key, ~np.isfinite(arrays[key]), "is not a number", arrays, "a number")
    found += _order_problems(distances_km)
    low = arrays["clutter_m"] < 0.0
    found += _first("clutter_m", low, "is below ground", arrays, "0 or more")
    names = ", ".join(f"{code} {name}" for code, name in _ZONES.items())
    unknown = ~np.isin(arrays["zones"], list(_ZONES))
    found += _first("zones", unknown, "is not a zone", arrays, names)
    if not abs(latitude_deg) <= 90.0:
        found.append(Problem("no latitude", None, "latitude_deg", latitude_deg, "-90 to 90"))
    return found


def _first(
    key: str,
    wrong: npt.NDArray[np.bool_],
    message: str,
    arrays: dict[str, Floats],
    expected: str,
) -> list[Problem]:
    """Return the first point of an array that is wrong, if there is one."""
    return [_at(int(np.argmax(wrong)), key, message, arrays[key], expected)] if wrong.any() else []


def _order_problems(distances_km: Floats) -> list[Problem]:
    found = []
    if distances_km.size and distances_km[0] != 0.0:
        found.append(_at(0, "distances_km", "is not the base station", distances_km, "0"))
    steps = np.flatnonzero(np.diff(distances_km) <= 0.0)
    if steps.size:
        index = int(steps[0]) + 1
        found.append(
            _at(
                index,
                "distances_km",
                "is no farther than the one before",
                distances_km,
                "rising distances",
            )
        )
    return found


def _at(index: int, key: str, message: str, values: Floats, expected: str) -> Problem:
    return Problem(
        f"point {index + 1} {message}", key=key, value=values[index].item(), expected=expected
    )


def _check_places(start: tuple[float, float], end: tuple[float, float]) -> None:
    problems = [
        Problem("no position", key=key, value=place, expected="longitude, latitude in degrees")
        for key, place in (("start", start), ("end", end))
        if not (abs(place[0]) <= 180.0 and abs(place[1]) <= 90.0)
    ]
    if problems:
        raise InputError(problems)


def _on_grid(
    terrain: Terrain, lons: Floats, lats: Floats
) -> tuple[Floats, Floats, npt.NDArray[np.int64]]:
    """Return rows and columns with fractions, 0 the centre of the first cell, and flat cells."""
    grid = terrain.grid
    x, y = Transformer.from_crs(LONLAT, grid.crs, always_xy=True).transform(lons, lats)
    rows = (grid.transform.f - np.asarray(y)) / grid.cell_size_m - 0.5
    columns = (np.asarray(x) - grid.transform.c) / grid.cell_size_m - 0.5
    return rows, columns, grid.cells(x, y)


def _heights_m(raster: npt.NDArray[np.float32], rows: Floats, columns: Floats) -> Floats:
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return np.array([raster_height_m(raster, row, column) for row, column in pairs])
