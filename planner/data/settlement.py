"""Distribution of people inside a county: a model from places, lights, terrain and the census.

The people of a county are split into three parts. Some of the urban people live in towns, around
the places of GeoNames. Some live where there is light at night. The others, and all rural people,
live on the land: the lower and less wooded (dark by daylight) it is, the denser, with some
influence of night light, and with a density that does not jump at the border of a county.

The constants are the same for all provinces and were set by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array

from planner.data.cells import CELLS_PER_DEGREE, Cells

URBAN_PEOPLE_IN_TOWNS = 0.4
URBAN_PEOPLE_BY_LIGHT = 0.3
# Places of GeoNames without a population, mostly seats of townships.
UNKNOWN_PLACE_PEOPLE = 10_000.0
# A town of 100,000 spreads with this sigma, others with the square root of their people.
TOWN_SIGMA_CELLS = 1.0
TOWN_SIGMA_RANGE_CELLS = (2.0, 8.0)
# Prevents a county reached only by the tail of a neighbour's town from putting all people there.
TOWN_FLOOR_PEOPLE = 2.0
# Grey added to lights: dark land is not empty.
DARK_GREY = 50.0
LIGHT_POWER_TOWN, LIGHT_POWER_SUBURB, LIGHT_POWER_LAND = 2.0, 3.0, 0.5
RELIEF_SCALE_GREY = 25.0
DAYLIGHT_SCALE_GREY = 50.0
CONTINUITY_SIGMA_CELLS = 20.0
_FAR_CELLS = 60
_SIGMA_STEPS = 7


@dataclass(frozen=True)
class Ingredients:
    """Greys of each cell (n values, 0 to 255; :mod:`planner.data.ingredients`)."""

    relief: npt.NDArray[np.float64]
    lights: npt.NDArray[np.float64]
    daylight: npt.NDArray[np.float64]


def settlement_people(
    cells: Cells,
    people: npt.NDArray[np.float64],
    urban_people: npt.NDArray[np.float64],
    *,
    towns: npt.NDArray[np.float64],
    ingredients: Ingredients,
) -> npt.NDArray[np.float64]:
    """Return modelled people per cell (n), near the counties' totals but not yet fitted to them.

    Parameters
    ----------
    cells
        Cells of a province, n of them.
    people, urban_people
        Census of each county, in the order of ``cells.share``.
    towns
        People of places per cell, from :func:`town_people`.
    ingredients
        Greys of each cell.
    """
    light = (ingredients.lights + DARK_GREY) / 255
    land = np.exp(
        ingredients.daylight / DAYLIGHT_SCALE_GREY - ingredients.relief / RELIEF_SCALE_GREY
    )
    in_towns = URBAN_PEOPLE_IN_TOWNS * urban_people
    by_light = URBAN_PEOPLE_BY_LIGHT * urban_people
    on_land = people - in_towns - by_light
    countryside = land * light**LIGHT_POWER_LAND
    return (
        spread((towns + TOWN_FLOOR_PEOPLE) * light**LIGHT_POWER_TOWN, cells.share, in_towns)
        + spread(land * light**LIGHT_POWER_SUBURB, cells.share, by_light)
        + spread(countryside * _continuity(cells, land, on_land), cells.share, on_land)
    )


def town_people(
    cells: Cells, places: gpd.GeoDataFrame, largest: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the people of places per cell (n), each place spread as a Gaussian.

    ``largest`` is the maximum of people of each place: GeoNames often gives a seat the people of
    its whole city.
    """
    population = places["population"].to_numpy(dtype=np.float64)
    population = np.where(population > 0, population, UNKNOWN_PLACE_PEOPLE)
    population = np.minimum(population, largest)
    low, high = TOWN_SIGMA_RANGE_CELLS
    sigma = np.clip(TOWN_SIGMA_CELLS * np.sqrt(population / 1e5), low, high)
    edges = np.geomspace(low, high, _SIGMA_STEPS)
    step = np.clip(np.searchsorted(edges, sigma, side="right") - 1, 0, _SIGMA_STEPS - 2)
    total = np.zeros(len(cells.index))
    for number in range(_SIGMA_STEPS - 1):
        chosen = step == number
        middle = float(np.sqrt(edges[number] * edges[number + 1]))
        total += _smooth_points(cells, places[chosen], population[chosen], middle)
    return total


def spread(
    weight: npt.NDArray[np.float64], share: csr_array, people: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return people per cell: those of each county in proportion to ``weight`` inside it."""
    total = share @ weight
    factor = np.divide(people, total, out=np.zeros_like(total), where=total > 0)
    density: npt.NDArray[np.float64] = share.T @ factor
    return weight * density


def _smooth_points(
    cells: Cells,
    places: gpd.GeoDataFrame,
    weight: npt.NDArray[np.float64],
    sigma_cells: float,
) -> npt.NDArray[np.float64]:
    rows, columns = cells.shape
    row = np.floor((cells.north - places.geometry.y.to_numpy()) * CELLS_PER_DEGREE).astype(int)
    column = np.floor((places.geometry.x.to_numpy() - cells.west) * CELLS_PER_DEGREE).astype(int)
    # Places beyond the border reach into the province.
    padded = np.zeros((rows + 2 * _FAR_CELLS, columns + 2 * _FAR_CELLS))
    row, column = row + _FAR_CELLS, column + _FAR_CELLS
    inside = (row >= 0) & (row < padded.shape[0]) & (column >= 0) & (column < padded.shape[1])
    np.add.at(padded, (row[inside], column[inside]), weight[inside])
    smooth: npt.NDArray[np.float64] = gaussian_filter(padded, sigma_cells)
    return smooth[_FAR_CELLS:-_FAR_CELLS, _FAR_CELLS:-_FAR_CELLS].ravel()[cells.index]


def _continuity(
    cells: Cells, land: npt.NDArray[np.float64], people: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the density of counties relative to their land, smoothed across their borders."""
    log_density = np.log((people + 1) / (cells.share @ land))
    raster = cells.raster(cells.share.T @ log_density)
    inside = cells.raster(np.ones(len(cells.index)))
    smooth = gaussian_filter(raster, CONTINUITY_SIGMA_CELLS)
    smooth /= np.maximum(gaussian_filter(inside, CONTINUITY_SIGMA_CELLS), 1e-9)
    level = smooth.ravel()[cells.index]
    relative: npt.NDArray[np.float64] = np.exp(level - level.mean())
    return relative
