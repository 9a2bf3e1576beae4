"""Tables of given sites: what is read, what is refused."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from planner.errors import InputError, PlannerWarning
from planner.radio.site_file import read_sites


def read(tmp_path: Path, content: str):
    path = tmp_path / "sites.csv"
    path.write_text(content, encoding="utf-8")
    return read_sites(path)


def test_positions_are_enough(tmp_path) -> None:
    sites = read(tmp_path, "lon,lat\n113.1,23.1\n113.2,23.1\n")
    assert sites["site"].tolist() == ["site 1", "site 2"]
    assert list(sites) == ["site", "lon", "lat"]


def test_everything_else_is_optional_field_by_field(tmp_path) -> None:
    sites = read(
        tmp_path,
        "Name,LON,Lat,azimuths_deg,height_m,power_dbm,electrical_tilt_deg,load,band,owner\n"
        "塔一,113.1,23.1,0;120 ;240,25,50,6,0.7,n78,x\n"
        ",113.2,23.1,,,,,,,\n",
    )
    assert sites["site"].tolist() == ["塔一", "site 2"]
    assert sites["azimuths_deg"].tolist() == [(0.0, 120.0, 240.0), None]
    assert sites["height_m"][0] == 25.0
    assert math.isnan(sites["height_m"][1])
    assert sites["band"][0] == "n78"
    assert sites["band"].isna().tolist() == [False, True]
    assert "owner" not in sites


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("lon,lat,height_m\n113.1,23.1,tall\n", ["height_m of site 1", "'tall'", "3 to 150"]),
        ("lon,lat,height_m\n113.1,23.1,-5\n", ["height_m of site 1"]),
        ("lon,lat,height_m\n113.1,23.1,nan\n", ["height_m of site 1"]),
        ("lon,lat,load\n113.1,23.1,1.5\n", ["load of site 1", "0 to 1"]),
        ("lon,lat,power_dbm\n113.1,23.1,inf\n", ["power_dbm of site 1"]),
        ("lon,lat,band\n113.1,23.1,n79\n", ["band of site 1", "n41, n78, n28"]),
        ("lon,lat,azimuths_deg\n113.1,23.1,0;400\n", ["azimuths_deg of site 1"]),
        ("lon,lat,azimuths_deg\n113.1,23.1,0;360\n", ["azimuths_deg of site 1"]),
        ("lon,lat,azimuth_deg\n113.1,23.1,north\n", ["azimuth_deg of site 1"]),
        ("lon,lat\n113.1,23.1\n113.2,23.1\n113.1,23.1\n", ["occurs twice", "[3]"]),
        ("lon,lat\nhere,23.1\n", ["no position"]),
        ("a,b\n1,2\n", ["lon and lat"]),
        ("lon,lat\n23.1,113.1\n", ["swapped"]),
        ("lon,lat\n", ["holds no features"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, rows, words) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, rows)
    for word in ["sites.csv", *words]:
        assert word in str(caught.value)


def test_one_row_for_each_sector_is_no_repetition(tmp_path) -> None:
    sites = read(tmp_path, "lon,lat,azimuth_deg\n113.1,23.1,0\n113.1,23.1,120\n")
    assert sites["azimuths_deg"].tolist() == [(0.0,), (120.0,)]


def test_many_problems_of_one_column_are_counted(tmp_path) -> None:
    rows = "\n".join(f"113.{i:03d},23.1,x" for i in range(30))
    with pytest.raises(InputError) as caught:
        read(tmp_path, f"lon,lat,load\n{rows}\n")
    assert len(caught.value.problems) == 11
    assert "20 more" in str(caught.value)


def test_the_whole_tilt_is_electrical_and_given_in_one_way(tmp_path) -> None:
    sites = read(tmp_path, "lon,lat,tilt_deg\n113.1,23.1,6\n113.2,23.1,\n")
    assert sites["electrical_tilt_deg"].tolist()[0] == 6.0
    assert sites["mechanical_tilt_deg"].tolist()[0] == 0.0
    assert sites[["electrical_tilt_deg", "mechanical_tilt_deg"]].iloc[1].isna().all()
    with pytest.raises(InputError, match="one way to give the tilt"):
        read(tmp_path, "lon,lat,tilt_deg,mechanical_tilt_deg\n113.1,23.1,6,2\n")


def test_columns_of_antennas_that_are_not_read_are_named(tmp_path) -> None:
    with pytest.warns(PlannerWarning, match=r"sites\.csv: columns not read: azimuth, 挂高; known"):
        read(tmp_path, "lon,lat,azimuth,挂高,owner\n113.1,23.1,0,30,A\n")
