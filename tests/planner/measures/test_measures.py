"""Measures: overlays on a scenario, and their effects on the small study."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.measures import run_measures
from planner.measures.effects import directive
from planner.scenario import load_scenario, measure_names
from tests.planner.study import SCENARIO, write_study

PROVINCES = ("guangdong", "guizhou", "yunnan", "hebei", "fujian")
MONEY_AND_TIME = """
[cost]
station_cny = 400_000

[rollout]
start = 2020-01-01
end = 2020-12-31
runs = 50

[[rollout.resources]]
name = "crews"
capacity_per_month = 1
"""


def measure(folder: Path, name: str, changes: str) -> Path:
    path = folder / f"{name}.toml"
    head = f'name = "{name}"\ntitle = "T"\nmeasures = [2]\nassumption = "made up"\n'
    path.write_text(head + changes, encoding="utf-8")
    return path


def test_every_shipped_measure_goes_with_every_province() -> None:
    for name in measure_names():
        for province in PROVINCES:
            loaded = load_scenario(f"{province}-2020", (), [name])
            assert [one.name for one in loaded.measures] == [name]


def test_the_directive_has_18_measures_and_names_the_overlays() -> None:
    rows = directive()
    assert [int(row["number"]) for row in rows] == list(range(1, 19))
    named = {name for row in rows for name in row["overlays"].split()}
    assert named == set(measure_names())


def test_changes_scale_add_set_and_combine(tmp_path: Path) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    one = measure(tmp_path, "one", '[scale]\n"rollout.resources.crews.capacity_per_month" = 2.0\n')
    two = measure(
        tmp_path, "two",
        '[add]\n"rollout.resources.crews.capacity_per_month" = 1.0\n[set]\n"seed" = 7\n',
    )  # fmt: skip
    loaded = load_scenario(scenario, (), [one, two])
    assert loaded.rollout is not None
    assert loaded.rollout.resources[0].capacity_per_month == 3.0
    assert loaded.seed == 7
    assert [one.name for one in loaded.measures] == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ('[scale]\n"cost.price" = 2.0\n', "bad.toml: scale.cost.price"),
        ('[set]\n"cost.price" = 2.0\n', "bad.toml: cost.price"),
        ('[scale]\n"rollout.resources.boats.per_station" = 2.0\n', "crews"),
        ('[scale]\n"name" = 2.0\n', "is no number"),
        ("", "changes nothing"),
    ],
)
def test_wrong_measures_are_refused(tmp_path: Path, changes: str, text: str) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    with pytest.raises(InputError, match=text):
        load_scenario(scenario, (), [measure(tmp_path, "bad", changes)])


def test_effects_are_ranked_and_stations_are_chosen_once(tmp_path: Path) -> None:
    scenario = write_study(tmp_path, SCENARIO + MONEY_AND_TIME)
    faster = measure(
        tmp_path, "faster", '[scale]\n"rollout.resources.crews.capacity_per_month" = 2.0\n'
    )
    dearer = measure(tmp_path, "dearer", '[scale]\n"cost.station_cny" = 1.5\n')
    table = run_measures(scenario, (), [faster, dearer])
    rows = {row["name"]: row for row in table.rows()}
    assert rows["faster"]["days_sooner"] > 0
    assert rows["faster"]["people_added"] == 0.0
    assert rows["dearer"]["capital_added_cny"] == pytest.approx(6 * 200_000)
    assert not any(effect.sited_anew for effect in table.effects)
    assert next(iter(rows)) == "faster"
    table.save(tmp_path / "out")
    page = (tmp_path / "out" / "measures.html").read_text(encoding="utf-8")
    assert "faster" in page
    assert 'src="http' not in page
