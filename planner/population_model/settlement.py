"""Distribution of people inside a county: a model from places, lights, land and the census.

The people of a county are split into three parts. Some of the urban people live in towns, around
the places of GeoNames. Some live where there is light at night. The others, and all rural people,
live on the land: the lower, the less wooded (by land cover, and dark by daylight) it is, the
denser, with a density that does not jump at the border of a county. Where this leaves few people,
there are still fewer: thinly settled land empties.

The constants are the same for all provinces. They are round numbers near those that put the fewest
people in the wrong five-minute cell of WorldPop 2020 and give its shares of thinly settled land.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array

from planner.population_model.cells import CELLS_PER_DEGREE, Cells

URBAN_PEOPLE_IN_TOWNS = 0.4
URBAN_PEOPLE_BY_LIGHT = 0.2
# Places of GeoNames without a population, mostly seats of townships.
UNKNOWN_PLACE_PEOPLE = 10_000.0
# A town of 100,000 spreads with this sigma, others with the square root of their people.
TOWN_SIGMA_CELLS = 1.0
TOWN_SIGMA_RANGE_CELLS = (2.0, 8.0)
# Prevents a county reached only by the tail of a neighbour's town from putting all people there.
TOWN_FLOOR_PEOPLE = 0.5
# Grey added to lights.
DARK_GREY = 10.0
# Lit land in the countryside is the towns': few others live there.
LIGHT_POWER_TOWN, LIGHT_POWER_SUBURB, LIGHT_POWER_LAND = 1.5, 4.0, -0.2
# Towns and suburbs choose good land more strictly than the countryside does.
LAND_POWER_BUILT_UP = 2.0
RELIEF_SCALE_GREY = 30.0
DAYLIGHT_SCALE_GREY = 100.0
CONTINUITY_SIGMA_CELLS = 20.0
CONTINUITY_POWER = 1.4
# Below this density land empties, with this power of its density relative to it.
THIN_PEOPLE_PER_KM2, THINNING = 120.0, 0.9
LAND_USE = {
    "water": -2.0, "evergreen needleleaf forest": -1.0, "evergreen broadleaf forest": -1.0,
    "deciduous needleleaf forest": -1.0, "deciduous broadleaf forest": -1.0, "mixed forest": -1.0,
    "closed shrubland": -0.5, "open shrubland": -0.5, "woody savanna": -1.3, "savanna": -0.2,
    "grassland": -0.5, "wetland": -2.0, "cropland": 0.0, "urban": 0.7, "cropland and nature": 0.0,
    "snow": -2.0, "barren": -2.0,
}  # fmt: skip
"""Logarithm of the density of each class of land cover (IGBP) relative to cropland."""
_FAR_CELLS = 60
_SIGMA_STEPS = 7


@dataclass(frozen=True)
class Ingredients:
    """Inputs of each cell (n values): greys of 0 to 255, and the use of its land.

    ``use``: density by land cover relative to cropland (:data:`LAND_USE`).
    """

    relief: npt.NDArray[np.float64]
    lights: npt.NDArray[np.float64]
    daylight: npt.NDArray[np.float64]
    use: npt.NDArray[np.float64]


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
    land = ingredients.use * np.exp(
        ingredients.daylight / DAYLIGHT_SCALE_GREY - ingredients.relief / RELIEF_SCALE_GREY
    )
    in_towns = URBAN_PEOPLE_IN_TOWNS * urban_people
    by_light = URBAN_PEOPLE_BY_LIGHT * urban_people
    on_land = people - in_towns - by_light
    town = (towns + TOWN_FLOOR_PEOPLE) * light**LIGHT_POWER_TOWN
    countryside = land * light**LIGHT_POWER_LAND
    lived = (
        spread(town * ingredients.use**LAND_POWER_BUILT_UP, cells.share, in_towns)
        + spread(land**LAND_POWER_BUILT_UP * light**LIGHT_POWER_SUBURB, cells.share, by_light)
        + spread(countryside * _continuity(cells, land, on_land), cells.share, on_land)
    )
    emptied = np.minimum(lived / cells.area_km2 / THIN_PEOPLE_PER_KM2, 1.0) ** THINNING
    return spread(lived * emptied, cells.share, people)


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
    relative: npt.NDArray[np.float64] = np.exp(CONTINUITY_POWER * (level - level.mean()))
    return relative
