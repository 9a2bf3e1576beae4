"""Priority places end to end on the small study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.cli import main
from planner.errors import InputError
from planner.ground.area import study_area
from planner.ground.priority_places import priority_places
from planner.pipeline import check_scenario
from planner.scenario import load_scenario
from planner.scenario.places import PriorityPlacesSection
from planner.sites.place_stations import kinds_of_places
from tests.planner.hills import TERRAIN, write_tile
from tests.planner.sites.cases import PLACES, study
from tests.planner.study import SCENARIO, write_study


def test_places_are_told_by_class_and_the_strict_one_is_served_from_close(tmp_path: Path) -> None:
    plan = planner.run(study(tmp_path))
    told = plan.summary["priority_places"]
    assert [row["class"] for row in told["classes"]] == ["hospital", "airport", "industrial_park"]
    assert told["classes"][2]["served"] == 1
    assert told["must_serve_missed"] == 0
    assert told["served"] == (plan.places["served"] != "no").sum()
    station = plan.stations.set_index("station_id").loc[plan.places["served_by"].iloc[2]]
    assert station["role"] == "must_have"
    assert station.geometry.distance(plan.places.geometry.iloc[2]) < 0.006


def test_places_where_nobody_lives_are_called_so(tmp_path: Path) -> None:
    path = write_study(tmp_path, SCENARIO + PLACES.split("\n\n", maxsplit=1)[0])
    lonlat = np.random.default_rng(3).uniform((113.01, 23.01), (113.23, 23.15), (40, 2))
    rows = "\n".join(f"{lon},{lat},hospital" for lon, lat in lonlat)
    (tmp_path / "hospitals.csv").write_text(f"lon,lat,kind\n{rows}\n", encoding="utf-8")
    plan = planner.run(path)
    grid, people = plan.area.grid, plan.demand.people
    places = plan.places.set_index("place_id").geometry.to_crs(grid.crs)
    told = plan.summary["priority_places"]["unserved"]
    for one in told:
        at = places[one["place_id"]]
        column, row = ~grid.transform * (at.x, at.y)
        assert one["inhabited"] == (people[int(row), int(column)] > 0)
    assert {one["inhabited"] for one in told} == {True, False}


def test_weight_draws_a_station_to_a_place(tmp_path: Path) -> None:
    heavy = PLACES.split("\n\n", maxsplit=1)[0] + '\nuse = "weight"\nweight = 1e7\n'
    plan = planner.run(study(tmp_path, heavy))
    assert plan.summary["priority_places"]["served"] == 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"kind": "palace"}, "unknown classes"),
        ({"lon": 114.5}, "outside the study area"),
        ({"places": PLACES.replace('"kind"\n', '"kind"\nweight_column = "beds"\n')}, "negative"),
        ({"places": PLACES.replace("rural = 500", "forest = 500")}, "priority_places.1.service"),
        (
            {"places": PLACES.replace("industrial_park", "palace")},
            r'priority_places\.1\.place_class "palace"; expected one of hospital',
        ),
    ],
)
def test_wrong_places_are_refused(tmp_path: Path, change: dict[str, object], text: str) -> None:
    with pytest.raises(InputError, match=text):
        planner.run(study(tmp_path, **change))


def test_validate_opens_the_files_of_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = study(tmp_path, PLACES + '[[aims]]\nname = "x"\nshare = 0.9\nzones = ["1"]\n', "palace")
    for command in ("validate", "run"):
        with pytest.raises(SystemExit) as ended:
            main([command, str(wrong)])
        said = capsys.readouterr().err.splitlines()
        assert ended.value.code == 2
        assert len(said) == 2
        assert "aims.0.zones" in said[0]
        assert "hospitals.csv" in said[1]
        assert "palace" in said[1]


def test_places_outside_may_be_dropped(tmp_path: Path) -> None:
    dropped = PLACES.replace('"kind"\n', '"kind"\noutside_area = "drop"\n')
    with pytest.warns(UserWarning, match="dropped"):
        plan = planner.run(study(tmp_path, dropped, lon=114.5))
    assert plan.summary["priority_places"]["places"] == 2


STRICT = """
[[priority_places]]
file = "hospitals.csv"
place_class = "hospital"
use = "must_serve"
service = { probability = 0.99 }
"""
BY_BUDGET = (
    SCENARIO.split("[service.radius_m]")[0]
    + """
[target]
stations_new = 6
[siting]
improvement_rounds = 0
certificate_iterations = 0
"""
)
KINDS = """
[[equipment]]
name = "low"
radio = { band = "n28" }
[[equipment]]
name = "high"
radio = { band = "n78" }
"""


def strict_study(folder: Path, more: str = "") -> Path:
    path = write_study(folder, BY_BUDGET + STRICT + more)
    (folder / "hospitals.csv").write_text(
        "lon,lat,name\n113.05,23.1,A\n113.22,23.15,B\n", encoding="utf-8"
    )
    write_tile(folder / "hills.tif")
    return path


@pytest.mark.parametrize("more", ["", KINDS, TERRAIN, KINDS + TERRAIN])
def test_a_strict_service_is_kept_with_equipment_and_over_terrain(
    tmp_path: Path, more: str
) -> None:
    plan = planner.run(strict_study(tmp_path, more))
    told = plan.summary["priority_places"]
    assert told["must_serve_missed"] == 0
    assert told["served"] == 2
    stations = plan.stations.set_index("station_id").to_crs(plan.area.grid.crs)
    reach = max(kinds_of_places(plan.scenario)[0][0].radius_m)
    for place in plan.places.to_crs(plan.area.grid.crs).itertuples():
        by = stations.loc[place.served_by]
        if not more:
            assert by["role"] == "must_have"
            assert by.geometry.distance(place.geometry) <= reach + plan.area.grid.cell_size_m
    must_have = plan.stations.query("role == 'must_have'")
    assert 1 <= len(must_have) <= 2
    assert set(must_have["equipment"]) == {"low" if "low" in more else ""}


def test_strict_places_are_served_by_every_network(tmp_path: Path) -> None:
    networks = """
[[networks]]
name = "middle"
[[networks]]
name = "high"
radio = { band = "n78" }
[[sharing]]
networks = ["middle", "high"]
kind = "sites"
"""
    found = planner.run_networks(strict_study(tmp_path, networks))
    for plan in found.plans.values():
        assert plan.summary["priority_places"]["must_serve_missed"] == 0
        assert plan.summary["priority_places"]["served"] == 2


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ("[service.radius_m]\nrural = 900\n", "service.radius_m applies to any service"),
        ("[[equipment]]\nname = 'a'\nradius_m = { rural = 900 }\n", "equipment.0.radius_m applies"),
        ("[[equipment]]\nname = 'a'\nradio = { band = 'n1000' }\n", "equipment.0.radio"),
    ],
)
def test_radii_that_do_not_know_the_strict_service_are_refused(
    tmp_path: Path, more: str, text: str
) -> None:
    with pytest.raises(InputError, match=text):
        check_scenario(load_scenario(strict_study(tmp_path, more)))


def test_sites_are_not_shared_where_places_must_be_served(tmp_path: Path) -> None:
    networks = """
[[networks]]
name = "one"
[[networks]]
name = "two"
[[sharing]]
networks = ["one", "two"]
kind = "sites"
"""
    path = strict_study(tmp_path, networks)
    path.write_text(path.read_text().replace("service = { probability = 0.99 }\n", ""))
    with pytest.raises(InputError, match="must be served"):
        planner.run_networks(path)


def test_shipped_places_outside_the_area_are_said_to_be_none(tmp_path: Path) -> None:
    path = write_study(tmp_path, SCENARIO + '[[priority_places]]\nshipped = "county_seats"\n')
    plan = planner.run(path)
    assert any("none of the 246 shipped county_seats lies in" in text for text in plan.warnings)
    assert plan.places is None or plan.places.empty


def test_shipped_places_are_found_in_a_boundary_of_ones_own(tmp_path: Path) -> None:
    path = write_study(tmp_path, SCENARIO)
    scenario = load_scenario(path)
    area = study_area(scenario, 500.0)
    section = PriorityPlacesSection(shipped="prefecture_seats")
    found = priority_places(scenario.model_copy(update={"priority_places": (section,)}), area)
    assert list(found.table["name_zh"]) == ["佛山市"]
    assert found.dropped == ()
