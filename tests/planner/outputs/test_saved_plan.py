"""Plans that are opened again: the same plan, without a run."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio

import planner
from planner.outputs import output_files
from planner.plan import Plan
from planner.radio.radio_map_layers import LAYERS

OWN_RUN = {"summary.json", "run.json"}
"""The summary has the runtime of writing, and run.json its checksum."""

OF_RADIO = {"report.html", "map.html", "radio/radio_maps.html", "radio/radio_summary.json"}
"""Files of radio maps keep values to a tenth, so pictures and sums of them differ a little."""


def content(path: Path) -> tuple[object, ...]:
    """A file's bytes; of a raster its values, since GDAL may write the name of a CRS otherwise.

    A map is without the outline of the area, which may begin at another corner, and its sum.
    """
    if path.suffix == ".tif":
        with rasterio.open(path) as raster:
            tags = [raster.tags(band) for band in range(raster.count + 1)]
            return raster.read().tobytes(), raster.transform, raster.crs, raster.descriptions, tags
    return (re.sub(rb"'sha256-[^']+'|\"outline\":\[\[.*?\]\]", b"", path.read_bytes()),)


@pytest.mark.parametrize("folder", ["saved", "saved_hostile", "saved_built", "saved_radio"])
def test_a_plan_that_is_opened_and_saved_gives_the_same_files(
    folder: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = request.getfixturevalue(folder)
    if folder != "saved_built":
        # The counties of these plans are invented, so no data set has them.
        plan = "hostile_plan" if folder == "saved_hostile" else "synthetic_plan"
        counties = request.getfixturevalue(plan).area.counties
        monkeypatch.setattr("planner.saved.rasters.counties_of", lambda _: counties)
    again = planner.open(there).plan.save(tmp_path / "again")
    names = {str(path.relative_to(there)) for path in there.rglob("*") if path.is_file()}
    assert names == set(output_files(planner.open(there).scenario))
    for name in names - OWN_RUN - (OF_RADIO if folder == "saved_radio" else set()):
        assert content(again / name) == content(there / name), name


def test_radio_maps_are_those_of_the_files(saved_radio: Path, radio_plan: Plan) -> None:
    opened, maps = planner.open(saved_radio).radio, radio_plan.radio
    assert opened is not None
    assert maps is not None
    for layer in LAYERS:
        found, expected = opened.values[layer.key], maps.values[layer.key]
        assert np.array_equal(np.isnan(found), np.isnan(expected))
        finite = np.isfinite(expected) & (np.abs(expected) < 3000)
        assert np.abs(found - expected)[finite].max() <= 0.501 * layer.step
        assert (opened.codes(layer) == maps.codes(layer)).mean() > 0.98
    assert np.array_equal(opened.best_server[maps.inside], maps.best_server[maps.inside])
    assert opened.shares["people"].sum() == pytest.approx(maps.shares["people"].sum(), abs=10)


def test_results_are_read_from_their_own_files_only(saved: Path, tmp_path: Path) -> None:
    shutil.copy(saved / "run.json", tmp_path)
    shutil.copy(saved / "summary.json", tmp_path)
    opened = planner.open(tmp_path)
    assert opened.summary["stations_new"] == 260
    assert opened.scenario.name == "synthetic-bay"
    assert len(repr(opened)) < 400
    with pytest.raises(planner.InputError, match=r"plan\.gpkg: cannot be read: No such file"):
        _ = opened.zones


def test_values_that_were_set_outside_the_scenario_stay_known(
    synthetic_plan: Plan, tmp_path: Path
) -> None:
    scenario = synthetic_plan.scenario.model_copy()
    scenario._overridden = ("target.stations_new",)
    folder = Plan(**{**vars(synthetic_plan), "scenario": scenario}).save(tmp_path / "plan")
    assert planner.open(folder).scenario.overridden == ("target.stations_new",)


def damaged(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    (folder / name).write_bytes(content)


def record(folder: Path, **changes: object) -> None:
    content = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(content | changes), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda folder: damaged(folder, "summary.json"), "summary.json: was changed or damaged"),
        (lambda folder: damaged(folder, "residents.tif"), "residents.tif: was changed or damaged"),
        (lambda folder: damaged(folder, "plan.npz"), "plan.npz: was changed or damaged"),
        (lambda folder: damaged(folder, "certificate.npz"), "certificate.npz: was changed"),
        (lambda folder: (folder / "coverage.tif").unlink(), "coverage.tif: cannot be read"),
        (lambda folder: (folder / "run.json").unlink(), "run.json: no such file"),
        (lambda folder: (folder / "run.json").write_text("[1"), "run.json: cannot be read as JSON"),
        (lambda folder: record(folder, outputs=[]), "is the record of other outputs"),
        (lambda folder: record(folder, outputs=3), "does not list the files of a run"),
        (lambda folder: record(folder, scenario=None), "holds no scenario"),
        (lambda folder: record(folder, scenario={"name": "x"}), "scenario.title: is missing"),
        (shutil.rmtree, "no such folder"),
    ],
)
def test_a_folder_that_is_damaged_or_of_others_is_one_clear_error(
    saved: Path, tmp_path: Path, harm: Callable[[Path], object], said: str
) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(saved, folder)
    harm(folder)
    with pytest.raises(planner.InputError, match=re.escape(said)):
        _ = planner.open(folder).plan


def test_a_file_outside_the_folder_is_not_read(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(saved, folder)
    record(folder, outputs=[{"file": "../plan.gpkg", "sha256": "0"}])
    with pytest.raises(planner.InputError, match="names a file outside its folder"):
        planner.open(folder)


def test_a_geopackage_that_was_edited_is_a_warning(saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    shutil.copytree(saved, folder)
    with (folder / "plan.gpkg").open("ab") as file:
        file.write(b"\0")
    with pytest.warns(planner.PlannerWarning, match=r"plan\.gpkg: was changed since the run"):
        assert len(planner.open(folder).zones) == 4
