"""Files of an older version keep the values they were written for, and a warning lists them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
import tomli_w

import planner
from planner.errors import InputError, PlannerWarning
from planner.radio.service_radius import service_radii
from planner.scenario import load_scenario, resolved, scenario_hash
from planner.scenario.hindcast import load_hindcast
from planner.scenario.national import load_national
from planner.scenario.scenario_file import scenario_folder
from tests.planner.study import SCENARIO, write_study

BARE = SCENARIO[: SCENARIO.index("[area_classes]")] + SCENARIO[SCENARIO.index("[target]") :]
FIRST = BARE.replace("schema_version = 2", "schema_version = 1")
WRITTEN_OUT = """
[radio]
preset = "2019-generous"
downlink_layers = 1

[service]
urban = { high_loss_building_share = 0.0 }
suburban = { high_loss_building_share = 0.0 }

[area_classes]
rule = "density"
"""
NETWORKS = """
[[networks]]
name = "one"

[[networks]]
name = "other"
radio = { band = "n28", ue_power_dbm = 24.0 }
"""


def with_its_notes(scenario: Path, *given: Any) -> tuple[planner.Scenario, tuple[str, ...]]:
    """Load a scenario, and check that its notes are what is shown."""
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        loaded = load_scenario(scenario, *given)
    assert [str(one.message) for one in shown] == list(loaded.notes)
    assert all(issubclass(one.category, PlannerWarning) for one in shown)
    return loaded, loaded.notes


@pytest.mark.parametrize("more", ["", NETWORKS])
def test_a_file_of_version_1_means_what_it_was_written_for(tmp_path: Path, more: str) -> None:
    first, (note,) = with_its_notes(write_study(tmp_path / "first", FIRST + more))
    current, nothing = with_its_notes(write_study(tmp_path / "now", BARE + WRITTEN_OUT + more))
    assert nothing == ()
    assert note.startswith(f"{first.file}: schema_version = 1: ")
    assert 'radio.preset = "2019-generous"' in note
    assert 'area_classes.rule = "density"' in note
    assert "service.urban.high_loss_building_share = 0.0" in note
    if more:
        # Of the other band the networks keep their own layers: those of version 1.
        layers = [one.radio.downlink_layers for one in first.networks]
        assert layers == [1, 1]
        assert [one.radio.ue_power_dbm for one in first.networks] == [26.0, 24.0]
        assert {one.service.urban.high_loss_building_share for one in first.networks} == {0.0}
    else:
        assert scenario_hash(first) == scenario_hash(current)
    radii = service_radii(first.radio, first.service)
    assert [round(one.radius_m) for one in radii] == [247, 512, 1026, 1244]


def test_without_the_key_a_file_is_of_the_current_version(tmp_path: Path) -> None:
    text = BARE.replace("schema_version = 2\n", "")
    loaded, notes = with_its_notes(write_study(tmp_path, text))
    assert (loaded.schema_version, loaded.radio.preset, notes) == (2, "sober", ())
    assert loaded.area_classes.rule == "degurba"


def test_what_a_file_of_version_1_sets_itself_stays(tmp_path: Path) -> None:
    own = '\n[radio]\npreset = "sober"\nbody_loss_db = 1.0\n[area_classes]\nrule = "degurba"\n'
    loaded, (note,) = with_its_notes(write_study(tmp_path, FIRST + own))
    assert (loaded.radio.preset, loaded.radio.body_loss_db) == ("sober", 1.0)
    assert loaded.area_classes.rule == "degurba"
    assert "radio.preset" not in note
    assert "area_classes.rule" not in note
    everything, (note,) = with_its_notes(write_study(tmp_path / "b", FIRST + WRITTEN_OUT))
    assert note == f"{everything.file}: schema_version = 1: write 2, which changes nothing here"


def test_values_from_outside_take_precedence_and_the_others_stay(tmp_path: Path) -> None:
    path = write_study(tmp_path, FIRST)
    loaded, _ = with_its_notes(path, {"radio": {"body_loss_db": 2.0}})
    assert (loaded.radio.body_loss_db, loaded.radio.ue_power_dbm) == (2.0, 26.0)
    current, notes = with_its_notes(path, ["schema_version=2"])
    assert (current.radio.preset, notes) == ("sober", ())
    older, (_,) = with_its_notes(write_study(tmp_path / "now", BARE), ["schema_version=1"])
    assert older.radio.preset == "2019-generous"


def test_the_resolved_copy_is_current_and_the_same(tmp_path: Path) -> None:
    loaded, _ = with_its_notes(write_study(tmp_path, FIRST))
    copy = tmp_path / "copy.toml"
    copy.write_text(tomli_w.dumps(resolved(loaded)), encoding="utf-8")
    again, notes = with_its_notes(copy)
    assert notes == ()
    assert (again.radio, again.service, again.area_classes) == (
        loaded.radio, loaded.service, loaded.area_classes,
    )  # fmt: skip


@pytest.mark.parametrize("version", ["3", "0", '"1"', "1.5"])
def test_unknown_versions_are_refused(tmp_path: Path, version: str) -> None:
    path = write_study(tmp_path, BARE.replace("schema_version = 2", f"schema_version = {version}"))
    with pytest.raises(InputError, match=r"schema_version.*1 or 2"):
        load_scenario(path)


def test_a_measure_of_version_1_is_applied_and_said(tmp_path: Path) -> None:
    text = """schema_version = 1
name = "stronger"
title = "Terminals of 1 dB more"
measures = [1]
assumption = "made up"
add = { "radio.ue_power_dbm" = 1.0 }
"""
    older, newer = tmp_path / "older.toml", tmp_path / "newer.toml"
    older.write_text(text, encoding="utf-8")
    newer.write_text(text.replace("schema_version = 1", "schema_version = 2"), encoding="utf-8")
    loaded, (note,) = with_its_notes(write_study(tmp_path, BARE), (), [older])
    assert (loaded.radio.ue_power_dbm, loaded.radio.preset) == (24.0, "sober")
    assert note.startswith("measure stronger: schema_version = 1: ")
    first, (note,) = with_its_notes(write_study(tmp_path / "b", FIRST), (), [newer])
    assert (first.radio.ue_power_dbm, first.radio.preset) == (27.0, "2019-generous")
    assert note.startswith(first.file)


def test_national_splits_and_hindcasts_have_the_same_versions(tmp_path: Path) -> None:
    def older(folder: str) -> Path:
        text = (scenario_folder() / folder / "china-2020.toml").read_text(encoding="utf-8")
        path = tmp_path / f"{folder}.toml"
        path.write_text(text.replace("schema_version = 2", "schema_version = 1", 1), "utf-8")
        return path

    with pytest.warns(PlannerWarning, match="2019-generous"):
        country = load_national(older("national"))
    assert country.radio.ue_power_dbm == 26.0
    plan = planner.run_national(country)
    assert plan.summary()["warnings"] == list(country.notes)
    with pytest.warns(PlannerWarning, match="changes nothing"):
        past = load_hindcast(older("hindcast"))
    assert past.rollout == load_hindcast("china-2020").rollout


def test_the_report_says_it_once(tmp_path: Path) -> None:
    path = write_study(tmp_path, FIRST)
    quick = {"siting.improvement_rounds": 0, "siting.certificate_iterations": 0}
    with pytest.warns(PlannerWarning, match="schema_version = 1") as shown:
        plan = planner.run(path, quick | {"area.cell_size_m": 800})
    assert sum("schema_version" in str(one.message) for one in shown) == 1
    assert sum("schema_version" in text for text in plan.warnings) == 1
    assert list(plan.summary["warnings"]) == list(plan.warnings)
