"""Provinces, prefectures and counties, from one embedded file of counties.

Only counties are stored. Prefectures and provinces are dissolved from them while loading, so that
the three levels share every vertex: no gap, no overlap, no sliver between them.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Hashable
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from planner.data.registry import (
    PROVINCES,
    embedded_folder,
    embedded_sets,
    path_of,
    province_code,
    province_names,
)
from planner.errors import InputError, Problem

BOUNDARIES = "boundaries"
_DECIMALS = 6
_COLUMNS = ["adcode", "name_zh", "name_en", "geometry"]


def load_provinces() -> gpd.GeoDataFrame:
    """Return the five provinces (EPSG:4326): adcode, name_zh, name_en, geometry."""
    counties = _counties()
    provinces = _dissolved(counties, counties["adcode"].str[:2] + "0000")
    names = [PROVINCES[code] for code in provinces["adcode"]]
    provinces["name_zh"], provinces["name_en"] = zip(*names, strict=True)
    return provinces[_COLUMNS]


def load_province(adcode: str, detail: str = "finest") -> gpd.GeoDataFrame:
    """Return a province of the mainland (EPSG:4326), one row: adcode, name_zh, name_en, geometry.

    ``detail``: as for :func:`planner.data.registry.embedded_sets`.

    Raises
    ------
    InputError
        Not one of the 31 provinces.
    """
    identifier, _ = embedded_sets(province_code(adcode), detail)
    if identifier == BOUNDARIES:
        provinces = load_provinces()
        return provinces[provinces["adcode"] == adcode].reset_index(drop=True)
    provinces = read_boundaries(path_of(identifier))
    found = provinces[provinces["adcode"] == adcode].reset_index(drop=True)
    found["name_zh"], found["name_en"] = province_names()[adcode]
    return found[_COLUMNS]


def load_prefectures(adcode: str) -> gpd.GeoDataFrame:
    """Return the prefectures of a province (EPSG:4326): adcode, name_zh, name_en, geometry.

    Raises
    ------
    InputError
        Not one of the embedded provinces.
    """
    counties = _counties_of(adcode)
    prefectures = _dissolved(counties, counties["adcode"].str[:4] + "00")
    names = prefecture_facts(embedded_folder()).set_index("adcode")
    for column in ("name_zh", "name_en"):
        prefectures[column] = names.loc[prefectures["adcode"], column].to_numpy()
    return prefectures[_COLUMNS]


def load_counties(adcode: str) -> gpd.GeoDataFrame:
    """Return the counties of a province or prefecture: adcode, name_zh, name_en, geometry.

    Dongguan and Zhongshan have no counties and are their own. English names are pinyin and the kind
    of unit, without ethnic groups.

    Raises
    ------
    InputError
        Not in one of the embedded provinces.
    """
    counties = _counties_of(adcode)
    counties["name_en"] = counties["adcode"].map(county_names(embedded_folder())).fillna("")
    return counties[_COLUMNS]


def prefecture_facts(folder: Path) -> pd.DataFrame:
    """Return ``facts/prefectures.csv`` of a data folder: texts, people as numbers."""
    path = folder / "facts" / "prefectures.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        facts = pd.DataFrame(csv.DictReader(stream))
    people, seat = ("population_2020", "urban_population_2020"), ("seat_lon", "seat_lat")
    return facts.astype(dict.fromkeys(people, "int64") | dict.fromkeys(seat, "float64"))


def write_boundaries(counties: gpd.GeoDataFrame, path: Path) -> None:
    """Write counties (adcode, name_zh, geometry) as compressed GeoJSON, with reproducible bytes.

    Coordinates keep six decimals (0.1 m), finer than those of the source.
    """
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": row.adcode, "name_zh": row.name_zh},
            "geometry": _rounded(json.loads(shapely.to_geojson(row.geometry))),
        }
        for row in counties.itertuples()
    ]
    collection = {"type": "FeatureCollection", "features": features}
    text = json.dumps(collection, ensure_ascii=False, separators=(",", ":"))
    buffer = io.BytesIO()
    # No file name and no time in the header: the bytes depend on the content only.
    with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(text.encode("utf-8"))
    path.write_bytes(buffer.getvalue())


def read_boundaries(path: Path) -> gpd.GeoDataFrame:
    """Read counties written by :func:`write_boundaries`."""
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        features = json.load(stream)["features"]
    counties = gpd.GeoDataFrame.from_features(features, crs="EPSG:4326")
    return counties[["adcode", "name_zh", "geometry"]]


@cache
def county_names(folder: Path) -> dict[str, str]:
    """Return the English names of counties by their codes, from the facts of a data folder."""
    path = folder / "facts" / "county_names.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["adcode"]: row["name_en"] for row in csv.DictReader(stream)}


@cache
def _counties() -> gpd.GeoDataFrame:
    return read_boundaries(path_of(BOUNDARIES))


def _counties_of(adcode: str) -> gpd.GeoDataFrame:
    counties = _counties()
    prefix = adcode[:2] if adcode.endswith("0000") else adcode[:4]
    found = counties[counties["adcode"].str.startswith(prefix)]
    if len(adcode) != 6 or found.empty:
        known = ", ".join(f"{code} ({names[1]})" for code, names in PROVINCES.items())
        raise InputError(
            Problem("no embedded boundary has this code", None, "adcode", adcode, f"one of {known}")
        )
    return found.reset_index(drop=True)


def _dissolved(counties: gpd.GeoDataFrame, code: pd.Series[str]) -> gpd.GeoDataFrame:
    merged: dict[Hashable, shapely.Geometry] = {
        key: shapely.coverage_union_all(group.geometry.to_numpy())
        for key, group in counties.groupby(code.to_numpy(), sort=True)
    }
    return gpd.GeoDataFrame(
        {"adcode": list(merged)}, geometry=list(merged.values()), crs=counties.crs
    )


def _rounded(geometry: dict[str, object]) -> dict[str, object]:
    return {
        "type": geometry["type"],
        "coordinates": _round_nested(geometry["coordinates"]),
    }


def _round_nested(value: object) -> object:
    if isinstance(value, list):
        return [_round_nested(item) for item in value]
    return round(float(value), _DECIMALS)  # type: ignore[arg-type]
