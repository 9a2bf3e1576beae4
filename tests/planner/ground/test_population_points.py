"""People at points of a table: on the grid by any CRS, conserved by zone, refused when wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

import planner
from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.ground.demand import demand_on_grid
from planner.scenario import load_scenario
from tests.planner.study import EAST, NORTH, SOUTH, WEST, write_study

UTM = "EPSG:32649"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


def points(count: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points well inside the study, with people in halves."""
    rng = np.random.default_rng(3)
    wide, tall = 0.05 * (EAST - WEST), 0.05 * (NORTH - SOUTH)
    lon = rng.uniform(WEST + wide, EAST - wide, count)
    lat = rng.uniform(SOUTH + tall, NORTH - tall, count)
    return lon, lat, rng.integers(1, 60, count) / 2


def table(path: Path, header: str, *columns: np.ndarray) -> None:
    rows = (",".join(f"{value:.9f}" for value in row) for row in zip(*columns, strict=True))
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")


def demand_of(study: Path, **section: str):
    scenario = load_scenario(study, {"population": section})
    area = study_area(scenario, 500.0)
    return area, demand_on_grid(scenario, area)


def test_points_in_a_projected_crs_are_those_in_degrees(study: Path) -> None:
    lon, lat, people = points()
    x, y = Transformer.from_crs(4326, UTM, always_xy=True).transform(lon, lat)
    table(study.parent / "degrees.csv", "lon,lat,traffic", lon, lat, people)
    table(study.parent / "metres.csv", "x,y,traffic", x, y, people)
    area, by_degrees = demand_of(study, points="degrees.csv", points_column="traffic")
    _, by_metres = demand_of(study, points="metres.csv", points_column="traffic", points_crs=UTM)
    assert np.array_equal(by_degrees.people, by_metres.people)
    assert by_degrees.people_total == pytest.approx(people.sum())
    assert not by_degrees.is_model
    column, row = ~area.grid.transform * np.array(
        Transformer.from_crs(4326, area.grid.crs, always_xy=True).transform(lon, lat)
    )
    naive = np.zeros(area.grid.shape)
    np.add.at(naive, (row.astype(int), column.astype(int)), people)
    assert np.allclose(by_degrees.people, naive, rtol=1e-6)


def test_without_a_column_one_lives_at_each_point(study: Path) -> None:
    lon, lat, _ = points(50)
    table(study.parent / "p.csv", "lon,lat", lon, lat)
    assert demand_of(study, points="p.csv")[1].people_total == 50


def test_points_outside_are_left_out_with_a_warning(study: Path) -> None:
    lon, lat, people = points(20)
    table(study.parent / "p.csv", "lon,lat,n", np.append(lon, EAST + 1), np.append(lat, NORTH),
          np.append(people, 7.0))  # fmt: skip
    with pytest.warns(PlannerWarning, match="p.csv: 7 of .* outside the study area"):
        _, demand = demand_of(study, points="p.csv", points_column="n")
    assert demand.people_total == pytest.approx(people.sum())


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"points_column": "m"}, "p.csv: population.points_column: has no such column"),
        ({"points_column": "bad"}, "negative or non-numeric"),
        ({"points_crs": "EPSG:0"}, "p.csv: population.points_crs: is not a known CRS"),
        ({"file": "people.tif"}, "one of file and points"),
    ],
)
def test_what_cannot_be_right_is_refused(study: Path, section: dict, message: str) -> None:
    lon, lat, people = points(5)
    table(study.parent / "p.csv", "lon,lat,n,bad", lon, lat, people, -people)
    with pytest.raises(InputError, match=message):
        demand_of(study, points="p.csv", **section)


def test_a_column_without_points_is_refused(study: Path) -> None:
    with pytest.raises(InputError, match="need points"):
        demand_of(study, file="people.tif", points_column="n")


def test_a_plan_names_its_points_as_an_input(study: Path) -> None:
    lon, lat, people = points()
    table(study.parent / "p.csv", "lon,lat,n", lon, lat, people * 100)
    section = {"points": "p.csv", "points_column": "n"}
    quick = {"area.cell_size_m": 1000, "siting.improvement_rounds": 0}
    plan = planner.run(study, {"population": section} | quick)
    inputs = {row["role"]: row["file"] for row in plan.provenance["inputs"]}
    assert inputs["population"] == "p.csv"


def test_people_at_the_middle_of_cells_are_served_as_siting_counts(study: Path) -> None:
    quick = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0}
    spread = planner.run(study, quick)
    middle = planner.run(study, quick | {"population.stand": "centre"})
    served, sited = (middle.summary[key] for key in ("population_covered", "people_by_siting"))
    assert served == pytest.approx(sited, rel=1e-6)
    assert abs(spread.summary["population_covered"] / spread.summary["people_by_siting"] - 1) > 1e-3
    section = {"points": str(study.parent / "people.csv"), "stand": "centre"}
    with pytest.raises(InputError, match="points stand where they are"):
        load_scenario(study, {"population": section})
