"""Terrain of a study area: heights of the ground, clutter and sea on the grid, and profiles."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import Transformer
from rasterio.fill import fillnodata

from kernels.radio.models.p526 import HORIZONTAL, VERTICAL
from kernels.radio.profile import (
    effective_radius_km,
    lapse_rate_of_factor,
    profile_heights_m,
    profile_points,
)
from planner.data.cache import is_data_name
from planner.errors import InputError, PlannerWarning, Problem, all_results
from planner.ground.area import StudyArea
from planner.ground.grid import LONLAT, Grid
from planner.ground.land_cover import land_cover_on_grid
from planner.openers.raster import RasterFile, RasterLayer, bands_around
from planner.scenario import Scenario
from planner.scenario.base import Origin
from planner.scenario.terrain import TerrainSection, TerrainTile

LOWEST_M, HIGHEST_M = -500.0, 9000.0
HIGHEST_CLUTTER_M = 700.0
MOST_FINER = 8
"""Parts of a cell along each side whose heights are known, at most."""

_FINEST_M = 20.0
"""Smallest parts of cells whose heights are asked for: public terrain has pixels of 30 m."""
_MOST_FINE_CELLS = 40_000_000
_METRES = {"", "m", "metre", "meter"}
_FEET = {
    "ft": 0.3048,
    "foot": 0.3048,
    "feet": 0.3048,
    "us-ft": 1200 / 3937,
    "us survey foot": 1200 / 3937,
}

Raster = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Profile:
    """Ground from one point to another: distance in km and height in m (float64, N each)."""

    distances_km: npt.NDArray[np.float64]
    heights_m: npt.NDArray[np.float64]


@dataclass(frozen=True)
class TerrainWaves:
    """How waves go over terrain: keys of ``[terrain]``, polarisation as a code of P.526."""

    polarisation: int = VERTICAL
    diffraction_weight: float = 1.0
    time_percent: float = 50.0
    location_percent: float = 50.0
    refractivity: float = 325.0

    @classmethod
    def of(cls, section: TerrainSection) -> TerrainWaves:
        """Take them from the scenario."""
        return cls(
            VERTICAL if section.polarisation == "vertical" else HORIZONTAL,
            section.diffraction_weight, section.time_percent, section.location_percent,
            section.refractivity,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Terrain:
    """The ground of a study area on its grid.

    ``height_m`` (float32, grid shape): metres above sea level; 0 where nothing is known outside the
    area, so that it obstructs no path. ``known`` (bool): cells with data or filled from neighbours.
    ``sea`` (bool): cells taken as the sea. ``clutter_m`` (float32): height of buildings and trees
    over the ground, ``clutter_loss_db`` (float32) what land cover adds at a user, each None without
    such a layer. ``fine_m`` (float32): heights of finer parts of the
    cells, on which the people served are counted; None for the cells themselves.
    """

    grid: Grid
    height_m: Raster
    known: npt.NDArray[np.bool_]
    sea: npt.NDArray[np.bool_]
    clutter_m: Raster | None
    earth_radius_factor: float
    filled_cells: int
    fine_m: Raster | None = None
    clutter_loss_db: Raster | None = None
    waves: TerrainWaves = TerrainWaves()

    @property
    def finer(self) -> int:
        """Parts of a cell along each side whose heights are known: 1, 2, 4 or 8."""
        return 1 if self.fine_m is None else self.fine_m.shape[0] // self.grid.height

    @property
    def bare(self) -> Terrain:
        """The terrain with its full loss and without that of land cover."""
        is_bare = self.clutter_loss_db is None and self.waves.diffraction_weight == 1.0
        return self if is_bare else self._bare

    @cached_property
    def _bare(self) -> Terrain:
        waves = replace(self.waves, diffraction_weight=1.0)
        return replace(self, waves=waves, clutter_loss_db=None)

    @property
    def fine(self) -> Terrain:
        """The heights of the parts of cells as a terrain of their own."""
        if self.fine_m is None:
            return self
        loss_db = self.clutter_loss_db
        if loss_db is not None:
            loss_db = np.repeat(np.repeat(loss_db, self.finer, axis=0), self.finer, axis=1)
        return replace(
            self, grid=self.grid.finer(self.finer), height_m=self.fine_m, fine_m=None,
            clutter_loss_db=loss_db,
        )  # fmt: skip

    @property
    def effective_radius_km(self) -> float:
        """Effective radius of the Earth, over which rays are straight, in km."""
        return float(effective_radius_km(self.earth_radius_factor))

    @property
    def lapse_rate(self) -> float:
        """Fall of refractivity with height in N-units/km, delta-N of P.1812."""
        return float(lapse_rate_of_factor(self.earth_radius_factor))

    def check_sites(self, lon: npt.ArrayLike, lat: npt.ArrayLike, file: str | None = None) -> None:
        """Raise :class:`InputError` that lists the sites outside the terrain (degrees, WGS 84)."""
        x, y = Transformer.from_crs(LONLAT, self.grid.crs, always_xy=True).transform(
            np.atleast_1d(lon), np.atleast_1d(lat)
        )
        cells = self.grid.cells(x, y)
        outside = (cells < 0) | ~self.known.ravel()[np.maximum(cells, 0)]
        if outside.any():
            lons, lats = np.atleast_1d(lon), np.atleast_1d(lat)
            places = [
                f"site {i + 1} at {lons[i]:.6f}, {lats[i]:.6f}" for i in np.flatnonzero(outside)
            ]
            listing = "; ".join(places[:10]) + ("; ..." if len(places) > 10 else "")
            raise InputError(
                Problem(
                    f"{len(places)} sites outside the terrain: {listing}",
                    file,
                    "terrain.tiles",
                    expected="tiles that hold every site",
                )
            )

    def profile(self, start: tuple[float, float], end: tuple[float, float]) -> Profile:
        """Return the ground on the line between two points (longitude, latitude in degrees).

        The line is straight on the grid; over 100 km it is some metres off the great circle.

        Raises
        ------
        InputError
            A point outside the terrain, or two points at the same place.
        """
        lon, lat = zip(start, end, strict=True)
        self.check_sites(lon, lat)
        x, y = Transformer.from_crs(LONLAT, self.grid.crs, always_xy=True).transform(lon, lat)
        size_m, left, top = self.grid.cell_size_m, self.grid.transform.c, self.grid.transform.f
        ends = [
            ((top - b) / size_m - 0.5, (a - left) / size_m - 0.5) for a, b in zip(x, y, strict=True)
        ]
        length_km = math.dist(*ends) * size_m / 1000.0
        if not length_km > 0.0:
            raise InputError(Problem("a profile between two points at the same place", value=start))
        count = profile_points(*ends)
        heights_m = profile_heights_m(self.height_m, ends[0], ends[1], count)
        return Profile(np.linspace(0.0, length_km, count), heights_m)


def terrain_on_grid(scenario: Scenario, area: StudyArea) -> Terrain | None:
    """Bring the scenario's terrain onto the grid; None where the scenario has none.

    Finer tiles are averaged over a cell, coarser ones interpolated.

    Raises
    ------
    InputError
        All at once: unreadable tiles, no CRS, several bands, impossible heights; then land without
        data beyond the distance to which holes are filled, with its position.
    """
    section = scenario.terrain
    if section is None:
        return None
    height_m = _layer(scenario.origin, area, section.tiles, "terrain.tiles", (LOWEST_M, HIGHEST_M))
    clutter_m = None
    if section.clutter:
        limits = (0.0, HIGHEST_CLUTTER_M)
        clutter_m = _layer(scenario.origin, area, section.clutter, "terrain.clutter", limits)
        np.nan_to_num(clutter_m, copy=False)
    clutter_loss_db = None
    if section.land_cover is not None:
        cover_m, clutter_loss_db = land_cover_on_grid(section.land_cover, area, scenario.origin)
        # Heights that are known go before those of a class.
        clutter_m = cover_m if clutter_m is None else np.where(clutter_m > 0, clutter_m, cover_m)
        clutter_loss_db = clutter_loss_db if clutter_loss_db.any() else None
    _note_clutter(scenario.file, section, has_loss=clutter_loss_db is not None)
    inside = area.zone_index >= 0
    before = int(np.count_nonzero(inside & np.isnan(height_m)))
    if before:
        _fill_holes(height_m, section.fill_holes_m / area.grid.cell_size_m)
    known = np.isfinite(height_m)
    missing = inside & ~known
    sea = np.zeros(area.grid.shape, dtype=bool)
    if missing.any():
        _refuse_missing(scenario.file, area, section, missing)
        sea = ~known
        known |= missing
    np.nan_to_num(height_m, copy=False)
    filled = before - int(np.count_nonzero(missing))
    _note_treatment(scenario.file, area, filled, int(np.count_nonzero(missing)))
    fine_m = _fine_heights(scenario.origin, area, section, height_m)
    return Terrain(
        area.grid, height_m, known, sea, clutter_m, section.radius_factor, filled, fine_m,
        clutter_loss_db, TerrainWaves.of(section),
    )  # fmt: skip


def terrain_otherwise(
    terrain: Terrain, section: TerrainSection, area: StudyArea, origin: Origin
) -> Terrain:
    """Return the same heights with the waves and the losses of land cover of another section."""
    loss_db = None
    if section.land_cover is not None:
        _, loss_db = land_cover_on_grid(section.land_cover, area, origin)
        loss_db = loss_db if loss_db.any() else None
    return replace(terrain, clutter_loss_db=loss_db, waves=TerrainWaves.of(section))


def _fine_heights(
    origin: Origin, area: StudyArea, section: TerrainSection, height_m: Raster
) -> Raster | None:
    """Return heights of parts of cells; those of the cell where the tiles have none."""
    cells = area.grid.height * area.grid.width
    finer = max(
        one
        for one in (1, 2, 4, MOST_FINER)
        if one == 1
        or (area.grid.cell_size_m / one >= _FINEST_M and one**2 * cells <= _MOST_FINE_CELLS)
    )
    if finer == 1:
        return None

    def divided(raster: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.repeat(np.repeat(raster, finer, axis=0), finer, axis=1)

    fine = replace(area, grid=area.grid.finer(finer), zone_index=divided(area.zone_index))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PlannerWarning)
        fine_m = _layer(origin, fine, section.tiles, "terrain.tiles", (LOWEST_M, HIGHEST_M))
    np.copyto(fine_m, divided(height_m), where=np.isnan(fine_m))
    return fine_m


def _layer(
    origin: Origin,
    area: StudyArea,
    tiles: Sequence[TerrainTile],
    key: str,
    limits: tuple[float, float],
) -> Raster:
    """Lay tiles over the grid (float32), each where the ones before have no data."""
    layer = np.full(area.grid.shape, np.nan, dtype=np.float32)

    def lay(index: int, tile: TerrainTile) -> None:
        for path in origin.paths(tile.file):
            name = path.name if is_data_name(tile.file) else str(tile.file)
            file = RasterFile(path, name, f"{key}.{index}.file", tile.band)
            np.copyto(layer, _tile(area.grid, file, limits), where=np.isnan(layer))

    all_results(*(partial(lay, index, tile) for index, tile in enumerate(tiles)))
    if not np.isfinite(layer[area.zone_index >= 0]).any():
        raise InputError(
            Problem(
                "no tile touches the study area",
                origin.file,
                key,
                [str(tile.file) for tile in tiles],
                f"tiles around {_extent(area)}",
            )
        )
    return layer


def _tile(grid: Grid, file: RasterFile, limits: tuple[float, float]) -> Raster:
    """Return one tile on the grid, NaN where it has no data; heights are checked pixel by pixel."""
    heights_m = np.full(grid.shape, np.nan, dtype=np.float32)
    units = set()
    for rows, part, read in bands_around(file, grid):
        layer = replace(read, valid=read.valid & ~np.isnan(read.values))
        layer = _in_metres(layer)
        units.add(read.unit)
        _check_heights(layer, limits)
        found = layer.heights_on_grid(part)
        np.copyto(heights_m[rows], found, where=np.isnan(heights_m[rows]))
    _note_feet(file, units)
    return heights_m


def _in_metres(layer: RasterLayer) -> RasterLayer:
    """Convert heights in feet; refuse any other unit but metres."""
    unit = layer.unit.lower().rstrip("s")
    if unit in _METRES:
        return layer
    if unit not in _FEET:
        raise InputError(
            layer.file.problem("heights have an unknown unit", layer.unit, "metres or feet")
        )
    return replace(layer, values=layer.values * layer.values.dtype.type(_FEET[unit]))


def _note_feet(file: RasterFile, units: set[str]) -> None:
    for unit in units:
        if unit.lower().rstrip("s") not in _METRES:
            warnings.warn(
                f"{file.name}: heights in {unit} are converted to metres",
                PlannerWarning,
                stacklevel=4,
            )


def _check_heights(layer: RasterLayer, limits: tuple[float, float]) -> None:
    wrong = layer.valid & ~((layer.values >= limits[0]) & (layer.values <= limits[1]))
    wrong |= layer.is_filled
    if not wrong.any():
        return
    row, column = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
    x = layer.transform.c + (column + 0.5) * layer.transform.a
    y = layer.transform.f + (row + 0.5) * layer.transform.e
    lon, lat = Transformer.from_crs(layer.crs, LONLAT, always_xy=True).transform(x, y)
    raise InputError(
        layer.file.problem(
            f"{int(wrong.sum()):,} cells have impossible heights, the first at "
            f"{lon:.4f}, {lat:.4f}",
            float(layer.values[row, column]),
            f"metres from {limits[0]:g} to {limits[1]:g} (is this an undeclared nodata value?)",
        )
    )


def _fill_holes(height_m: Raster, reach_cells: float) -> None:
    """Fill cells without data from their neighbours, in place, up to a distance in cells."""
    hole = np.isnan(height_m)
    if reach_cells < 1.0:
        return
    filled = fillnodata(
        np.nan_to_num(height_m), mask=~hole, max_search_distance=reach_cells, smoothing_iterations=0
    )
    # fillnodata leaves cells out of reach at their old value, but they must stay holes.
    reached = fillnodata(
        np.where(hole, np.float32(0), np.float32(1)),
        mask=~hole,
        max_search_distance=reach_cells,
        smoothing_iterations=0,
    )
    np.copyto(height_m, filled, where=hole & (reached > 0.5))


def _refuse_missing(
    file: str,
    area: StudyArea,
    section: TerrainSection,
    missing: npt.NDArray[np.bool_],
) -> None:
    if section.missing == "sea":
        return
    cells = int(np.count_nonzero(missing))
    raise InputError(
        Problem(
            f"{cells * area.grid.cell_area_km2:,.1f} km² of the area ({cells:,} cells) have no "
            f"terrain within {section.fill_holes_m:g} m, the first at "
            f"{_place(area.grid, int(np.argmax(missing)))}",
            file,
            "terrain.tiles",
            expected="tiles that cover the whole area, a longer terrain.fill_holes_m, or "
            'terrain.missing = "sea"',
        )
    )


def _note_treatment(file: str, area: StudyArea, filled: int, sea: int) -> None:
    km2 = area.grid.cell_area_km2
    if filled:
        warnings.warn(
            f"{file}: {filled * km2:,.1f} km² without terrain data are filled from nearby heights",
            PlannerWarning,
            stacklevel=3,
        )
    if sea:
        warnings.warn(
            f"{file}: {sea * km2:,.1f} km² without terrain data are treated as sea (0 m)",
            PlannerWarning,
            stacklevel=3,
        )


def _note_clutter(file: str, section: TerrainSection, *, has_loss: bool) -> None:
    """Warn where a tier knows no clutter."""
    text = None
    if section.tier == "reference" and not section.clutter and section.land_cover is None:
        text = (
            "the reference tier knows no buildings and trees: in the countryside its loss is some "
            "30 dB too small; terrain.clutter or terrain.land_cover give them"
        )
    elif section.tier == "fast" and (section.clutter or section.land_cover) and not has_loss:
        text = (
            "the fast tier takes no heights of clutter: its models hold usual surroundings; "
            "terrain.land_cover.classes with loss_db say what differs"
        )
    if text:
        warnings.warn(f"{file}: {text}", PlannerWarning, stacklevel=3)


def _place(grid: Grid, cell: int) -> str:
    lon, lat = grid.lonlat(*grid.xy_m([cell]))
    return f"{lon[0]:.4f}, {lat[0]:.4f}"


def _extent(area: StudyArea) -> list[float]:
    return [round(float(value), 4) for value in area.boundary.bounds]
