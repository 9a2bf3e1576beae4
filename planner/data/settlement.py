"""Where the people of a county live: a model from places, terrain and the census.

The people of a county are its urban and its rural people. A share of the urban people lives around
places, in proportion to the population that GeoNames gives them; all others live on the land, the
lower it lies in its county the denser, and denser where there are many places.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter
from scipy.sparse import csr_array

from planner.data.cells import CELLS_PER_DEGREE, Cells

TOWN_SIGMA_CELLS = 2.5
COUNTRYSIDE_SIGMA_CELLS = 8.0
# Seats of townships that GeoNames knows without a population.
UNKNOWN_PLACE_PEOPLE = 5_000.0
URBAN_PEOPLE_IN_PLACES = 0.4
RELIEF_SCALE_GREY = 20.0
PLACE_DENSITY_POWER = 0.2
# Places a cell, added so that land far from every place keeps some people.
PLACE_DENSITY_FLOOR = 1e-4
_FAR_CELLS = 60


def settlement_weight(
    cells: Cells,
    people: npt.NDArray[np.int64],
    urban_people: npt.NDArray[np.int64],
    *,
    places: gpd.GeoDataFrame,
    relief: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Return modelled people per cell, not yet fitted to the counties' totals.

    Parameters
    ----------
    cells
        Cells of a province, n of them.
    people, urban_people
        Census of each county, in the order of ``cells.share``.
    places
        Points with a column population.
    relief
        Grey of elevation of each cell (:mod:`planner.data.relief`).
    """
    population = places["population"].to_numpy(dtype=np.float64)
    population = np.where(population > 0, population, UNKNOWN_PLACE_PEOPLE)
    town = place_density(cells, places, population, TOWN_SIGMA_CELLS)
    near = place_density(cells, places, np.ones(len(places)), COUNTRYSIDE_SIGMA_CELLS)
    land = np.exp(-relief / RELIEF_SCALE_GREY) * (near + PLACE_DENSITY_FLOOR) ** PLACE_DENSITY_POWER
    in_places = np.where(cells.share @ town > 0, URBAN_PEOPLE_IN_PLACES * urban_people, 0.0)
    return spread(town, cells.share, in_places) + spread(
        land, cells.share, people.astype(np.float64) - in_places
    )


def place_density(
    cells: Cells,
    places: gpd.GeoDataFrame,
    weight: npt.NDArray[np.float64],
    sigma_cells: float,
) -> npt.NDArray[np.float64]:
    """Return the weight of places per cell, each spread as a Gaussian of ``sigma_cells``."""
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


def spread(
    weight: npt.NDArray[np.float64], share: csr_array, people: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return people per cell: those of each county in proportion to ``weight`` inside it."""
    total = share @ weight
    factor = np.divide(people, total, out=np.zeros_like(total), where=total > 0)
    density: npt.NDArray[np.float64] = share.T @ factor
    return weight * density
