"""All outputs of a plan together."""

from __future__ import annotations

import errno
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import rasterio

import planner.outputs
from planner.errors import InputError
from planner.outputs import (
    OUTPUT_FILES,
    OUTPUTS,
    Output,
    check_output_folder,
    output_files,
    save_plan,
)
from planner.outputs.earlier_run import inputs_of
from planner.outputs.pages.radio_maps import RADIO_FILES
from planner.plan import Plan
from tests.planner.outputs.synthetic import asking_for_radio_maps


def test_the_files_are_these(saved: Path, saved_hostile: Path) -> None:
    expected = {
        "plan.gpkg", "coverage.tif", "stations.csv", "zones.csv", "summary.json", "map.html",
        "residents.tif", "plan.npz",
        "report.html", "run.json", "scenario.toml", "costs.csv", "certificate.npz",
        "executive.csv",
        "coverage.tif.aux.xml", "coverage.qml", "plan.qgz",
        "served_percent.tif", "served_percent.qml",
    }  # fmt: skip
    assert set(OUTPUT_FILES) == expected - {"costs.csv"}
    for folder in (saved, saved_hostile):
        assert {path.name for path in folder.iterdir()} == expected
        assert all(path.stat().st_size for path in folder.iterdir())


def test_run_holds_the_checksum_of_every_other_file(saved: Path, synthetic_plan: Plan) -> None:
    run = json.loads((saved / "run.json").read_text(encoding="utf-8"))
    listed = {output["file"]: output for output in run["outputs"]}
    assert set(listed) == set(output_files(synthetic_plan.scenario)) - {"run.json"}
    for name, output in listed.items():
        content = (saved / name).read_bytes()
        assert output["sha256"] == hashlib.sha256(content).hexdigest()
        assert output["bytes"] == len(content)


def test_totals_agree_in_every_file(synthetic_plan: Plan, saved: Path) -> None:
    summary = json.loads((saved / "summary.json").read_text(encoding="utf-8"))
    stations = pd.read_csv(saved / "stations.csv")
    zones = pd.read_csv(saved / "zones.csv")
    layer = gpd.read_file(saved / "plan.gpkg", layer="zones")
    with rasterio.open(saved / "coverage.tif") as raster:
        codes = raster.read(1)
    people = synthetic_plan.demand.people.astype(float)
    covered = people[(codes >= 1) & (codes <= 8)].sum()
    assert summary["population_covered"] == pytest.approx(covered, rel=1e-9)
    assert layer["covered"].sum() == pytest.approx(covered, rel=1e-9)
    assert zones["covered"].sum() == pytest.approx(covered, abs=0.1 * len(zones))
    assert stations["people_gained"].sum() == pytest.approx(covered, abs=0.1 * len(stations))
    assert summary["stations_existing"] == (stations["role"] == "baseline").sum()
    assert summary["stations_new"] == zones["stations_new"].sum()


def test_same_plan_gives_the_same_bytes(synthetic_plan: Plan, saved: Path, tmp_path: Path) -> None:
    again = save_plan(synthetic_plan, tmp_path / "again")
    # The summary has the runtime of this stage, and run.json the checksum of the summary.
    for name in set(output_files(synthetic_plan.scenario)) - {"summary.json", "run.json"}:
        assert (again / name).read_bytes() == (saved / name).read_bytes(), name


def test_progress_counts_every_file(synthetic_plan: Plan, tmp_path: Path) -> None:
    steps: list[int] = []
    save_plan(synthetic_plan, tmp_path / "plan", progress=steps.append)
    assert sum(steps) == len(output_files(synthetic_plan.scenario))


def test_existing_outputs_need_force(synthetic_plan: Plan, tmp_path: Path) -> None:
    save_plan(synthetic_plan, tmp_path)
    (tmp_path / "zones.csv").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    for refused in (
        lambda folder: check_output_folder(folder, output_files()),
        lambda folder: save_plan(synthetic_plan, folder),
    ):
        with pytest.raises(InputError, match="--force"):
            refused(tmp_path)
    assert (tmp_path / "zones.csv").read_text() == "old"
    save_plan(synthetic_plan, tmp_path, force=True)
    assert (tmp_path / "zones.csv").read_text() != "old"
    names = output_files(synthetic_plan.scenario)
    assert {path.name for path in tmp_path.iterdir()} == {*names, "notes.txt"}


@pytest.mark.parametrize("writer", ["write_summary", "write_run"])
def test_full_disk_is_an_input_error_and_leaves_nothing(
    synthetic_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(planner.outputs, writer, full)
    with pytest.raises(InputError, match="No space left on device") as caught:
        save_plan(synthetic_plan, tmp_path / "out" / "plan")
    assert str(tmp_path / "out" / "plan") in str(caught.value)
    assert list(tmp_path.iterdir()) == []


# NumPy 2.1 leaves an archive that it could not finish to the collector, which says so.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full, the disk without room")
@pytest.mark.parametrize(
    "output",
    [output for output in OUTPUTS if output.file != "plan.gpkg"],
    ids=lambda output: output.file,
)
def test_every_writer_notices_a_full_disk(
    radio_plan: Plan, built_plan: Plan, output: Output
) -> None:
    plan = built_plan if output.file in output_files(built_plan.scenario) else radio_plan
    with pytest.raises(OSError, match="No space left on device"):
        output.write(plan, Path("/dev/full"))


def test_the_outputs_of_a_build_out_come_together_or_not_at_all(
    built_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = set(output_files(built_plan.scenario))
    assert names >= {"rollout.csv", "priority_places.csv", "costs.csv"}

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    failing = [replace(o, write=full) if o.file == "costs.csv" else o for o in OUTPUTS]
    with monkeypatch.context() as patched:
        patched.setattr(planner.outputs, "OUTPUTS", tuple(failing))
        with pytest.raises(InputError, match="No space left on device"):
            save_plan(built_plan, tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []
    assert {path.name for path in save_plan(built_plan, tmp_path / "plan").iterdir()} == names


def test_interrupt_leaves_nothing(
    synthetic_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(planner.outputs, "write_run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_plan(synthetic_plan, tmp_path / "plan")
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- radio maps


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_radio_maps_are_written_with_the_plan_and_listed(
    radio_plan: Plan, saved_radio: Path
) -> None:
    radio = {f"radio/{name}" for name in RADIO_FILES}
    assert files(saved_radio) == set(output_files(radio_plan.scenario)) > {*OUTPUT_FILES, *radio}
    run = json.loads((saved_radio / "run.json").read_text(encoding="utf-8"))
    for output in run["outputs"]:
        content = (saved_radio / output["file"]).read_bytes()
        assert output["sha256"] == hashlib.sha256(content).hexdigest()
    assert {output["file"] for output in run["outputs"]} == files(saved_radio) - {"run.json"}


def test_summary_has_the_totals_of_the_radio_maps(radio_plan: Plan, saved_radio: Path) -> None:
    summary = json.loads((saved_radio / "summary.json").read_text(encoding="utf-8"))
    totals = summary["radio_maps"]
    assert totals == json.loads(json.dumps(radio_plan.summary["radio_maps"]))
    assert totals["sites"] == len(radio_plan.stations)
    assert totals["radio_tier"].startswith("statistical, smooth earth")
    assert {layer["layer"] for layer in totals["layers"]} >= {"rsrp", "sinr", "throughput"}
    for layer in totals["layers"]:
        assert sum(known["people_share"] for known in layer["classes"]) == pytest.approx(1.0)


def test_a_plan_put_together_by_hand_gets_the_maps_its_scenario_asks_for(
    synthetic_plan: Plan, tmp_path: Path, saved_radio: Path
) -> None:
    folder = save_plan(asking_for_radio_maps(synthetic_plan), tmp_path / "plan")
    assert files(folder) == files(saved_radio)
    for name in ("radio/rsrp.tif", "map.html", "report.html"):
        assert (folder / name).read_bytes() == (saved_radio / name).read_bytes(), name


def test_radio_maps_of_an_earlier_run_do_not_stay_beside_another_plan(
    synthetic_plan: Plan, saved_radio: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(saved_radio, tmp_path / "plan"))
    (folder / "radio" / "notes.txt").write_text("mine")
    save_plan(synthetic_plan, folder, force=True)
    assert files(folder) == {*output_files(synthetic_plan.scenario), "radio/notes.txt"}
    (folder / "radio" / "notes.txt").unlink()
    (folder / "radio").rmdir()
    again = Path(shutil.copytree(saved_radio, tmp_path / "again"))
    save_plan(synthetic_plan, again, force=True)
    assert not (again / "radio").exists()


def test_a_radio_map_that_no_run_wrote_is_refused_before_anything_is_computed(
    synthetic_plan: Plan, saved: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "plan"))
    (folder / "radio").mkdir()
    (folder / "radio" / "rsrp.tif").write_text("mine")
    scenario = asking_for_radio_maps(synthetic_plan).scenario
    with pytest.raises(InputError, match="no earlier run") as caught:
        check_output_folder(folder, output_files(scenario), inputs_of(scenario), force=True)
    assert [problem.file for problem in caught.value.problems] == [str(folder / "radio/rsrp.tif")]
    own = synthetic_plan.scenario
    check_output_folder(folder, output_files(own), inputs_of(own), force=True)


def test_a_file_in_the_place_of_the_folder_of_radio_maps(
    synthetic_plan: Plan, saved: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(saved, tmp_path / "plan"))
    (folder / "radio").write_text("mine")
    scenario = asking_for_radio_maps(synthetic_plan).scenario
    with pytest.raises(InputError, match="folder of outputs has to go"):
        check_output_folder(folder, output_files(scenario), inputs_of(scenario), force=True)
