"""Priority places end to end on the small study."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.errors import InputError
from tests.planner.study import SCENARIO, rectangle, write_geojson, write_study

PLACES = """
[[priority_places]]
file = "hospitals.csv"
class_column = "kind"

[[priority_places]]
file = "park.geojson"
place_class = "industrial_park"
use = "must_serve"
service = { radius_m = { dense_urban = 300, urban = 300, suburban = 400, rural = 500 } }
"""


def study(folder: Path, places: str = PLACES, kind: str = "airport", lon: float = 113.22) -> Path:
    path = write_study(folder, SCENARIO + places)
    rows = f"113.05,23.1,A,hospital,2\n{lon},23.15,B,{kind},-1\n"
    (folder / "hospitals.csv").write_text(f"lon,lat,name,kind,beds\n{rows}", encoding="utf-8")
    park = rectangle(113.1, 23.03, 113.104, 23.033)
    write_geojson(folder / "park.geojson", [(park, {"name": "Park"})])
    return path


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
        ({"places": PLACES.replace("industrial_park", "palace")}, "unknown class"),
    ],
)
def test_wrong_places_are_refused(tmp_path: Path, change: dict[str, object], text: str) -> None:
    with pytest.raises(InputError, match=text):
        planner.run(study(tmp_path, **change))


def test_places_outside_may_be_dropped(tmp_path: Path) -> None:
    dropped = PLACES.replace('"kind"\n', '"kind"\noutside_area = "drop"\n')
    with pytest.warns(UserWarning, match="dropped"):
        plan = planner.run(study(tmp_path, dropped, lon=114.5))
    assert plan.summary["priority_places"]["places"] == 2
