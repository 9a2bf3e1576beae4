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
from planner.data.census import county_people
from planner.data.comparison import misplaced_share

# as counted, scaled: what the model reaches, and what a first try with GeoNames places reached.
REACHED = {
    "130000": (0.156, 0.162, 0.20),
    "350000": (0.227, 0.221, 0.32),
    "440000": (0.194, 0.194, 0.28),
    "520000": (0.241, 0.221, 0.28),
    "530000": (0.230, 0.235, 0.30),
}
SLACK = 0.003


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
        assert source.res == pytest.approx((1 / 120, 1 / 120))
        assert source.tags()["TITLE"] == data_set(f"population_{code}").title
        assert source.tags()["MODEL"].startswith("A model, not a count")
        assert source.tags()["UNIT"] == "people per cell"


@pytest.mark.parametrize("code", PROVINCES)
def test_densities_are_possible(code: str) -> None:
    # 60,000 in a cell are 80,000 in a square kilometre: more would be an error of the model.
    with rasterio.open(path_of(f"population_{code}")) as source:
        assert source.read(1).max() < 60_000


@pytest.mark.parametrize("code", PROVINCES)
def test_share_in_the_wrong_cell(code: str, reference_dir: Path) -> None:
    provinces = load_provinces().set_index("adcode")
    found = misplaced_share(
        path_of(f"population_{code}"),
        reference_dir / "population" / "worldpop2020_5arcmin.tif",
        provinces.geometry[code],
    )
    as_counted, scaled, first_try = REACHED[code]
    assert found.as_counted < as_counted + SLACK
    assert found.scaled < scaled + SLACK
    assert found.as_counted < first_try - 0.03


def test_nobody_on_islands_without_census() -> None:
    with rasterio.open(path_of("population_440000")) as source:
        window = source.window(115.8, 20.4, 117.2, 21.3).round_offsets().round_lengths()
        assert source.read(1, window=window).sum() == 0
