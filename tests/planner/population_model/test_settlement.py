from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from planner.population_model.cells import cells_of
from planner.population_model.ingredients import CLASSES
from planner.population_model.settlement import (
    LAND_USE,
    Ingredients,
    settlement_people,
    spread,
    town_people,
)

COUNTIES = gpd.GeoDataFrame(
    geometry=[shapely.box(113, 23, 113.25, 23.5), shapely.box(113.25, 23, 113.5, 23.5)],
    crs="EPSG:4326",
)
CELLS = cells_of(COUNTIES)
COUNT = len(CELLS.index)
PEOPLE, URBAN = np.array([50_000.0, 80_000.0]), np.array([20_000.0, 50_000.0])
FLAT = Ingredients(
    np.full(COUNT, 120.0), np.full(COUNT, 40.0), np.full(COUNT, 60.0), np.ones(COUNT)
)
NOWHERE = np.zeros(COUNT)


def place(lon: float, lat: float, population: int) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"population": [population]}, geometry=[shapely.Point(lon, lat)], crs="EPSG:4326"
    )


def modelled(towns: np.ndarray = NOWHERE, ingredients: Ingredients = FLAT) -> np.ndarray:
    return settlement_people(CELLS, PEOPLE, URBAN, towns=towns, ingredients=ingredients)


def test_counties_keep_their_people() -> None:
    np.testing.assert_allclose(CELLS.share @ modelled(), PEOPLE, rtol=1e-9)


def test_without_knowledge_people_are_nearly_even_inside_a_county() -> None:
    people = modelled()
    first = people[CELLS.share.toarray()[0] > 0.999]
    assert first.max() / first.min() < 1.5


def test_town_draws_people() -> None:
    town = town_people(CELLS, place(113.1, 23.25, 30_000), np.array([np.inf]))
    people = modelled(town)
    densest = np.argmax(people)
    lon, lat = CELLS.lonlat()
    assert (lon[densest], lat[densest]) == pytest.approx((113.1, 23.25), abs=0.01)


def test_low_land_light_and_fields_are_denser() -> None:
    west = CELLS.lonlat()[0] < 113.12
    for better in (
        replace(FLAT, relief=np.where(west, 110.0, 120.0)),
        replace(FLAT, lights=np.where(west, 80.0, 40.0)),
        replace(FLAT, daylight=np.where(west, 80.0, 60.0)),
        replace(FLAT, use=np.where(west, 1.0, 0.5)),
    ):
        first = CELLS.share.toarray()[0] > 0.999
        people = modelled(ingredients=better)
        assert people[first & west].mean() > people[first & ~west].mean()


def test_town_has_at_most_its_largest() -> None:
    town = town_people(CELLS, place(113.25, 23.25, 2_000_000), np.array([40_000.0]))
    assert town.sum() == pytest.approx(40_000, rel=1e-3)


def test_place_of_unknown_size_counts() -> None:
    town = town_people(CELLS, place(113.25, 23.25, 0), np.array([np.inf]))
    assert town.sum() == pytest.approx(10_000, rel=1e-3)


def test_place_beyond_the_border_reaches_in_and_a_far_one_does_not() -> None:
    near = town_people(CELLS, place(112.99, 23.25, 50_000), np.array([np.inf]))
    far = town_people(CELLS, place(100.0, 23.25, 50_000), np.array([np.inf]))
    assert 0 < near.sum() < 50_000
    assert far.sum() == 0


def test_spread_follows_the_weight() -> None:
    weight = np.arange(1.0, COUNT + 1)
    people = spread(weight, CELLS.share, PEOPLE)
    np.testing.assert_allclose(CELLS.share @ people, PEOPLE)
    assert np.unique((people / weight).round(9)).size <= 3


def test_thinly_settled_land_empties() -> None:
    west = CELLS.lonlat()[0] < 113.12
    first = CELLS.share.toarray()[0] > 0.999
    ratios = []
    for people in (PEOPLE / 10, PEOPLE * 10):
        wooded = replace(FLAT, use=np.where(west, 1.0, 0.5))
        found = settlement_people(CELLS, people, 0 * URBAN, towns=NOWHERE, ingredients=wooded)
        ratios.append(found[first & west].mean() / found[first & ~west].mean())
    thin, dense = ratios
    assert thin > 1.3 * dense > 1.3


def test_every_class_of_land_cover_has_its_use() -> None:
    assert len(LAND_USE) == CLASSES
    assert max(LAND_USE, key=LAND_USE.__getitem__) == "urban"
    assert LAND_USE["mixed forest"] < LAND_USE["cropland"]
