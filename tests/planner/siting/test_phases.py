"""Phases: order of the stations, where a phase ends, and what is proven of each."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.certificate_check import check_certificate
from planner.errors import InputError
from planner.plan import Plan
from planner.siting.phases import phases_on_ground
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO, points, write_study

QUICK = '\n[siting]\nexact = "never"\ncertificate_iterations = 300\nimprovement_rounds = 4\n'
TOWNS = """
[[siting.phases]]
name = "towns"
area_classes = ["dense_urban", "urban"]
least_people_per_station = 1500

[[siting.phases]]
name = "suburbs of the east"
area_classes = ["suburban"]
zones = ["East"]
until_served_share = 0.8
"""
TWENTY = SCENARIO.replace("stations_new = 6", "stations_new = 20").replace(
    "stations_baseline = 3", "stations_baseline = 1"
)


def planned(folder: Path, text: str) -> Plan:
    return planner.run(write_study(folder, text))


def masks(plan: Plan) -> list[np.ndarray]:
    """People of each phase, cell by cell."""
    section = plan.scenario.siting.phases
    people = plan.ground.demand.people
    return [phase.weight for phase in phases_on_ground(section, plan.ground, people)]


def served(plan: Plan, rows: np.ndarray, people: np.ndarray) -> float:
    """People within the radius of their class from any of the stations, counted naively."""
    grid, area_class = plan.area.grid, plan.demand.area_class
    radius = np.array([one.radius_m for one in plan.service_radii]) / grid.cell_size_m
    points_m = plan.stations.to_crs(grid.crs).geometry
    cell = grid.cells(points_m.x.to_numpy(), points_m.y.to_numpy())[rows]
    row, col = np.divmod(np.arange(people.size), people.shape[1])
    reach = np.append(radius, np.zeros(252))[area_class.ravel()]
    reached = np.zeros(people.size, bool)
    for one in cell:
        y, x = divmod(int(one), people.shape[1])
        reached |= (row - y) ** 2 + (col - x) ** 2 <= reach**2 * (1 + 1e-9)
    return float(people.ravel()[reached & (reach > 0)].sum(dtype=np.float64))


def test_one_phase_for_all_is_the_plan_without_phases(tmp_path: Path) -> None:
    free = planned(tmp_path / "free", TWENTY + QUICK)
    whole = planned(tmp_path / "whole", TWENTY + QUICK + '[[siting.phases]]\nname = "all"\n')
    for column in ("lon", "lat", "people_gained"):
        assert whole.stations[column].tolist() == free.stations[column].tolist()
    (phase,) = whole.summary["phases"]
    bound = free.summary["optimality"]["upper_bound_population"]
    assert phase["optimality"]["upper_bound_population"] == pytest.approx(bound, rel=1e-9)
    assert set(whole.stations["phase"]) == {"", "all"}
    assert set(free.stations["phase"]) == {""}


def test_phases_come_one_after_the_other_and_end_where_they_should(tmp_path: Path) -> None:
    plan = planned(tmp_path, TWENTY + QUICK.replace("rounds = 4", "rounds = 0") + TOWNS)
    names = plan.stations["phase"].to_numpy()
    assert [key for key, _ in itertools.groupby(names)] == [
        "",
        "towns",
        "suburbs of the east",
        "rest",
    ]
    towns, suburbs, _ = masks(plan)
    rows = np.arange(len(names))
    ends = [int(rows[names == name].max()) for name in ("towns", "suburbs of the east")]
    starts = [int(rows[names == name].min()) for name in ("towns", "suburbs of the east")]
    for end, start in zip(range(starts[0], ends[0] + 1), itertools.repeat(0)):
        gained = served(plan, rows[: end + 1], towns) - served(plan, rows[start:end], towns)
        assert gained >= 1500 - 1
    share = [served(plan, rows[:end], suburbs) / suburbs.sum() for end in (ends[1], ends[1] + 1)]
    assert share[0] < 0.8 <= share[1]


def test_the_summary_counts_each_phase_as_a_naive_recount_does(tmp_path: Path) -> None:
    plan = planned(tmp_path, TWENTY + QUICK + TOWNS)
    names = plan.stations["phase"].to_numpy()
    rows = np.arange(len(names))
    end = int((names == "").sum())
    for known, people in zip(plan.summary["phases"], masks(plan), strict=True):
        before = served(plan, rows[:end], people)
        end += int((names == known["name"]).sum())
        assert known["people_served_before"] == pytest.approx(before, rel=1e-6)
        assert known["people_served"] == pytest.approx(served(plan, rows[:end], people), rel=1e-6)
        assert known["stations"] == int((names == known["name"]).sum())
        assert known["people_served"] <= known["optimality"]["upper_bound_population"] * (1 + 1e-9)
        assert known["optimality"]["gap"] < 0.15
    assert plan.summary["phases"][-1]["people_served"] == pytest.approx(
        plan.summary["people_by_siting"]
    )


def test_the_bound_of_a_phase_is_above_every_choice(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    places = [(float(x), float(y)) for x, y in rng.uniform([113, 23], [113.24, 23.16], (12, 2))]
    study = tmp_path / "study"
    study.mkdir()
    points(study / "c.csv", places)
    text = SCENARIO.replace("stations_baseline = 3", "stations_baseline = 0").replace(
        "stations_new = 6", "stations_new = 4"
    )
    phases = '[[siting.phases]]\nname = "east"\nzones = ["East"]\nuntil_served_share = 0.2\n'
    plan = planned(study, text + QUICK + phases + '[candidates]\nfile = "c.csv"\n')
    assert [phase["stations"] > 0 for phase in plan.summary["phases"]] == [True, True]
    grid, people = plan.area.grid, masks(plan)
    footprint = {}
    for lon, lat in places:
        only = planned_at(plan, lon, lat)
        footprint[lon, lat] = only
    standing = np.zeros(people[0].shape, bool)
    chosen = [tuple(one) for one in plan.stations[["lon", "lat"]].to_numpy()]
    assert grid.cell_size_m == 200
    at = 0
    for known, own in zip(plan.summary["phases"], people, strict=True):
        best = max(
            float(own[standing | np.logical_or.reduce([footprint[key] for key in some])].sum())
            for some in itertools.combinations(footprint, known["stations"])
        )
        assert best <= known["optimality"]["upper_bound_population"] * (1 + 1e-6)
        assert known["people_served"] <= best * (1 + 1e-6)
        for key in chosen[at : at + known["stations"]]:
            standing |= footprint[
                min(footprint, key=lambda k, key=key: np.hypot(*np.subtract(k, key)))
            ]
        at += known["stations"]


def planned_at(plan: Plan, lon: float, lat: float) -> np.ndarray:
    """Cells that a station at a place serves, naively."""
    from pyproj import Transformer

    grid, area_class = plan.area.grid, plan.demand.area_class
    x, y = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True).transform([lon], [lat])
    own_row, own_col = divmod(int(grid.cells(x, y)[0]), area_class.shape[1])
    radius = np.append([one.radius_m for one in plan.service_radii], np.zeros(252))
    reach = radius[area_class] / grid.cell_size_m
    row, col = np.indices(area_class.shape)
    return ((row - own_row) ** 2 + (col - own_col) ** 2 <= reach**2 * (1 + 1e-9)) & (reach > 0)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("phases")
    return planned(folder / "study", TWENTY + QUICK + TOWNS).save(folder / "out")


def test_the_check_recounts_each_phase(saved: Path) -> None:
    found = check_certificate(saved)
    assert found.holds
    assert [phase.name for phase in found.phases] == ["towns", "suburbs of the east", "rest"]
    assert all(phase.holds for phase in found.phases)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_phase_that_claims_too_much_is_found(saved: Path, tmp_path: Path, number: int) -> None:
    copied = Path(shutil.copytree(saved, tmp_path / "out"))
    with np.load(copied / "certificate.npz") as data:
        arrays = dict(data)
    arrays[f"upper_bound_people_{number}"] = arrays[f"upper_bound_people_{number}"] * 0.99
    np.savez(copied / "certificate.npz", **arrays)
    assert not check_certificate(copied).holds
    arrays[f"upper_bound_people_{number}"] /= 0.99
    np.savez(copied / "certificate.npz", **arrays)
    summary = json.loads((copied / "summary.json").read_text())
    summary["phases"][number - 1]["people_served"] *= 1.01
    (copied / "summary.json").write_text(json.dumps(summary))
    assert not check_certificate(copied).holds


def test_improvement_serves_no_fewer_people_of_the_first_phase(tmp_path: Path) -> None:
    greedy = planned(tmp_path / "a", TWENTY + QUICK.replace("rounds = 4", "rounds = 0") + TOWNS)
    better = planned(tmp_path / "b", TWENTY + QUICK + TOWNS)
    first, other = better.summary["phases"][0], greedy.summary["phases"][0]
    assert first["people_served"] >= other["people_served"] * (1 - 1e-9)
    assert first["stations"] <= other["stations"]


def test_over_terrain_phases_hold_too(tmp_path: Path) -> None:
    plan = planner.run(write_hilly_study(tmp_path / "study", text=TWENTY + QUICK + TOWNS + TERRAIN))
    folder = plan.save(tmp_path / "out")
    assert [phase["name"] for phase in plan.summary["phases"]][-1] == "rest"
    assert check_certificate(folder).holds


def test_zones_with_a_number_get_it_in_phases(tmp_path: Path) -> None:
    zones = '\n[[target.zones]]\nzone = "East"\nstations_new = 13\n'
    plan = planned(tmp_path / "study", TWENTY + zones + QUICK + TOWNS)
    new = plan.stations[plan.stations["role"] == "new"]
    assert new["zone_en"].value_counts()["East"] == 13
    assert len(new) == 20
    assert check_certificate(plan.save(tmp_path / "out")).holds


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("min_separation_m = 500\n", r"siting\.phases cannot be combined with siting\.min_sep"),
        ('[objective]\nkind = "fewest_stations"\ncovered_share = 0.5\n', "fewest_stations"),
        ('[[equipment]]\nname = "a"\n', "cannot be combined with equipment"),
        ('[[siting.phases]]\nname = "a"\n[[siting.phases]]\nname = "a"\n', "a name twice"),
        (
            '[[siting.phases]]\nname = "rest"\nleast_people_per_station = 9\n',
            "what the phases leave",
        ),
        ('[[siting.phases]]\nname = "a"\nzones = ["440009"]\n', r"phases\.\d\.zones: unknown zone"),
        ('[[siting.phases]]\nname = "a"\narea_classes = ["city"]\n', r"phases\.\d\.area_classes"),
        ('[[siting.phases]]\nname = "a"\nuntil_served_share = 1.5\n', "until_served_share"),
        ('[[siting.phases]]\nname = "a"\nleast_people_per_station = 0\n', "least_people_per"),
    ],
)
def test_what_phases_cannot_do_is_refused(tmp_path: Path, more: str, message: str) -> None:
    text = TWENTY + QUICK + (more + TOWNS if more.startswith("min") else TOWNS + more)
    with pytest.raises(InputError, match=message):
        planned(tmp_path, text)


def test_with_graded_service_phases_and_zones_hold_too(tmp_path: Path) -> None:
    zones = '\n[[target.zones]]\nzone = "East"\nstations_new = 13\n'
    path = write_study(tmp_path / "study", TWENTY + zones + QUICK + TOWNS)
    plan = planner.run(path, {"service.model": "graded"})
    new = plan.stations[plan.stations["role"] == "new"]
    assert new["zone_en"].value_counts().to_dict() == {"East": 13, "West": 7}
    assert plan.summary["phases"][-1]["optimality"]["gap"] < 0.02
    assert check_certificate(plan.save(tmp_path / "out")).holds
