"""Zones of the target get exactly their stations; the others share the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

import planner
from planner.cli import BAD_INPUT, main
from planner.errors import InputError, PlannerWarning
from tests.planner.study import SCENARIO, points, write_study

QUICK = '\n[siting]\nexact = "never"\ncertificate_iterations = 600\nimprovement_rounds = 4\n'


def with_zones(*zones: str, baseline: int = 6, new: int = 12) -> str:
    """The small study with these tables of ``[[target.zones]]``."""
    text = SCENARIO.replace("stations_baseline = 3", f"stations_baseline = {baseline}")
    text = text.replace("stations_new = 6", f"stations_new = {new}")
    return text + "".join(f"\n[[target.zones]]\n{zone}\n" for zone in zones) + QUICK


def counts(plan: planner.plan.Plan) -> dict[tuple[str, str], int]:
    """Stations by role and zone."""
    found = plan.stations.groupby(["role", "zone_en"]).size()
    return {key: int(count) for key, count in found.items()}


@pytest.mark.parametrize("name", ["440002", "East", "东区"])
def test_a_zone_gets_exactly_its_numbers(tmp_path: Path, name: str) -> None:
    zone = f'zone = "{name}"\nstations_baseline = 4\nstations_new = 9'
    plan = planner.run(write_study(tmp_path, with_zones(zone)))
    assert counts(plan) == {
        ("baseline", "East"): 4, ("baseline", "West"): 2, ("new", "East"): 9, ("new", "West"): 3
    }  # fmt: skip
    optimality = plan.summary["optimality"]
    assert 0 <= optimality["gap"] < 0.1
    assert "station limits of zones" in optimality["method"]


def test_either_number_may_be_left_out(tmp_path: Path) -> None:
    only_new = 'zone = "East"\nstations_new = 2'
    only_baseline = 'zone = "West"\nstations_baseline = 5'
    found = counts(planner.run(write_study(tmp_path, with_zones(only_new, only_baseline))))
    assert found == {
        ("baseline", "East"): 1, ("baseline", "West"): 5, ("new", "East"): 2, ("new", "West"): 10
    }  # fmt: skip


def test_a_baseline_anchor_of_what_the_model_places_changes_nothing(tmp_path: Path) -> None:
    free = planner.run(write_study(tmp_path / "free", with_zones()))
    west = counts(free)["baseline", "West"]
    zone = f'zone = "West"\nstations_baseline = {west}'
    same = planner.run(write_study(tmp_path / "same", with_zones(zone)))
    place = ["lon", "lat"]
    assert set(map(tuple, same.stations[place].to_numpy())) == set(
        map(tuple, free.stations[place].to_numpy())
    )


def test_more_stations_than_people_need_stand_in_layers(tmp_path: Path) -> None:
    zone = 'zone = "West"\nstations_baseline = 250\nstations_new = 10'
    plan = planner.run(write_study(tmp_path, with_zones(zone, baseline=250, new=10)))
    assert counts(plan) == {("baseline", "West"): 250, ("new", "West"): 10}
    place = plan.stations[["lon", "lat"]].round(9)
    assert not place.duplicated().any()
    idle = plan.stations[plan.stations["people_gained"] <= 0]
    assert len(idle)
    assert plan.summary["stations_requested"] == 10


def test_within_limits_a_zone_gets_its_number_too(tmp_path: Path) -> None:
    zone = 'zone = "East"\nstations_new = 9'
    text = with_zones(zone) + "min_separation_m = 600\n"
    found = counts(planner.run(write_study(tmp_path, text)))
    assert found["new", "East"] == 9
    assert found["new", "West"] == 3


def test_must_have_sites_count_in_their_zone(tmp_path: Path) -> None:
    points(tmp_path / "must.csv", [(113.05, 23.05), (113.2, 23.1)])
    zone = 'zone = "East"\nstations_new = 4'
    text = with_zones(zone) + '[sites]\nmust_have = "must.csv"\n'
    stations = planner.run(write_study(tmp_path, text)).stations
    built = stations[stations["role"] != "baseline"]
    assert built["zone_en"].value_counts().to_dict() == {"West": 8, "East": 4}


def test_a_file_of_existing_sites_is_kept_and_compared(tmp_path: Path) -> None:
    points(tmp_path / "old.csv", [(113.05, 23.05), (113.2, 23.1)])
    zone = 'zone = "East"\nstations_baseline = 2'
    text = with_zones(zone, baseline=2) + '[sites]\nexisting = "old.csv"\n'
    with pytest.warns(PlannerWarning, match="holds 1 existing sites in East"):
        plan = planner.run(write_study(tmp_path, text))
    assert plan.summary["stations_existing"] == 2


@pytest.mark.parametrize(
    ("zones", "message"),
    [
        (['zone = "North"\nstations_new = 1'], "target.zones.0.zone: unknown zone"),
        (['zone = "East"'], "give stations_baseline, stations_new, or both"),
        (['zone = "East"\nstations_new = 13'], "add up to 13, more than the 12 of the target"),
        (['zone = "East"\nstations_baseline = 7'], "add up to 7, more than the 6 of the target"),
        (
            ['zone = "East"\nstations_new = 1', 'zone = "East"\nstations_new = 2'],
            "zones names East twice",
        ),
        (
            ['zone = "East"\nstations_new = 1', 'zone = "440002"\nstations_new = 2'],
            "is the zone of target.zones.0 already",
        ),
        (['zone = "East"\nstations_new = -1'], "target.zones.0.stations_new"),
    ],
)
def test_wrong_zones_are_refused_and_nothing_is_written(
    tmp_path: Path, zones: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_study(tmp_path / "study", with_zones(*zones))
    with pytest.raises(SystemExit) as ended:
        main(["run", str(path), "--out", str(tmp_path / "out")])
    assert ended.value.code == BAD_INPUT
    error = capsys.readouterr().err
    assert message in error
    assert "small.toml" in error
    assert not (tmp_path / "out").exists()


def test_one_number_for_each_zone(tmp_path: Path) -> None:
    zone = 'zone = "East"\nstations_new = 4'
    text = with_zones(zone) + '[[siting.zone_stations]]\nzone = "440002"\nat_most = 2\n'
    with pytest.raises(InputError, match=r"is a zone of siting\.zone_stations too"):
        planner.run(write_study(tmp_path, text))
