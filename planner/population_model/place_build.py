"""Shipped priority places: airports, and seats of prefectures and counties.

Airports come from the package ``airportsdata`` (MIT). Seats are places of GeoNames that bear the
name of their prefecture or county and lie in it; if there is none, the county's place with the most
people is used. Positions of GeoNames are good to about a kilometre.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import airportsdata
import geopandas as gpd
import pandas as pd

from planner.data.boundaries import county_names, prefecture_facts
from planner.openers.table import data_table
from planner.population_model.places import read_places

AIRPORTS, SEATS = "places_airports", "places_seats"

_UNITS = ("特区", "林区", "自治县", "自治州", "地区", "县", "市", "区", "旗", "州", "盟")
_NAMED, _LARGEST = "name", "largest place"
_LAST_DISTRICT = 20
_LEFT_OUT = {"KMG": "the airport that closed in 2012", "ZHA": "the airport that closed in 2022"}
"""Airports whose position in the package is that of a former airport."""

_NOT_COUNTED = {"350527"}
"""Counties without people in the census: Kinmen."""

_SEAT_COUNTY = {
    "522300": "522301", "522600": "522601", "522700": "522701", "532300": "532301",
    "532500": "532503", "532600": "532601", "532800": "532801", "532900": "532901",
    "533100": "533103", "533300": "533301", "533400": "533401",
}  # fmt: skip
"""Seats of the autonomous prefectures, none of which is named after its town."""
_DECIMALS = 5


def write_shipped_places(counties: gpd.GeoDataFrame, folder: Path, files: dict[str, Path]) -> None:
    """Write both sets as CSV.

    ``counties``: columns adcode, name_zh, geometry (EPSG:4326); ``folder``: a data folder that
    holds the facts; ``files``: where the sets of these ids go.
    """
    for name in (AIRPORTS, SEATS):
        files[name].parent.mkdir(parents=True, exist_ok=True)
    names = data_table(folder / "facts" / "airport_names.csv").set_index("iata")["name_zh"]
    _write(airports(counties, names), files[AIRPORTS])
    prefectures = prefecture_facts(folder)
    named = counties.assign(name_en=counties["adcode"].map(county_names(folder)))
    _write(seats(named, prefectures), files[SEATS])


def airports(counties: gpd.GeoDataFrame, names_zh: pd.Series) -> pd.DataFrame:
    """Return the airports with an IATA code inside the counties, ordered by that code.

    ``names_zh``: Chinese names by code; an airport without one has none.
    """
    rows = [row for row in airportsdata.load("IATA").values() if row["country"] == "CN"]
    kept = [
        row
        for row in rows
        if row["iata"] not in _LEFT_OUT and "under construction" not in row["name"]
    ]
    table = pd.DataFrame(kept).sort_values("iata", kind="stable").reset_index(drop=True)
    points = gpd.points_from_xy(table["lon"], table["lat"], crs="EPSG:4326")
    found = _first_polygon(gpd.GeoSeries(points), counties)
    table["adcode"] = [counties["adcode"].iloc[row] if row >= 0 else "" for row in found]
    inside = table[table["adcode"] != ""]
    return pd.DataFrame(
        {
            "name": inside["name"].str.strip(),
            "name_zh": inside["iata"].map(names_zh).fillna(""),
            "place_class": "airport",
            "adcode": inside["adcode"],
            "lon": inside["lon"],
            "lat": inside["lat"],
            "basis": "IATA " + inside["iata"],
        }
    )


def seats(counties: gpd.GeoDataFrame, prefectures: pd.DataFrame) -> pd.DataFrame:
    """Return the seats of prefectures, then those of counties and county-level cities.

    Each has the names of its prefecture or county (``counties``: adcode, name_zh, name_en).
    Districts of a city have no town of their own and are left out.
    """
    places = read_places()
    inside = _first_polygon(places.geometry, counties)
    codes = counties["adcode"].to_numpy()
    places = places.assign(adcode=[codes[row] if row >= 0 else "" for row in inside])
    rows = [*_prefecture_rows(places, prefectures), *_county_rows(places, counties)]
    return pd.DataFrame(rows)


def _prefecture_rows(places: gpd.GeoDataFrame, known: pd.DataFrame) -> Iterator[dict[str, Any]]:
    for one in known.itertuples():
        seat = _SEAT_COUNTY.get(one.adcode)
        code = places["adcode"] if seat else places["adcode"].str[:4]
        here = places[code == (seat or one.adcode[:4])]
        yield from _seat(here, one, "prefecture_seat")


def _county_rows(places: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    for one in counties.sort_values("adcode").itertuples():
        if int(one.adcode[4:]) <= _LAST_DISTRICT or one.adcode in _NOT_COUNTED:
            continue
        here = places[places["adcode"] == one.adcode]
        yield from _seat(here, one, "county_seat")


def _seat(here: gpd.GeoDataFrame, unit: Any, place_class: str) -> Iterator[dict[str, Any]]:
    """Yield the place of the unit's name with the most people, or else the largest place."""
    wanted = {unit.name_zh, _stem(unit.name_zh)}
    named = here[[bool(wanted & set(names)) for names in here["names"]]]
    basis = _NAMED if len(named) else _LARGEST
    chosen = named if len(named) else here[here["population"] > 0]
    if chosen.empty:
        return
    best = chosen.sort_values("population", ascending=False, kind="stable").iloc[0]
    yield {
        "name": unit.name_en,
        "name_zh": unit.name_zh,
        "place_class": place_class,
        "adcode": unit.adcode,
        "lon": best.geometry.x,
        "lat": best.geometry.y,
        "basis": basis,
    }


def _stem(name: str) -> str:
    """Return a name without its unit, if at least two characters remain."""
    for unit in _UNITS:
        if name.endswith(unit) and len(name) - len(unit) >= 2:
            return name.removesuffix(unit)
    return name


def _first_polygon(points: gpd.GeoSeries, polygons: gpd.GeoDataFrame) -> list[int]:
    """Return the row of the polygon that holds each point, -1 where none does."""
    held = [-1] * len(points)
    point_row, polygon_row = polygons.sindex.query(points, predicate="within")
    for point, polygon in zip(point_row, polygon_row, strict=True):
        held[point] = int(polygon)
    return held


def _write(table: pd.DataFrame, path: Path) -> None:
    rounded = table.assign(lon=table["lon"].round(_DECIMALS), lat=table["lat"].round(_DECIMALS))
    rounded.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")
