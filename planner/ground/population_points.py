"""People at points: a table or a vector file instead of a raster."""

from __future__ import annotations

import warnings

import numpy as np

from planner.errors import InputError, PlannerWarning
from planner.ground.area import StudyArea
from planner.ground.population_raster import Population
from planner.openers.vector import VectorFile, column_weights, read_features


def people_of_points(file: VectorFile, column: str | None, area: StudyArea) -> Population:
    """Return the people of points on the grid and by zone; those outside the area are left out.

    ``column``: with the people of each point, one without it. Lines and polygons count at a point
    on them. A warning says how many people lie outside.

    Raises
    ------
    InputError
        As :func:`planner.openers.vector.read_features`; a column that is not there or holds
        anything but numbers of at least 0; nobody inside the area.
    """
    features = read_features(file)
    people, problems = column_weights(features, column, file.name, f"{file.key}_column")
    if problems:
        raise InputError(problems)
    points = features.geometry.to_crs(area.grid.crs).representative_point()
    cell = area.grid.cells(points.x.to_numpy(), points.y.to_numpy())
    zone = np.where(cell >= 0, area.zone_index.ravel()[cell], -1)
    inside = zone >= 0
    if not people[inside].any():
        raise InputError(file.problem("holds nobody in the study area", expected="people inside"))
    if outside := float(people[~inside].sum()):
        warnings.warn(
            f"{file.name}: {outside:,.0f} of {people.sum():,.0f} people live at points outside the "
            "study area; left out",
            PlannerWarning,
            stacklevel=2,
        )
    on_grid = np.bincount(cell[inside], people[inside], minlength=area.zone_index.size)
    return Population(
        on_grid.reshape(area.grid.shape).astype(np.float32),
        np.bincount(zone[inside], people[inside], minlength=len(area.zones)).astype(np.float64),
        pixel_m=0.0,
    )
