"""``--force`` replaces what an earlier run wrote, never the planner's own files."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from planner.errors import InputError
from planner.outputs import OUTPUT_FILES, check_output_folder, output_files, save_plan
from planner.outputs.earlier_run import inputs_of
from planner.outputs.pages.radio_maps import RADIO_FILES, check_radio_folder, save_radio_maps
from planner.plan import Plan
from planner.scenario import load_scenario
from tests.planner.study import SCENARIO, points, write_geojson, write_people, write_study


def earlier(folder: Path, *names: str) -> Path:
    """A folder with outputs called ``names``, which its run.json lists."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("old")
    listed = [{"file": name, "bytes": 3, "sha256": "0" * 64} for name in names]
    (folder / "run.json").write_text(json.dumps({"outputs": listed}))
    return folder


def refused(folder: Path, scenario: Path | None = None, **overrides: object) -> list[str]:
    loaded = load_scenario(scenario, overrides) if scenario else None
    inputs = inputs_of(loaded) if loaded else ()
    with pytest.raises(InputError) as caught:
        check_output_folder(folder, output_files(loaded), inputs, force=True)
    return [str(problem) for problem in caught.value.problems]


def test_outputs_of_an_earlier_run_are_replaced(saved: Path, synthetic_plan: Plan, tmp_path: Path):
    folder = Path(shutil.copytree(saved, tmp_path / "plan"))
    (folder / "zones.csv").write_text("touched since")
    save_plan(synthetic_plan, folder, force=True)
    assert (folder / "zones.csv").read_bytes() == (saved / "zones.csv").read_bytes()


def test_an_older_run_with_fewer_outputs_is_replaced(tmp_path: Path) -> None:
    check_output_folder(earlier(tmp_path, "zones.csv"), output_files(), force=True)


def test_a_file_that_no_run_wrote_is_refused_by_name(tmp_path: Path) -> None:
    earlier(tmp_path, "zones.csv")
    (tmp_path / "stations.csv").write_text("mine")
    (tmp_path / "notes.txt").write_text("mine")
    (problem,) = refused(tmp_path)
    assert problem.startswith(f"{tmp_path / 'stations.csv'}: ")
    assert "run.json does not list it" in problem


@pytest.mark.parametrize(
    "record", [None, "no json", "[]", "{}", '{"outputs": 3}', '{"outputs": [{"file": "a"}]}']
)
def test_without_a_record_nothing_is_known_to_be_ours(tmp_path: Path, record: str | None) -> None:
    names = ["zones.csv"] + (["run.json"] if record is not None else [])
    (tmp_path / "zones.csv").write_text("mine")
    if record is not None:
        (tmp_path / "run.json").write_text(record)
    problems = refused(tmp_path)
    assert [problem.split(": ")[0] for problem in problems] == [str(tmp_path / n) for n in names]


def test_the_scenario_file_is_no_output(tmp_path: Path) -> None:
    folder = earlier(tmp_path, *set(OUTPUT_FILES) - {"run.json"})
    (folder / "scenario.toml").write_text(write_study(tmp_path / "study").read_text())
    for name in ("boundary.geojson", "zones.geojson", "people.tif"):
        shutil.copy(tmp_path / "study" / name, folder)
    (problem,) = refused(folder, folder / "scenario.toml")
    assert "is the scenario file" in problem
    assert str(folder / "scenario.toml") in problem


def test_every_input_is_protected_and_named_with_its_key(tmp_path: Path) -> None:
    text = SCENARIO.replace("people.tif", "coverage.tif").replace("zones.geojson", "plan.gpkg")
    text += '\n[sites]\nexisting = "stations.csv"\n\n[[exclusions]]\nfile = "zones.csv"\n'
    study = write_study(tmp_path, text)
    for name in ("plan.gpkg", "zones.csv"):
        write_geojson(tmp_path / name, [])
    write_people(tmp_path / "coverage.tif")
    points(tmp_path / "stations.csv", [(113.1, 23.1)])
    # A record of an earlier run protects nothing that is an input now.
    earlier_names = [name for name in OUTPUT_FILES if (tmp_path / name).exists()]
    (tmp_path / "run.json").write_text(
        json.dumps({"outputs": [{"file": name, "sha256": "0"} for name in earlier_names]})
    )
    problems = refused(tmp_path, study)
    keys = {problem.split(": ")[0].split("/")[-1]: problem.split(": ")[1] for problem in problems}
    assert keys == {
        "plan.gpkg": "area.zones",
        "coverage.tif": "population.file",
        "stations.csv": "sites.existing",
        "zones.csv": "exclusions.0.file",
    }


def test_an_input_is_found_by_any_other_way_to_it(tmp_path: Path) -> None:
    out = earlier(tmp_path / "out", "stations.csv")
    points(out / "stations.csv", [(113.1, 23.1)])
    study = write_study(tmp_path / "study")
    (tmp_path / "study" / "link.csv").symlink_to(out / "stations.csv")
    (problem,) = refused(out, study, **{"sites.existing": str(tmp_path / "study" / "link.csv")})
    assert "sites.existing" in problem


def test_saving_refuses_it_too(tmp_path: Path, synthetic_plan: Plan) -> None:
    (tmp_path / "zones.csv").write_text("mine")
    with pytest.raises(InputError, match="no earlier run"):
        save_plan(synthetic_plan, tmp_path, force=True)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("zones.csv", "mine")]


def test_radio_maps_of_an_earlier_run_are_replaced(radio_plan: Plan, tmp_path: Path) -> None:
    assert radio_plan.radio is not None
    folder = save_radio_maps(radio_plan.radio, tmp_path / "maps")
    (folder / "shares.csv").write_text("touched since")
    save_radio_maps(radio_plan.radio, folder, force=True)
    assert (folder / "shares.csv").read_text(encoding="utf-8-sig").startswith("layer,")


def test_radio_maps_replace_neither_their_sites_nor_what_no_run_wrote(
    radio_plan: Plan, tmp_path: Path
) -> None:
    assert radio_plan.radio is not None
    folder = save_radio_maps(radio_plan.radio, tmp_path / "maps")
    sites = folder / "sectors.csv"
    with pytest.raises(InputError, match="is the file of sites"):
        check_radio_folder(folder, force=True, sites=sites)
    maps = replace(
        radio_plan.radio,
        summary={**radio_plan.radio.summary, "sites_source": {"file": str(sites)}},
    )
    with pytest.raises(InputError, match="is the file of sites"):
        save_radio_maps(maps, folder, force=True)
    (folder / "radio_summary.json").write_text("{}")
    with pytest.raises(InputError, match="no earlier run") as caught:
        check_radio_folder(folder, force=True)
    assert len(caught.value.problems) == len(RADIO_FILES)
