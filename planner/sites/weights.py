"""Weights that siting maximises: people, rasters such as traffic, priority places, with factors."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.errors import InputError, PlannerWarning, Problem
from planner.ground.area import StudyArea
from planner.ground.ground import Ground
from planner.ground.priority_places import PriorityPlaces
from planner.openers.raster import RasterFile, strips_around
from planner.openers.vector import VectorFile, column_weights, read_features, touched_cells
from planner.scenario.base import Origin
from planner.scenario.places import PriorityPlacesSection, people_steer
from planner.scenario.siting import MustServe, WeightPoints, WeightsSection

Cells = npt.NDArray[np.int64]
Raster = npt.NDArray[np.float32]


def siting_weight(
    section: WeightsSection,
    sections: Sequence[PriorityPlacesSection],
    ground: Ground,
    origin: Origin,
) -> Raster:
    """Return the weight of each cell (float32, grid shape): the people by default.

    Raises
    ------
    InputError
        A file that cannot be read or has no CRS, weights that are negative or not numbers, or
        no weight at all.
    """
    area = ground.area
    if people_steer(section, sections):
        return ground.demand.people
    weight = ground.demand.people.astype(np.float64) * section.people
    for index, raster in enumerate(section.rasters):
        path, key = origin.path(raster.file), f"weights.rasters.{index}.file"
        on_grid = _raster_on_grid(RasterFile(path, str(raster.file), key, raster.band), area)
        _warn_of_nothing(raster.file, on_grid)
        weight += raster.factor * on_grid
    for index, places in enumerate(section.places):
        on_grid = _places_on_grid(origin, f"weights.places.{index}", places, area)
        _warn_of_nothing(places.file, np.where(area.zone_index < 0, 0.0, on_grid))
        weight += places.factor * on_grid
    placed = _weight_of_priority_places(sections, ground)
    if placed is not None:
        weight += placed
    weight[area.zone_index < 0] = 0.0
    if not weight.any():
        raise InputError(
            Problem(
                "give no weight to the study area",
                origin.file,
                "weights",
                expected="some weight above 0",
            )
        )
    return weight.astype(np.float32)


def _warn_of_nothing(given: Path, on_grid: npt.NDArray[np.float64]) -> None:
    if not on_grid.any():
        warnings.warn(
            f"{given}: has no weight inside the study area; check its position and CRS",
            PlannerWarning,
            stacklevel=3,
        )


def cells_to_serve(
    must_serve: Sequence[MustServe],
    sections: Sequence[PriorityPlacesSection],
    ground: Ground,
    origin: Origin,
) -> npt.NDArray[np.bool_]:
    """Mark the land cells that must be served (bool, grid shape).

    These are the cells that features of ``[[must_serve]]`` or priority places that must be served
    touch.

    Raises
    ------
    InputError
        A file that cannot be read, or that touches no land of the study area.
    """
    area = ground.area
    marked = np.zeros(area.grid.shape, dtype=bool)
    for index, wanted in enumerate(must_serve):
        path, key = origin.path(wanted.file), f"must_serve.{index}.file"
        file = VectorFile(path, str(wanted.file), key, wanted.layer, wanted.where)
        shapes = read_features(file).geometry.to_crs(area.grid.crs)
        touched = touched_cells(shapes.make_valid(), area.grid)
        touched &= area.zone_index >= 0
        if not touched.any():
            raise InputError(
                Problem(
                    "touches no land of the study area",
                    str(wanted.file),
                    key,
                    expected="places inside it",
                )
            )
        marked |= touched
    marked.ravel()[_cells_of_must_serve(sections, ground)] = True
    return marked


def _places(sections: Sequence[PriorityPlacesSection], ground: Ground) -> PriorityPlaces:
    if ground.places is None:
        keys = len(sections)
        raise ValueError(f"a ground without the places of {keys} [[priority_places]] sections")
    return ground.places


def _weight_of_priority_places(
    sections: Sequence[PriorityPlacesSection], ground: Ground
) -> npt.NDArray[np.float64] | None:
    """Return the weight of places on the grid (float64, grid shape); None if no place has any.

    The weight of a line or a polygon is spread evenly over its cells.
    """
    if not any(section.steers for section in sections):
        return None
    places = _places(sections, ground)
    weight = np.zeros(ground.area.zone_index.size)
    for index, section in enumerate(sections):
        for row in places.rows_of(index) if section.steers else ():
            cells = places.cells_of(int(row))
            weight[cells] += float(places.table["weight"].iloc[row]) / len(cells)
    return weight.reshape(ground.area.grid.shape)


def _cells_of_must_serve(sections: Sequence[PriorityPlacesSection], ground: Ground) -> Cells:
    """Return the cells of places that must have the scenario's own service.

    Places with a service of their own are not included: stations are placed for them before siting.
    """
    numbers = [
        index
        for index, section in enumerate(sections)
        if section.use == "must_serve" and not section.service
    ]
    if not numbers:
        return np.zeros(0, np.int64)
    places = _places(sections, ground)
    wanted = [places.cells_of(int(row)) for index in numbers for row in places.rows_of(index)]
    return np.unique(np.concatenate(wanted)) if wanted else np.zeros(0, np.int64)


def _raster_on_grid(file: RasterFile, area: StudyArea) -> npt.NDArray[np.float64]:
    """Distribute weight per cell over the grid by area, so that its sum is conserved."""
    on_grid = np.zeros(area.grid.shape)
    for layer in strips_around(file, area.grid):
        wrong = layer.valid & ~(np.isfinite(layer.values) & (layer.values >= 0))
        if wrong.any():
            raise InputError(
                file.problem(
                    f"{int(wrong.sum())} cells have a negative or non-numeric weight",
                    float(layer.values[wrong][0]),
                    "finite weights of at least 0, and nodata in cells without data",
                )
            )
        layer.check_amounts()
        if (filled := layer.is_filled).any():
            raise InputError(
                file.problem(
                    f"{int(filled.sum()):,} cells hold a value that stands for no data", layer.fill,
                    "weights, and the file's nodata value in cells without data",
                )
            )  # fmt: skip
        on_grid += layer.counts_on_grid(area.grid)
    return on_grid


def _places_on_grid(
    origin: Origin, key: str, places: WeightPoints, area: StudyArea
) -> npt.NDArray[np.float64]:
    path, name = origin.path(places.file), str(places.file)
    features = read_features(VectorFile(path, name, f"{key}.file", places.layer, places.where))
    weight, wrong = column_weights(features, places.column, str(places.file), f"{key}.column")
    if wrong:
        raise InputError(wrong)
    points = features.geometry.to_crs(area.grid.crs).representative_point()
    cell = area.grid.cells(points.x.to_numpy(), points.y.to_numpy())
    inside = cell >= 0
    summed = np.bincount(cell[inside], weight[inside], minlength=area.zone_index.size)
    return summed.reshape(area.grid.shape).astype(np.float64)
