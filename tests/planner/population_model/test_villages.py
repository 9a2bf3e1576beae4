"""The pattern of villages: everybody kept, nobody moved far, the same place the same village."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.population_model.cells import PARTS, Cells, cells_of, parts_of
from planner.population_model.villages import (
    BUILT_UP_PEOPLE_PER_KM2,
    LARGE_VILLAGE_PEOPLE,
    VILLAGE_PEOPLE_RANGE,
    village_people,
)

COUNTIES = gpd.GeoDataFrame(
    geometry=[shapely.box(113, 23, 113.503, 23.5), shapely.box(113.503, 23, 114, 23.5)],
    crs="EPSG:4326",
)
CELLS = cells_of(COUNTIES)
COUNT = len(CELLS.index)
APART = np.zeros((COUNT, PARTS**2), dtype=bool)


def even(people_per_km2: float) -> np.ndarray:
    return people_per_km2 * CELLS.area_km2


def test_parts_tile_their_cells() -> None:
    parts = parts_of(CELLS, COUNTIES)
    assert parts.index.size == np.unique(parts.index).size == COUNT * PARTS**2
    lon, lat = (one.reshape(COUNT, -1) for one in parts.lonlat())
    own_lon, own_lat = CELLS.lonlat()
    np.testing.assert_allclose(lon.mean(axis=1), own_lon)
    np.testing.assert_allclose(lat.mean(axis=1), own_lat)
    assert parts.area_km2.sum() == pytest.approx(CELLS.area_km2.sum())
    np.testing.assert_allclose(parts.share.sum(axis=0), 1)
    np.testing.assert_allclose(
        parts.share.toarray()[0].reshape(COUNT, -1).mean(axis=1), CELLS.share.toarray()[0],
        atol=1e-6,
    )  # fmt: skip


@pytest.mark.parametrize("density", [0.5, 20.0, 200.0, 1_200.0, 8_000.0])
def test_everybody_is_kept(density: float) -> None:
    people = even(density)
    assert village_people(CELLS, people, APART).sum() == pytest.approx(people.sum(), rel=1e-12)


def test_built_up_land_is_even_and_the_countryside_is_not() -> None:
    town = village_people(CELLS, even(BUILT_UP_PEOPLE_PER_KM2 * 1.1), APART)
    assert np.ptp(town) / town.mean() < 0.01
    land = village_people(CELLS, even(100.0), APART)
    assert np.count_nonzero(land) < 0.1 * land.size
    assert (land >= 0).all()


def test_villages_have_plausible_sizes() -> None:
    for density in (5.0, 100.0, 800.0):
        low, high = VILLAGE_PEOPLE_RANGE
        mean = float(np.clip(density, low, high))
        land = village_people(CELLS, even(density), APART)
        largest = land.max()
        assert largest <= 2 * max(mean, LARGE_VILLAGE_PEOPLE)
        expected = even(density).sum() / mean
        villages = np.count_nonzero(land) / (4 if mean > 2 * LARGE_VILLAGE_PEOPLE else 1)
        assert villages == pytest.approx(expected, rel=0.25)


def test_people_move_no_further_than_to_the_next_village() -> None:
    people = np.where(CELLS.lonlat()[0] < 113.5, even(150.0), even(15.0))
    land = village_people(CELLS, people, APART).sum(axis=1)
    blocks = (CELLS.index // CELLS.shape[1] // 10) * 100 + CELLS.index % CELLS.shape[1] // 10
    before, after = np.bincount(blocks, people), np.bincount(blocks, land)
    held = before > 0
    assert (np.abs(after - before)[held] < 4 * 150).all()


def test_same_place_same_village() -> None:
    again = village_people(CELLS, even(120.0), APART)
    np.testing.assert_array_equal(village_people(CELLS, even(120.0), APART), again)
    moved = Cells(CELLS.west + 1.0, CELLS.north, CELLS.shape, CELLS.index, CELLS.share)
    elsewhere = village_people(moved, even(120.0), APART)
    assert not np.array_equal(elsewhere, again)


def test_villages_avoid_parts_of_several_counties() -> None:
    shared = APART.copy()
    shared[:, ::2] = True
    land = village_people(CELLS, even(100.0), shared)
    assert land[shared].sum() == 0
    everywhere = np.ones_like(APART)
    assert village_people(CELLS, even(100.0), everywhere).sum() == pytest.approx(even(100.0).sum())


def test_empty_land_stays_empty() -> None:
    people = np.where(CELLS.lonlat()[1] < 23.25, even(80.0), 0.0)
    land = village_people(CELLS, people, APART)
    assert land[people == 0].sum() == 0
    assert village_people(CELLS, np.zeros(COUNT), APART).sum() == 0
