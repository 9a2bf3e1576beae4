"""Priority places of a scenario on its grid: read, checked, and the cells they touch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from affine import Affine
from rasterio.features import rasterize

from planner.data import path_of
from planner.errors import InputError, Problem, all_results
from planner.ground.area import StudyArea, land_cells
from planner.ground.grid import LONLAT
from planner.openers.table import data_table
from planner.openers.vector import VectorFile, column_weights, read_features
from planner.scenario import Scenario
from planner.scenario.base import Origin
from planner.scenario.places import SHIPPED_CLASS, PriorityPlacesSection, place_class_names

Cells = npt.NDArray[np.int64]

_SETS = {
    "airports": "places_airports",
    "prefecture_seats": "places_seats",
    "county_seats": "places_seats",
}
_NAME_COLUMNS = ("name", "名称", "站名")
_LISTED = 10


@dataclass(frozen=True)
class PriorityPlaces:
    """Places in the order of the scenario's sections and files.

    ``table`` (EPSG:4326): place_id, name, name_zh, place_class, section (number of the section of
    the scenario), weight (the place's weight in siting), shape (Point, LineString, Polygon),
    geometry. ``first`` (int64[n + 1]) and ``cell`` (int64): land cells that each touches, at least
    one. ``dropped``: messages about places outside the area that were dropped.
    """

    table: gpd.GeoDataFrame
    first: Cells
    cell: Cells
    dropped: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.table)

    def cells_of(self, row: int) -> Cells:
        """Return the cells of one place."""
        return self.cell[self.first[row] : self.first[row + 1]]

    def cells_of_section(self, section: int) -> Cells:
        """Return the cells of the places of one section of the scenario, each once, ascending."""
        none = np.zeros(0, np.int64)
        return np.unique(np.concatenate([none, *map(self.cells_of, self.rows_of(section))]))

    def rows_of(self, section: int) -> Cells:
        """Return the rows of the places of one section of the scenario."""
        return np.flatnonzero(self.table["section"].to_numpy() == section)


def priority_places(scenario: Scenario, area: StudyArea) -> PriorityPlaces | None:
    """Read the priority places of a scenario; None when it has none.

    Raises
    ------
    InputError
        All problems of all sections at once: a file that cannot be read, unknown classes, weights
        that are negative or not numbers, places outside the area unless they are to be dropped.
    """
    if not scenario.priority_places:
        return None
    known = place_class_names(scenario.place_classes)
    read = all_results(
        *(
            partial(_section_places, index, section, area, known, scenario.origin)
            for index, section in enumerate(scenario.priority_places)
        )
    )
    parts = [part.assign(section=index) for index, (part, _) in enumerate(read)]
    dropped = [text for _, texts in read for text in texts]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), geometry="geometry", crs=LONLAT)
    table.insert(0, "place_id", [f"P{row + 1:05d}" for row in range(len(table))])
    table["shape"] = [_kind(shape) for shape in table.geometry]
    cells = list(_cells(table.geometry.to_crs(area.grid.crs), area))
    first = np.concatenate([[0], np.cumsum([len(one) for one in cells], dtype=np.int64)])
    cell = np.concatenate(cells) if cells else np.zeros(0, np.int64)
    return PriorityPlaces(table, first.astype(np.int64), cell.astype(np.int64), tuple(dropped))


def _section_places(
    index: int,
    section: PriorityPlacesSection,
    area: StudyArea,
    known: Collection[str],
    origin: Origin,
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the places of a section, and what to say of those that were left out."""
    if section.shipped is not None:
        return _shipped(index, section, area)
    key, given = f"priority_places.{index}", section.file or Path()
    features = read_features(
        VectorFile(origin.path(given), str(given), f"{key}.file", section.layer, section.where)
    )
    problems = [*_class_problems(known, key, section, features)]
    weight, wrong = column_weights(
        features, section.weight_column, str(section.file), f"{key}.weight_column"
    )
    problems += wrong
    dropped: list[str] = []
    outside = ~shapely.intersects(area.boundary, features.geometry.values)
    if outside.any():
        text = _outside_text(features, outside)
        if section.outside_area == "drop" and not outside.all():
            dropped.append(f"{given}: {text}; dropped")
        else:
            problems.append(
                Problem(text, str(given), f"{key}.file", expected='places in the study area, or '
                        'outside_area = "drop"')
            )  # fmt: skip
    if problems:
        raise InputError(problems)
    name = next((column for column in _NAME_COLUMNS if column in features), None)
    zh = "name_zh" if "name_zh" in features else None
    table = gpd.GeoDataFrame(
        {
            "name": _texts(features, name),
            "name_zh": _texts(features, zh),
            "place_class": _texts(features, section.class_column)
            if section.class_column
            else section.place_class,
            "weight": section.weight * weight,
        },
        geometry=features.geometry.make_valid().to_numpy(),
        crs=LONLAT,
    )
    return table[~outside].reset_index(drop=True), dropped


def _shipped(
    index: int, section: PriorityPlacesSection, area: StudyArea
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the shipped places inside the area, and a message where there are none."""
    name = str(section.shipped)
    rows = data_table(path_of(_SETS[name]))
    rows = rows[rows["place_class"] == SHIPPED_CLASS[name]]
    points = gpd.points_from_xy(rows["lon"].astype(float), rows["lat"].astype(float))
    table = gpd.GeoDataFrame(
        rows[["name", "name_zh", "place_class"]].assign(weight=section.weight),
        geometry=points,
        crs=LONLAT,
    )
    inside = shapely.covers(area.boundary, table.geometry.values)
    if inside.any():
        return table[inside].reset_index(drop=True), []
    text = f"priority_places.{index}: none of the {len(table)} shipped {name} lies in the area"
    return table[inside].reset_index(drop=True), [text]


def _class_problems(
    known: Collection[str], key: str, section: PriorityPlacesSection, features: gpd.GeoDataFrame
) -> Iterator[Problem]:
    column = section.class_column
    if column is None:
        return
    file, key = str(section.file), f"{key}.class_column"
    if column not in features:
        yield Problem("has no such column", file, key, column, _columns(features))
        return
    unknown = sorted(set(_texts(features, column)) - set(known))
    if unknown:
        yield Problem(
            "unknown classes",
            file,
            f"{key} {column}",
            unknown[:_LISTED],
            f"one of {', '.join(known)}, or a class of [[place_classes]]",
        )


def _columns(features: gpd.GeoDataFrame) -> str:
    return f"one of {', '.join(map(str, features.columns.drop('geometry')))}"


def _texts(features: gpd.GeoDataFrame, column: str | None) -> list[str]:
    if column is None:
        return [""] * len(features)
    return list(features[column].fillna("").astype(str).str.strip())


def _outside_text(features: gpd.GeoDataFrame, outside: npt.NDArray[np.bool_]) -> str:
    rows = np.flatnonzero(outside)
    middle = features.geometry.iloc[rows[:_LISTED]].representative_point()
    listing = "; ".join(
        f"feature {row + 1} at {point.x:.6f}, {point.y:.6f}"
        for row, point in zip(rows, middle, strict=False)
    )
    more = f"; and {len(rows) - _LISTED} more" if len(rows) > _LISTED else ""
    return f"{len(rows)} places outside the study area: {listing}{more}"


def _kind(shape: Any) -> str:
    return str(shape.geom_type).removeprefix("Multi")


def _cells(shapes: gpd.GeoSeries, area: StudyArea) -> Iterator[Cells]:
    """Yield the land cells that each shape touches; the nearest one where it touches none."""
    points = shapes.representative_point()
    nearest = land_cells(points.x.to_numpy(), points.y.to_numpy(), area)
    for shape, cell in zip(shapes, nearest, strict=True):
        touched = np.zeros(0, np.int64) if shape.geom_type == "Point" else _touched(shape, area)
        yield touched if len(touched) else np.array([cell], dtype=np.int64)


def _touched(shape: Any, area: StudyArea) -> Cells:
    """Return the land cells that a shape touches, looking no further than its own extent."""
    transform, (height, width) = area.grid.transform, area.grid.shape
    west, south, east, north = shape.bounds
    (left, top), (right, bottom) = ~transform * (west, north), ~transform * (east, south)
    rows = slice(max(0, int(top) - 1), min(height, int(bottom) + 2))
    cols = slice(max(0, int(left) - 1), min(width, int(right) + 2))
    if rows.start >= rows.stop or cols.start >= cols.stop:
        return np.zeros(0, np.int64)
    inside = rasterize(
        [shape],
        out_shape=(rows.stop - rows.start, cols.stop - cols.start),
        transform=transform * Affine.translation(cols.start, rows.start),
        all_touched=True,
        dtype="uint8",
    ).astype(bool)
    inside &= area.zone_index[rows, cols] >= 0
    row, col = np.nonzero(inside)
    cells: Cells = (row + rows.start) * width + (col + cols.start)
    return cells.astype(np.int64)
