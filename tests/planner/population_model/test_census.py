from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from planner.data import embedded_folder, path_of
from planner.data.boundaries import load_counties
from planner.errors import InputError
from planner.population_model.census import county_people, without_census


def with_prefecture(code: str) -> gpd.GeoDataFrame:
    counties = load_counties(code)
    counties["prefecture"] = counties["adcode"].str[:4] + "00"
    return counties


def people_of(code: str) -> pd.Series:
    counties = with_prefecture(code)
    found = county_people(embedded_folder(), counties)["people"]
    return found.set_axis(counties["adcode"])


def test_recoded_counties_are_found() -> None:
    # Meilie (350402) and Sanyuan (350403) became Sanyuan (350404), Shaxian (350427) became 350405.
    census = pd.read_csv(embedded_folder() / "facts/census2020.csv").set_index("adcode")
    found = people_of("350400")
    assert found["350404"] == census["population"][[350402, 350403]].sum()
    assert found["350405"] == census["population"][350427]


def test_jinmen_has_nobody() -> None:
    assert people_of("350500")["350527"] == 0
    assert "350527" not in set(pd.read_csv(path_of("places_seats"), dtype=str)["adcode"])


def test_development_zones_belong_to_their_prefecture() -> None:
    census = pd.read_csv(embedded_folder() / "facts/census2020.csv").set_index("adcode")
    found = people_of("130100")
    assert found.sum() == census["population"][130100]
    assert (found > census["population"].reindex(found.index.astype(int)).to_numpy()).all()


def test_prefecture_without_counties_is_its_own() -> None:
    assert people_of("441900").tolist() == [10_466_625]


def test_urban_people_are_people() -> None:
    found = county_people(embedded_folder(), with_prefecture("130000"))
    assert (found["urban_people"] <= found["people"]).all()
    assert (found["urban_people"] >= 0).all()


def test_missing_people_are_refused(tmp_path: Path) -> None:
    facts = tmp_path / "facts"
    facts.mkdir()
    census = pd.read_csv(embedded_folder() / "facts/census2020.csv")
    census.loc[census["adcode"] == 520100, "population"] += 1
    census.to_csv(facts / "census2020.csv", index=False)
    recodes = (embedded_folder() / "facts/county_recodes_2021.csv").read_bytes()
    (facts / "county_recodes_2021.csv").write_bytes(recodes)
    with pytest.raises(InputError, match="520100"):
        county_people(tmp_path, with_prefecture("520100"))


def test_islands_without_census() -> None:
    lon, lat = np.array([116.8, 113.3, 119.94]), np.array([20.7, 23.1, 26.15])
    assert without_census(embedded_folder(), lon, lat).tolist() == [True, False, True]
