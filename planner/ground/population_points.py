"""People at points: a table or a vector file instead of a raster."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from planner.errors import InputError, PlannerWarning
from planner.ground.area import StudyArea, land_cells
from planner.ground.population_raster import Population
from planner.openers.vector import VectorFile, column_weights, read_features

Cells = npt.NDArray[np.int64]
Raster = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PeoplePoints:
    """Where people stand.

    ``cell`` (int64[n]) whose people they are; ``at`` (float64[n, 2]): rows and columns from its
    middle; ``people`` (float64[n]).
    """

    cell: Cells
    at: Floats
    people: Floats

    def by_place(self, places: int) -> tuple[Cells, Raster, Raster]:
        """Return the cells with people, the weight of each place in them, and where it stands.

        int64[m], ascending; float32[m, places**2], 1 in the mean of each cell; float32[m,
        places**2, 2]: the mean of the points in each place.

        Examples
        --------
        >>> import numpy as np
        >>> at, people = np.array([[0.0, 0.0], [0.25, 0.5]]), np.array([1.0, 3.0])
        >>> cell, weight, stands = PeoplePoints(np.array([7, 7]), at, people).by_place(8)
        >>> cell.tolist(), weight[0][weight[0] > 0].tolist()
        ([7], [16.0, 48.0])
        >>> stands[0][weight[0] > 0].tolist()
        [[0.0, 0.0], [0.25, 0.5]]
        """
        somebody = self.people > 0
        at, people = self.at[somebody], self.people[somebody]
        known, number = np.unique(self.cell[somebody], return_inverse=True)
        row, column = np.clip(np.floor((at.T + 0.5) * places), 0, places - 1).astype(np.int64)
        place, size = (number * places + row) * places + column, known.size * places**2

        def summed(weights: Floats) -> Floats:
            sums = np.bincount(place, weights, minlength=size)
            return np.asarray(sums.reshape(known.size, -1), np.float64)

        here = summed(people)
        stands = np.stack([summed(people * along) for along in at.T], axis=2)
        np.divide(stands, here[:, :, None], out=stands, where=here[:, :, None] > 0)
        weight = here / here.mean(axis=1, keepdims=True)
        return known, weight.astype(np.float32), stands.astype(np.float32)


def people_at_centres(people: Raster) -> PeoplePoints:
    """Return people (float32, grid shape) who stand in the middle of their cells."""
    cell = np.flatnonzero(people > 0)
    return PeoplePoints(cell, np.zeros((cell.size, 2)), people.ravel()[cell].astype(np.float64))


def people_of_points(
    file: VectorFile, column: str | None, area: StudyArea
) -> tuple[Population, PeoplePoints]:
    """Return the people of points on the grid and by zone, and where they stand.

    ``column``: with the people of each point, one without it. Lines and polygons count at a point
    on them. Those outside the area are left out, with a warning of how many they are. A point
    inside in a cell whose centre is outside counts for the nearest cell.

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
    x_m, y_m = points.x.to_numpy(), points.y.to_numpy()
    found = area.grid.cells(x_m, y_m)
    inside = (found >= 0) & (area.zone_index.ravel()[found] >= 0)
    beside = ~inside & shapely.contains_xy(area.zones_m().union_all(), x_m, y_m)
    inside |= beside
    cell = found.copy()
    cell[beside] = land_cells(x_m[beside], y_m[beside], area)
    zone = area.zone_index.ravel()[cell]
    if not people[inside].any():
        raise InputError(
            file.problem("holds no people inside the study area", expected="people inside")
        )
    if outside := float(people[~inside].sum()):
        warnings.warn(
            f"{file.name}: {outside:,.0f} of {people.sum():,.0f} people live at points outside the "
            "study area; left out",
            PlannerWarning,
            stacklevel=2,
        )
    on_grid = np.bincount(cell[inside], people[inside], minlength=area.zone_index.size)
    middle_x_m, middle_y_m = area.grid.xy_m(cell[inside])
    away_m = np.column_stack([middle_y_m - y_m[inside], x_m[inside] - middle_x_m])
    standing = PeoplePoints(cell[inside], away_m / area.grid.cell_size_m, people[inside])
    population = Population(
        on_grid.reshape(area.grid.shape).astype(np.float32),
        np.bincount(zone[inside], people[inside], minlength=len(area.zones)).astype(np.float64),
        pixel_m=0.0,
    )
    return population, standing
