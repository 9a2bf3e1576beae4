"""People of each county polygon, from the 2020 census."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.errors import InputError, Problem
from planner.openers.table import data_table

CENSUS = "facts/census2020.csv"
RECODES = "facts/county_recodes_2021.csv"
ISLANDS = "facts/islands_without_census.csv"


def county_people(folder: Path, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return people and urban_people (integers) for each county, in the order of ``counties``.

    ``counties`` needs the columns adcode and prefecture; ``folder`` is the data folder. Codes of
    2020 are converted to those in use since 2021. A prefecture without counties (Dongguan,
    Zhongshan) is its own county. Development zones have a census row but no polygon: their people
    are shared among the counties of their prefecture in proportion to urban people. A county
    without a row (Jinmen, which the census does not count) has no people. Every prefecture keeps
    its census total.

    Raises
    ------
    InputError
        A prefecture whose counties do not add up to its census total.
    """
    census = data_table(folder / CENSUS, population="int64", urban_population="int64")
    recodes = data_table(folder / RECODES)
    code = census["adcode"].replace(
        dict(zip(recodes["census2020_adcode"], recodes["adcode_since_2021"], strict=True))
    )
    values = census[["population", "urban_population"]].set_axis(
        ["people", "urban_people"], axis="columns"
    )
    rows = values.groupby(code).sum()
    found = rows.reindex(counties["adcode"]).fillna(0).astype(np.int64).reset_index(drop=True)
    without_polygon = rows[~rows.index.isin(counties["adcode"]) & (rows.index.str[4:] != "00")]
    for prefecture, zones in without_polygon.groupby(without_polygon.index.str[:4]):
        inside = np.flatnonzero(counties["adcode"].str[:4] == prefecture)
        share = found["urban_people"].to_numpy(dtype=np.float64)[inside]
        for column in found.columns:
            extra = shared_out(int(zones[column].sum()), share)
            found.loc[inside, column] += extra
    _check_prefectures(folder, rows, counties, found)
    return found


def without_census(
    folder: Path, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Return which places (degrees) lie on islands that the census did not count.

    The islands belong to the polygons of mainland counties, whose people live elsewhere.
    """
    found = np.zeros(lon.shape, dtype=bool)
    edges = dict.fromkeys(("west", "south", "east", "north"), "float64")
    for island in data_table(folder / ISLANDS, **edges).itertuples():
        found |= (
            (lon >= island.west)
            & (lon <= island.east)
            & (lat >= island.south)
            & (lat <= island.north)
        )
    return found


def shared_out(total: int, weight: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return integers that add up to ``total``, in proportion to ``weight`` (largest remainder)."""
    exact = total * weight / weight.sum()
    return rounded_to_total(exact, total)


def rounded_to_total(exact: npt.NDArray[np.float64], total: int) -> npt.NDArray[np.int64]:
    """Round values down, then raise those of the largest remainder until they add up to ``total``.

    Ties go to the first; ``total`` lies within the number of values of their sum.
    """
    whole = np.floor(exact).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(whole - exact, kind="stable")
    whole[order[:missing]] += 1
    return whole


def _check_prefectures(
    folder: Path, rows: pd.DataFrame, counties: gpd.GeoDataFrame, found: pd.DataFrame
) -> None:
    sums = found["people"].groupby(counties["prefecture"].to_numpy()).sum()
    problems = [
        Problem(
            "the counties do not add up to their prefecture",
            str(folder / CENSUS),
            str(prefecture),
            int(people),
            f"{int(rows['people'][prefecture]):,} people",
        )
        for prefecture, people in sums.items()
        if people != rows["people"][prefecture]
    ]
    if problems:
        raise InputError(problems)
