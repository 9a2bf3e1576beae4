"""Roads and railways for orientation: what is shown of a file, and what is said of a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

import planner
from planner.errors import InputError, PlannerWarning
from planner.ground.area import study_area
from planner.ground.grid import fitted_albers
from planner.outputs.map.web_vector import light_lines
from planner.saved.rewriting import write_map
from planner.scenario import load_scenario
from tests.planner.study import (
    EAST,
    NORTH,
    SCENARIO,
    SOUTH,
    WEST,
    write_geojson,
    write_study,
)

ROADS = '\n[base_map]\nroads = "roads.geojson"\nrailways = "rail.geojson"\n'
MIDDLE = (SOUTH + NORTH) / 2


def line(*lonlat: tuple[float, float]) -> dict[str, object]:
    return {"type": "LineString", "coordinates": [list(one) for one in lonlat]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = write_study(tmp_path, SCENARIO + ROADS)
    across = line((WEST - 1, MIDDLE), (EAST + 1, MIDDLE))
    lane = line((WEST + 0.01, MIDDLE), (WEST + 0.02, MIDDLE))
    far = line((WEST - 1, MIDDLE), (WEST - 0.5, MIDDLE))
    write_geojson(
        tmp_path / "roads.geojson",
        [(across, {"fclass": "trunk"}), (lane, {"fclass": "residential"}),
         (far, {"fclass": "primary"})],
    )  # fmt: skip
    write_geojson(tmp_path / "rail.geojson", [(lane, {"owner": "someone"})])
    return path


def lines_of(path: Path) -> dict[str, shapely.Geometry]:
    return dict(study_area(load_scenario(path), 250.0).lines)


def test_main_roads_are_shown_and_end_at_the_border(path: Path) -> None:
    lines = lines_of(path)
    west, south, east, north = lines["roads"].bounds
    assert (west, east) == pytest.approx((WEST, EAST), abs=1e-9)
    assert south == north == pytest.approx(MIDDLE)
    # A file without classes shows every line.
    assert shapely.length(lines["railways"]) == pytest.approx(0.01)


def test_a_file_without_lines_is_refused_and_one_elsewhere_is_said(path: Path) -> None:
    stop = {"type": "Point", "coordinates": [WEST + 0.1, MIDDLE]}
    write_geojson(path.parent / "rail.geojson", [(stop, {})])
    with pytest.raises(InputError, match="holds no lines") as refused:
        lines_of(path)
    assert refused.value.problems[0].key == "base_map.railways"
    write_geojson(path.parent / "rail.geojson", [(line((0, 0), (1, 1)), {})])
    with pytest.warns(PlannerWarning, match="no line inside the area"):
        assert list(lines_of(path)) == ["roads"]


def test_a_plan_opens_without_the_files_and_says_so(path: Path, tmp_path: Path) -> None:
    quick = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0}
    folder = planner.run(path, quick).save(tmp_path / "out")
    assert "Main roads" in (folder / "map.html").read_text("utf-8")
    (path.parent / "roads.geojson").unlink()
    with pytest.warns(PlannerWarning, match=r"without roads and railways: .*roads\.geojson"):
        write_map(planner.open(folder))
    assert "Main roads" not in (folder / "map.html").read_text("utf-8")


def test_many_lines_are_simplified_and_the_shortest_left_out() -> None:
    crs = fitted_albers(113, 23, 114, 26)
    curve = shapely.LineString([(113 + i * 1e-3, 23 + (i % 2) * 1e-5) for i in range(1000)])
    zigzags = [shapely.LineString([(113, 23 + k), (113.01, 23.01 + k)]) for k in range(3)]
    every = shapely.multilinestrings([curve, *zigzags])
    light = light_lines(every, crs, 50.0, vertices=6)
    assert shapely.get_num_coordinates(light) <= 6
    assert shapely.length(light) == pytest.approx(0.999 + 2 * 0.01414, rel=1e-3)
