"""Asked shares of people are served as they are reported, and points are served or not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pyproj import Transformer
from scipy.spatial import KDTree

import planner
from planner.certificate_check import check_certificate
from planner.ground.grid import LONLAT
from tests.planner.study import EAST, NORTH, SCENARIO, SOUTH, WEST, write_study

pytestmark = pytest.mark.filterwarnings("ignore::planner.errors.PlannerWarning")

WITHOUT_NUMBERS = SCENARIO.replace("stations_baseline = 3\nstations_new = 6\n", "")
ASKED = '[objective]\nkind = "fewest_stations"\n'
QUICK = {"siting.certificate_iterations": 60, "siting.exact": "never"}


def test_a_share_of_all_people_is_served_as_reported(tmp_path: Path) -> None:
    path = write_study(tmp_path / "study", WITHOUT_NUMBERS + ASKED + "covered_share = 0.8\n")
    plan = planner.run(path, QUICK)
    summary = plan.summary
    assert 0.8 <= summary["population_covered_share"] < 0.83
    assert summary["people_by_siting_share"] > summary["population_covered_share"]
    assert summary["infeasible"] == []
    assert summary["optimality"]["fewest_new_stations"] <= summary["stations_new"]
    assert check_certificate(plan.save(tmp_path / "out")).holds


def test_each_zone_is_served_to_its_share_as_reported(tmp_path: Path) -> None:
    shares = 'zone_share = 0.6\nzone_shares = [{ zone = "440002", share = 0.7 }]\n'
    path = write_study(tmp_path / "study", WITHOUT_NUMBERS + ASKED + shares)
    plan = planner.run(path, QUICK | {"siting.certificate_iterations": 0})
    west, east = plan.zones["covered_share"]
    assert west >= 0.6
    assert east >= 0.7


def test_a_share_that_siting_alone_reaches_is_warned_of(tmp_path: Path) -> None:
    """All people live within reach by whole cells, not on parts of cells."""
    path = write_study(tmp_path / "study", WITHOUT_NUMBERS + ASKED + "covered_share = 1.0\n")
    with pytest.warns(planner.PlannerWarning, match="no plan was found that serves the asked"):
        plan = planner.run(path, QUICK | {"siting.certificate_iterations": 0})
    assert plan.summary["people_by_siting_share"] == pytest.approx(1.0)
    assert plan.summary["population_covered_share"] < 1.0


def test_points_are_served_within_the_radius_and_not_beyond(tmp_path: Path) -> None:
    path = write_study(tmp_path / "study", SCENARIO)
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('file = "people.tif"', 'points = "people.csv"\npoints_column = "people"'),
        encoding="utf-8",
    )
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(WEST, EAST, 4000), rng.uniform(SOUTH, NORTH, 4000)
    people = rng.integers(1, 60, lon.size)
    table = pd.DataFrame({"lon": lon, "lat": lat, "people": people})
    table.to_csv(path.parent / "people.csv", index=False)
    plan = planner.run(path, {"target.stations_new": 20} | QUICK)
    grid = plan.area.grid
    to_grid = Transformer.from_crs(LONLAT, grid.crs, always_xy=True)
    points = np.column_stack(to_grid.transform(lon, lat))
    sites = np.column_stack(to_grid.transform(plan.stations["lon"], plan.stations["lat"]))
    away_m, _ = KDTree(sites).query(points)
    known = np.array([*plan.demand.area_class.ravel(), 255])[grid.cells(*points.T)]
    radius_m = np.array([800.0, 1000.0, 1500.0, 2000.0])
    served = (known < 4) & (away_m <= radius_m[np.minimum(known, 3)])
    assert plan.summary["population_total"] == people.sum()
    # Points at the edge in cells whose centre is outside have the class of the nearest cell.
    unknown = people[known > 3].sum()
    assert unknown < 0.02 * people.sum()
    covered = plan.summary["population_covered"]
    assert people[served].sum() - 1 <= covered <= people[served].sum() + unknown + 1
    assert plan.summary["people_by_siting"] != pytest.approx(covered, rel=1e-3)
