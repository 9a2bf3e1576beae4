"""The ground of a run: area, demand, terrain and priority places, each read once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rasterio

import planner
from planner.ground import area, priority_places
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO, points

STRICT = "{ radius_m = { dense_urban = 400, urban = 400, suburban = 400, rural = 400 } }"
PLACES = f"""
[[priority_places]]
file = "hospitals.csv"
place_class = "hospital"
use = "must_serve"
service = {STRICT}

[[priority_places]]
file = "schools.csv"
place_class = "school"
use = "must_serve"
service = {STRICT}

[[priority_places]]
file = "markets.csv"
place_class = "hospital"
use = "weight"
weight = 100.0
"""
MAPS_AND_SLOPES = """
[radio.maps]
include = true
reach_m = 2000

[cost]
station_cny = 400_000

[cost.items.terrain_factors]
hilly = 1.2
mountain = 1.5

[objective]
kind = "most_within_budget"
budget_cny = 4_000_000
"""


def study_with_places(folder: Path, more: str = "") -> Path:
    points(folder / "hospitals.csv", [(113.075, 23.1125)])
    points(folder / "schools.csv", [(113.16, 23.05)])
    points(folder / "markets.csv", [(113.05, 23.05)])
    return write_hilly_study(folder, text=SCENARIO + PLACES + more)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Count how often each file of rasters, boundaries and places is opened."""
    count: Counter[str] = Counter()

    def counting(opener: Callable[..., Any], position: int) -> Callable[..., Any]:
        def opening(*arguments: Any, **options: Any) -> Any:
            given = arguments[position]
            count[getattr(given, "path", Path(str(given))).name] += 1
            return opener(*arguments, **options)

        return opening

    monkeypatch.setattr(rasterio, "open", counting(rasterio.open, 0))
    for module in (area, priority_places):
        monkeypatch.setattr(module, "read_features", counting(module.read_features, 0))
    return count


def test_each_file_of_the_ground_is_read_once_in_a_run(
    tmp_path: Path, opened: Counter[str]
) -> None:
    path = study_with_places(tmp_path, TERRAIN + MAPS_AND_SLOPES)
    opened.clear()
    plan = planner.run(path, {"siting.improvement_rounds": 0})
    assert plan.radio is not None
    assert plan.money is not None
    assert plan.money.with_slope
    assert plan.places is not None
    assert len(plan.places) == 3
    assert opened == {
        "boundary.geojson": 1,
        "zones.geojson": 1,
        "people.tif": 1,
        # Heights of cells, and of their parts.
        "hills.tif": 2,
        "hospitals.csv": 1,
        "schools.csv": 1,
        "markets.csv": 1,
    }


def test_places_that_weigh_are_missed_where_the_ground_has_none(tmp_path: Path) -> None:
    scenario = planner.load_scenario(study_with_places(tmp_path))
    ground_area = planner.study_area(scenario, 400.0)
    demand = planner.demand_on_grid(scenario, ground_area)
    candidates = planner.candidate_sites(scenario, ground_area, demand, [800.0] * 4)
    with pytest.raises(ValueError, match=r"without the places of 3 \[\[priority_places\]\]"):
        planner.site_stations(
            scenario, planner.Ground(ground_area, demand), candidates, [800.0] * 4
        )
