import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from planner.data import embedded_folder, path_of
from planner.data.boundaries import (
    load_counties,
    load_prefectures,
    load_provinces,
    prefecture_facts,
    read_boundaries,
    write_boundaries,
)
from planner.data.registry import PROVINCES
from planner.errors import InputError

# Seats are known to a tenth of a degree.
SEAT_DEGREES = 0.11


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return pd.concat([load_counties(code) for code in PROVINCES], ignore_index=True)


@pytest.fixture(scope="module")
def prefectures() -> gpd.GeoDataFrame:
    return pd.concat([load_prefectures(code) for code in PROVINCES], ignore_index=True)


def test_counties_meet_without_gap_or_overlap(counties: gpd.GeoDataFrame) -> None:
    assert len(counties) == 592
    assert counties.crs == "EPSG:4326"
    assert counties.is_valid.all()
    assert shapely.coverage_is_valid(counties.geometry.to_numpy())


def test_prefectures_meet_without_gap_or_overlap(prefectures: gpd.GeoDataFrame) -> None:
    assert len(prefectures) == 66
    assert prefectures.is_valid.all()
    assert shapely.coverage_is_valid(prefectures.geometry.to_numpy())


@pytest.mark.parametrize("code", PROVINCES)
def test_levels_are_unions_of_each_other(code: str) -> None:
    provinces = load_provinces()
    province = provinces.geometry[provinces["adcode"] == code].iloc[0]
    assert province.is_valid
    for level in (load_prefectures(code), load_counties(code)):
        union = shapely.coverage_union_all(level.geometry.to_numpy())
        assert union.symmetric_difference(province).area == 0


def test_provinces_have_names() -> None:
    provinces = load_provinces().drop(columns="geometry")
    assert provinces["name_en"].tolist() == ["Hebei", "Fujian", "Guangdong", "Guizhou", "Yunnan"]
    assert provinces["name_zh"].tolist() == ["河北省", "福建省", "广东省", "贵州省", "云南省"]


def test_prefectures_are_those_of_the_facts(prefectures: gpd.GeoDataFrame) -> None:
    facts = prefecture_facts(embedded_folder())
    assert sorted(prefectures["adcode"]) == sorted(facts["adcode"])
    assert (prefectures[["name_zh", "name_en"]] != "").all(axis=None)


def test_seats_lie_in_their_prefecture(prefectures: gpd.GeoDataFrame) -> None:
    facts = prefecture_facts(embedded_folder()).set_index("adcode").loc[prefectures["adcode"]]
    seats = shapely.points(facts["seat_lon"], facts["seat_lat"])
    distance = shapely.distance(seats, prefectures.geometry.to_numpy())
    assert (distance < SEAT_DEGREES).all()


@pytest.mark.parametrize(
    ("adcode", "lon", "lat"),
    [
        ("440100", 113.2644, 23.1291),  # Guangzhou
        ("520100", 106.7135, 26.5783),  # Guiyang
        ("530100", 102.7123, 25.0406),  # Kunming
        ("130100", 114.5025, 38.0455),  # Shijiazhuang
        ("350100", 119.3062, 26.0753),  # Fuzhou
    ],
)
def test_provincial_capitals(
    prefectures: gpd.GeoDataFrame, adcode: str, lon: float, lat: float
) -> None:
    polygon = prefectures.geometry[prefectures["adcode"] == adcode].iloc[0]
    assert polygon.contains(shapely.Point(lon, lat))


def test_area_of_guangdong_is_the_published_one() -> None:
    # The province gives its land as about 179,700 square kilometres.
    province = load_provinces().set_index("adcode").to_crs("EPSG:6933").loc["440000"]
    assert province.geometry.area / 1e6 == pytest.approx(179_700, rel=0.01)


def test_counties_of_a_prefecture() -> None:
    assert set(load_counties("520100")["adcode"].str[:4]) == {"5201"}


def test_prefecture_without_counties_stands_for_itself() -> None:
    dongguan = load_counties("441900")
    assert dongguan["adcode"].tolist() == ["441900"]
    assert dongguan["name_en"].tolist() == ["Dongguan"]


@pytest.mark.parametrize("adcode", ["110000", "999999", "", "44", "Guangdong"])
def test_unknown_code_names_the_known_ones(adcode: str) -> None:
    with pytest.raises(InputError, match=r"440000 \(Guangdong\)"):
        load_prefectures(adcode)


def test_what_is_loaded_belongs_to_the_caller() -> None:
    first = load_prefectures("520000")
    first.loc[0, "name_en"] = "changed"
    assert load_prefectures("520000")["name_en"].iloc[0] == "Guiyang"


def test_file_is_the_same_when_written_again(tmp_path, counties: gpd.GeoDataFrame) -> None:
    stored = read_boundaries(path_of("boundaries"))
    write_boundaries(stored, tmp_path / "boundaries.geojson.gz")
    assert (tmp_path / "boundaries.geojson.gz").read_bytes() == path_of("boundaries").read_bytes()
    assert np.array_equal(
        shapely.get_coordinates(stored.geometry.to_numpy()),
        shapely.get_coordinates(counties.geometry.to_numpy()),
    )


def test_seats_bear_the_names_of_their_prefecture_or_county() -> None:
    seats = pd.read_csv(path_of("places_seats"), dtype=str)
    units = [load(code) for code in PROVINCES for load in (load_prefectures, load_counties)]
    known = {row.adcode: (row.name_zh, row.name_en) for one in units for row in one.itertuples()}
    assert len(seats) > 300
    for row in seats.itertuples():
        assert (row.name_zh, row.name) == known[row.adcode]
