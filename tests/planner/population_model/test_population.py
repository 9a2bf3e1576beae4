"""The embedded population rasters: exact totals, and people in the right place."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from exactextract import exact_extract

from planner.data import data_set, embedded_folder, path_of
from planner.data.boundaries import (
    PROVINCES,
    load_counties,
    load_prefectures,
    load_provinces,
    prefecture_facts,
)
from planner.population_model.census import county_people
from planner.population_model.comparison import misplaced_share, thin_shares
from planner.population_model.ingredients import CLASSES, LAND_COVER, read_of_class

# As counted, scaled: what the model reaches, and what the smooth model before it reached.
REACHED = {
    "130000": (0.153, 0.159),
    "350000": (0.212, 0.208),
    "440000": (0.188, 0.186),
    "520000": (0.242, 0.222),
    "530000": (0.231, 0.236),
}
SMOOTH = {"130000": 0.156, "350000": 0.227, "440000": 0.194, "520000": 0.241, "530000": 0.230}
SLACK = 0.003
NEARLY_NOBODY = 0.11
"""People in pixels of 5 km that are mostly closed forest or water: their towns and valleys."""

REFERENCE = "population/worldpop2020_5arcmin.tif"
THIN_PEOPLE_PER_KM2 = (50.0, 100.0)


def zonal_sum(raster: Path, zones) -> np.ndarray:
    return exact_extract(str(raster), zones, ["sum"], output="pandas")["sum"].to_numpy()


@pytest.fixture(scope="module")
def census() -> pd.Series:
    table = pd.read_csv(embedded_folder() / "facts/census2020.csv", dtype={"adcode": str})
    return table.set_index("adcode")["population"]


@pytest.mark.parametrize("code", PROVINCES)
def test_sum_is_the_census_total(code: str, census: pd.Series) -> None:
    with rasterio.open(path_of(f"population_{code}")) as source:
        people = source.read(1)
    assert people.sum(dtype=np.int64) == census[code]


@pytest.mark.parametrize("code", PROVINCES)
def test_zonal_sums_are_the_census_totals(code: str, census: pd.Series) -> None:
    raster = path_of(f"population_{code}")
    provinces = load_provinces()
    whole = zonal_sum(raster, provinces[provinces["adcode"] == code])
    assert whole[0] == pytest.approx(census[code], rel=1e-9)
    prefectures = load_prefectures(code)
    expected = prefecture_facts(embedded_folder()).set_index("adcode")["population_2020"]
    np.testing.assert_allclose(
        zonal_sum(raster, prefectures), expected.loc[prefectures["adcode"]], rtol=1e-5
    )


@pytest.mark.parametrize("code", PROVINCES)
def test_every_county_has_its_people(code: str) -> None:
    counties = load_counties(code)
    counties["prefecture"] = np.where(
        counties["adcode"].isin(["441900", "442000"]),
        counties["adcode"],
        counties["adcode"].str[:4] + "00",
    )
    expected = county_people(embedded_folder(), counties)["people"].to_numpy()
    found = zonal_sum(path_of(f"population_{code}"), counties)
    # One person, and the single precision of shares.
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1.0)


@pytest.mark.parametrize("code", PROVINCES)
def test_raster_says_that_it_is_a_model(code: str) -> None:
    with rasterio.open(path_of(f"population_{code}")) as source:
        assert source.crs.to_epsg() == 4326
        assert source.res == pytest.approx((1 / 480, 1 / 480))
        assert source.tags()["TITLE"] == data_set(f"population_{code}").title
        assert source.tags()["MODEL"].startswith("A model, not a count")
        assert source.tags()["UNIT"] == "people per cell"


@pytest.mark.parametrize("code", PROVINCES)
def test_densities_are_possible(code: str) -> None:
    # 4,000 in a cell are 80,000 in a square kilometre: more would be an error of the model.
    with rasterio.open(path_of(f"population_{code}")) as source:
        assert source.read(1).max() < 4_000


@pytest.mark.parametrize("code", PROVINCES)
def test_share_in_the_wrong_cell(code: str, reference_dir: Path) -> None:
    provinces = load_provinces().set_index("adcode")
    found = misplaced_share(
        path_of(f"population_{code}"),
        reference_dir / REFERENCE,
        provinces.geometry[code],
    )
    as_counted, scaled = REACHED[code]
    assert found.as_counted < as_counted + SLACK
    assert found.scaled < scaled + SLACK
    assert found.as_counted < SMOOTH[code] + 0.01


def test_fewer_are_in_the_wrong_cell_than_in_the_smooth_model() -> None:
    assert sum(one for one, _ in REACHED.values()) < sum(SMOOTH.values())


@pytest.mark.parametrize("code", PROVINCES)
def test_thinly_settled_land_as_in_the_reference(code: str, reference_dir: Path) -> None:
    found = thin_shares(
        path_of(f"population_{code}"),
        reference_dir / REFERENCE,
        load_provinces().set_index("adcode").geometry[code],
        THIN_PEOPLE_PER_KM2,
    )
    for modelled, expected in found:
        assert modelled == pytest.approx(expected, rel=0.25)


@pytest.mark.parametrize("code", PROVINCES)
def test_closed_forest_and_water_hold_nearly_nobody(code: str) -> None:
    with rasterio.open(path_of(f"population_{code}")) as source:
        people, transform = source.read(1), source.transform
    row, column = np.nonzero(people)
    lon, lat = transform * np.array([column + 0.5, row + 0.5])
    empty = np.zeros(CLASSES)
    empty[:6] = 1.0
    inside = read_of_class(embedded_folder() / LAND_COVER, empty, lon, lat) > 0.5
    assert people[row, column][inside].sum(dtype=float) < NEARLY_NOBODY * people.sum(dtype=float)


def test_nobody_on_islands_without_census() -> None:
    with rasterio.open(path_of("population_440000")) as source:
        window = source.window(115.8, 20.4, 117.2, 21.3).round_offsets().round_lengths()
        assert source.read(1, window=window).sum() == 0
