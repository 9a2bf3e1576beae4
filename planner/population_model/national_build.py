"""Build of the tables of all mainland provinces: people and area by county, and their outlines."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from planner.data.boundaries import write_boundaries
from planner.errors import InputError, Problem
from planner.openers.table import data_table
from planner.population_model.tianditu import read_counties

COUNTIES = "national/counties.csv"
OUTLINES = "national/outlines.geojson.gz"
PROVINCES = "national/provinces.csv"
DRAWN_ONLY = ("710000", "810000", "820000")
"""Provinces of the outlines that the census of the mainland does not count."""

_EQUAL_AREA = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=36 +lon_0=105 +ellps=WGS84"
_OUTLINE_DEGREE = 0.07


def build_national(census_file: Path, out: Path) -> None:
    """Write ``national/counties.csv`` and ``national/outlines.geojson.gz`` into a data folder.

    ``census_file``: the census of all provinces, with the columns of ``facts/census2020.csv``.
    A census row and a polygon belong together if their codes are equal. The remainder of a
    prefecture (development zones without a polygon or a row, counties that have changed their code)
    becomes one more row with the prefecture's code, with all remaining people and area.

    Raises
    ------
    InputError
        A province whose rows do not add up to its census total.
    """
    census = data_table(census_file, population="int64", urban_population="int64")
    known = tuple(data_table(out / PROVINCES)["adcode"])
    polygons = read_counties((*known, *DRAWN_ONLY))
    mainland = polygons[polygons["province"].isin(known)]
    table = national_counties(census, mainland, str(census_file))
    table.to_csv(out / COUNTIES, index=False, encoding="utf-8", lineterminator="\n")
    write_boundaries(province_outlines(polygons), out / OUTLINES)


def national_counties(census: pd.DataFrame, polygons: gpd.GeoDataFrame, file: str) -> pd.DataFrame:
    """Return adcode, prefecture_zh, name_zh, people, urban_people, area_km2, ordered by adcode."""
    area = polygons.to_crs(_EQUAL_AREA).area.to_numpy() / 1e6
    area_of = pd.Series(area, index=polygons["adcode"])
    rows = _lowest_rows(census)
    matched = rows[rows["adcode"].isin(area_of.index)].copy()
    matched["area_km2"] = area_of.loc[matched["adcode"]].to_numpy()
    rest = rows[~rows["adcode"].isin(area_of.index)]
    left = rest.groupby(rest["adcode"].str[:4])[["people", "urban_people"]].sum()
    unused = area_of[~area_of.index.isin(rows["adcode"])]
    left = left.add(_not_in_counties(census), fill_value=0)
    left = left.join(unused.groupby(unused.index.str[:4]).sum().rename("area_km2"), how="outer")
    left = left.fillna(0.0).reset_index(names="prefix")
    names = rows.groupby(rows["adcode"].str[:4])["prefecture_zh"].first()
    left["prefecture_zh"] = left["prefix"].map(names).fillna("")
    left["adcode"], left["name_zh"] = left["prefix"] + "00", "其余"
    table = pd.concat([matched, left[matched.columns]], ignore_index=True)
    table[["people", "urban_people"]] = table[["people", "urban_people"]].astype("int64")
    table["area_km2"] = table["area_km2"].round(2)
    table = table.sort_values(["adcode", "name_zh"]).reset_index(drop=True)
    _check_provinces(census, table, file)
    return table


def province_outlines(polygons: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the provinces (adcode, name_zh, geometry), simplified for a picture, edges shared."""
    codes, shapes = [], []
    for code, group in polygons.groupby("province", sort=True):
        codes.append(str(code))
        shapes.append(shapely.coverage_union_all(group.geometry.to_numpy()))
    simple = shapely.coverage_simplify(shapes, _OUTLINE_DEGREE)
    return gpd.GeoDataFrame(
        {"adcode": codes, "name_zh": [""] * len(codes)}, geometry=list(simple), crs="EPSG:4326"
    )


def _lowest_rows(census: pd.DataFrame) -> pd.DataFrame:
    """Return the counties, and the prefectures that have none (Dongguan, Zhongshan and such)."""
    code = census["adcode"]
    county = code.str[4:] != "00"
    prefecture = (code.str[4:] == "00") & (code.str[2:] != "0000")
    alone = prefecture & ~code.str[:4].isin(set(code[county].str[:4]))
    # One census row has a code of no province: its people are included in its prefecture's total.
    real = code.str[:2].isin(set(code[code.str[2:] == "0000"].str[:2]))
    rows = census[real & (county | alone)].rename(
        columns={
            "population": "people",
            "urban_population": "urban_people",
            "prefecture": "prefecture_zh",
            "county": "name_zh",
        }
    )
    return rows[["adcode", "prefecture_zh", "name_zh", "people", "urban_people"]]


def _not_in_counties(census: pd.DataFrame) -> pd.DataFrame:
    """Return people and urban people of prefectures that are not in any row of a county."""
    code = census["adcode"]
    counts = census[["population", "urban_population"]].set_axis(["people", "urban_people"], axis=1)
    prefecture = (code.str[4:] == "00") & (code.str[2:] != "0000")
    whole = counts[prefecture].set_axis(code[prefecture].str[:4])
    county = code.str[4:] != "00"
    counted = counts[county].groupby(code[county].str[:4]).sum()
    missing = (whole - counted).dropna()
    return missing[(missing != 0).any(axis=1)]


def _check_provinces(census: pd.DataFrame, table: pd.DataFrame, file: str) -> None:
    sums = table.groupby(table["adcode"].str[:2])["people"].sum()
    provinces = census[census["adcode"].str[2:] == "0000"]
    problems = [
        Problem(
            "the counties do not add up to their province",
            file,
            row.adcode,
            int(sums.get(row.adcode[:2], 0)),
            f"{row.population:,} people",
        )
        for row in provinces.itertuples()
        if int(sums.get(row.adcode[:2], 0)) != row.population
    ]
    if problems:
        raise InputError(problems)
