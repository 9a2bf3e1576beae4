"""Stations for places with a strict service, and wrong places before any siting."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
import planner.pipeline
from planner.errors import InputError
from tests.planner.sites.cases import study
from tests.planner.study import SCENARIO, points, write_study

DENSEST = (113.075, 23.1125)
STRICT = """
[[priority_places]]
file = "hospital.csv"
place_class = "hospital"
use = "must_serve"
service = { radius_m = { dense_urban = 400, urban = 400, suburban = 400, rural = 400 } }
"""


def strict_study(folder: Path, more: str = "") -> Path:
    path = write_study(folder, SCENARIO + STRICT + more)
    points(folder / "hospital.csv", [DENSEST])
    points(folder / "sites.csv", [DENSEST])
    return path


def test_wrong_places_are_refused_at_once_and_before_siting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("sited with wrong places")

    monkeypatch.setattr(planner.pipeline, "site_scenario", never)
    with pytest.raises(InputError) as caught:
        planner.run(study(tmp_path, kind="palace", lon=114.5))
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 2
    assert "palace" in said[0]
    assert "feature 2 at 114.5" in said[1]


def test_a_given_site_in_service_spares_the_station_of_a_strict_place(tmp_path: Path) -> None:
    given = '\n[sites]\nexisting = "sites.csv"\n'
    plan = planner.run(strict_study(tmp_path, given))
    assert plan.places is not None
    assert (plan.stations["role"] == "must_have").sum() == 0
    assert plan.places["served"].tolist() == ["baseline"]


def test_a_baseline_placed_by_the_model_spares_none(tmp_path: Path) -> None:
    """Where it really stands is not known: a promise to a place does not rest on it."""
    plan = planner.run(strict_study(tmp_path))
    assert plan.places is not None
    must_have = plan.stations[plan.stations["role"] == "must_have"]
    assert len(must_have) == 1
    assert plan.summary["priority_places"]["must_serve_missed"] == 0
    place = plan.places.to_crs(plan.area.grid.crs).geometry.iloc[0]
    distance = must_have.to_crs(plan.area.grid.crs).geometry.iloc[0].distance(place)
    assert distance <= 400 + plan.area.grid.cell_size_m
