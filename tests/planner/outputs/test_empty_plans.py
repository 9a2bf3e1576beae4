"""Plans without stations, without gaps, or without both: every output is written and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from planner.columns import GAPS, STATIONS
from planner.outputs import output_files, save_plan
from planner.plan import Plan
from tests.planner.outputs.synthetic import make_plan

NO_GAPS = {"count": 0, "population": 0.0, "area_km2": 0.0, "listed": 0, "largest": []}


@pytest.fixture(scope="module")
def empty_plan() -> Plan:
    return make_plan(baseline=0, new=0)


def of_objects(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The table without a row, every column of the type that an empty list of objects has."""
    columns = [name for name in table.columns if name != "geometry"]
    return table.iloc[:0].astype(dict.fromkeys(columns, "object"))


def of_floats(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same with the type that pandas gives a column made of an empty list."""
    columns = [name for name in table.columns if name != "geometry"]
    return table.iloc[:0].astype(dict.fromkeys(columns, "float64"))


@pytest.mark.parametrize("emptied", [of_objects, of_floats, lambda table: table.iloc[:0]])
@pytest.mark.parametrize("gaps_too", [False, True])
def test_plan_without_stations(
    empty_plan: Plan, saved: Path, tmp_path: Path, emptied: object, *, gaps_too: bool
) -> None:
    assert callable(emptied)
    plan = replace(empty_plan, stations=emptied(empty_plan.stations))
    if gaps_too:
        plan = replace(
            plan,
            gaps=emptied(plan.gaps),
            summary={**plan.summary, "gaps": NO_GAPS},
        )
    folder = save_plan(plan, tmp_path / "plan")
    assert {path.name for path in folder.iterdir()} == set(output_files(plan.scenario))
    table = pd.read_csv(folder / "stations.csv")
    assert list(table.columns) == list(STATIONS)
    assert table.empty
    for layer, columns in (("stations", STATIONS), ("gaps", GAPS)):
        full = pyogrio.read_info(saved / "plan.gpkg", layer=layer)
        read = pyogrio.read_info(folder / "plan.gpkg", layer=layer)
        assert list(read["fields"]) == list(columns)
        assert list(read["dtypes"]) == list(full["dtypes"])
    assert len(gpd.read_file(folder / "plan.gpkg", layer="gaps")) == len(plan.gaps)


@pytest.mark.parametrize(("baseline", "new"), [(0, 5), (5, 0)])
def test_plan_without_a_baseline_or_without_new_stations(
    tmp_path: Path, baseline: int, new: int
) -> None:
    plan = make_plan(baseline=baseline, new=new)
    folder = save_plan(plan, tmp_path / "plan")
    assert len(pd.read_csv(folder / "stations.csv")) == baseline + new
