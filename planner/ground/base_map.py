"""Roads and railways for orientation on a map, from the files that a scenario names."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import shapely

from planner.errors import InputError, PlannerWarning
from planner.ground.grid import LONLAT
from planner.openers.vector import VectorFile, read_features

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from planner.scenario.base import Origin
    from planner.scenario.outputs import BaseMapSection

_CLASS_COLUMNS = ("fclass", "highway", "railway")
_MAIN_ROADS = ("motorway", "trunk", "primary")
_RAILWAYS = ("rail", "light_rail", "subway", "narrow_gauge", "monorail")
"""Values of OpenStreetMap: without links and sidings, trams, funiculars and miniature railways."""


def base_map_lines(
    section: BaseMapSection, origin: Origin, boundary: BaseGeometry
) -> dict[str, BaseGeometry]:
    """Return the lines inside a boundary (EPSG:4326) by ``roads`` and ``railways``.

    A file without a line inside is left out, with a warning.

    Raises
    ------
    InputError
        A file that cannot be read, or holds no lines.
    """
    chosen = {"roads": (section.roads, _MAIN_ROADS), "railways": (section.railways, _RAILWAYS)}
    lines = {}
    for kind, (given, classes) in chosen.items():
        if given is None:
            continue
        read = [
            _lines(VectorFile(path, str(given), f"base_map.{kind}"), classes)
            for path in origin.paths(given)
        ]
        inside = _inside(np.concatenate(read), boundary)
        if inside.is_empty:
            warnings.warn(
                f"base_map.{kind}: {given} has no line inside the area that the map would show",
                PlannerWarning,
                stacklevel=2,
            )
        else:
            lines[kind] = inside
    return lines


def lines_still_there(
    section: BaseMapSection, origin: Origin, boundary: BaseGeometry
) -> Mapping[str, BaseGeometry]:
    """Return :func:`base_map_lines`, or none with a warning where a file has gone since."""
    try:
        return base_map_lines(section, origin, boundary)
    except InputError as error:
        warnings.warn(
            f"the map is drawn without roads and railways: {error}", PlannerWarning, stacklevel=2
        )
        return {}


def _lines(file: VectorFile, classes: tuple[str, ...]) -> np.ndarray:
    """Return the lines of a file in EPSG:4326, those of the classes if it tells them apart."""
    features = read_features(file).to_crs(LONLAT)
    features = features[features.geom_type.isin(("LineString", "MultiLineString"))]
    if features.empty:
        raise InputError(file.problem("holds no lines", expected="lines of roads or railways"))
    known = [name for name in _CLASS_COLUMNS if name in features]
    if known:
        features = features[features[known[0]].isin(classes)]
    return np.asarray(features.geometry)


def _inside(lines: np.ndarray, boundary: BaseGeometry) -> BaseGeometry:
    near = shapely.clip_by_rect(lines, *boundary.bounds)
    shapely.prepare(boundary)
    near = near[shapely.intersects(near, boundary)]
    crossing = ~shapely.contains_properly(boundary, near)
    near[crossing] = shapely.intersection(near[crossing], boundary)
    parts = shapely.get_parts(near)
    kept = parts[shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING]
    return shapely.line_merge(shapely.multilinestrings(kept))
