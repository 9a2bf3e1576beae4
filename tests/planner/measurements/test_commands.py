"""The commands from a drive test to a calibrated link budget, on the small study."""

from __future__ import annotations

import json

import pandas as pd
import pytest
import rasterio

from planner.calibrated_scenario import calibrate_scenario
from planner.cli import main
from planner.errors import InputError
from planner.measurements.cleaning import read_measurements
from planner.scenario import load_scenario
from tests.planner.measurements.files import tables, written
from tests.planner.study import SCENARIO, write_study


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    text = SCENARIO.split("[service.radius_m]")[0] + "[target]" + SCENARIO.split("[target]")[1]
    return write_study(folder, text), *written(folder, *tables(cells=12, per_cell=120))


@pytest.fixture(scope="module")
def calibrated(study, tmp_path_factory):
    scenario, samples, cells = study
    out = tmp_path_factory.mktemp("out") / "calibration"
    arguments = ["calibrate", str(scenario), "--measurements", str(samples), "--cells", str(cells)]
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--out", str(out)])
    assert ended.value.code == 0
    return out


def command(*arguments, code=0):
    with pytest.raises(SystemExit) as ended:
        main([str(one) for one in arguments])
    assert ended.value.code == code


def test_a_calibration_brings_the_radio_to_the_measurements(study) -> None:
    found = calibrate_scenario(study[0], [study[1]], study[2])
    before, after = (found.errors(key) for key in ("published_dbm", "corrected_dbm"))
    assert abs(after["bias_db"]) < 0.3 * abs(before["bias_db"]) + 0.5
    assert after["rmse_db"] < before["rmse_db"]
    assert json.loads(json.dumps(found.as_dict()))["overlay"]["append"]["uncertain"]


def test_the_overlay_changes_what_every_command_says(study, calibrated, capsys) -> None:
    overlay = calibrated / "calibration.toml"
    loaded = load_scenario(study[0], measures=[overlay])
    classes = [key for key in ("dense_urban", "urban", "suburban", "rural")
               if not getattr(loaded.radio, key).correction.changes_nothing]  # fmt: skip
    assert classes
    texts = []
    for extra in ([], ["--with", overlay]):
        command("link-budget", study[0], "--json", *extra)
        texts.append(capsys.readouterr().out)
    assert texts[0] != texts[1]
    command("validate", study[0], "--with", overlay)


def test_the_page_stands_alone_and_holds_no_single_position(study, calibrated) -> None:
    html = (calibrated / "calibration.html").read_text(encoding="utf-8")
    assert "http://" not in html.replace("http://www.w3.org", "").replace("http://purl.org", "")
    assert "Worst cells" in html
    assert "of their pattern's loss" in html


def test_no_file_holds_the_position_of_a_sample(study, calibrated, tmp_path) -> None:
    """Positions of people are personal data: every file, every sample, in degrees and metres."""
    bins = tmp_path / "bins"
    command("measurements", study[1], "--cells", study[2], "--out", bins)
    samples = read_measurements([study[1]], study[2]).samples
    rows = pd.read_csv(study[1])
    said = [
        (f"{one:.9f}"[:-cut], f"{other:.9f}"[:-cut])
        for cut, first, second in ((3, rows["lon"], rows["lat"]), (8, samples.x_m, samples.y_m))
        for one, other in zip(first, second, strict=True)
    ]

    def held(file):
        lines = file.read_bytes().decode("latin-1").splitlines()
        return [pair for pair in said if any(pair[0] in one and pair[1] in one for one in lines)]

    files = [one for folder in (calibrated, bins) for one in folder.rglob("*") if one.is_file()]
    assert len(files) >= 6
    for file in files:
        assert not held(file), file.name
    # The same search finds the rows where they are.
    assert len(held(study[1])) > 0.99 * len(rows)
    # A map and bins know squares of 50 m, and how many samples are in each.
    with rasterio.open(calibrated / "map.tif") as raster:
        assert raster.res == (50.0, 50.0)
    assert len(pd.read_csv(bins / "measurements.csv")) < len(samples)


def test_measurements_says_what_was_read(study, capsys) -> None:
    command("measurements", study[1], "--cells", study[2], "--json")
    said = json.loads(capsys.readouterr().out)
    assert said["samples_used"] == said["rows_read"] == 12 * 120


def test_samples_outside_the_study_area_are_refused(study, tmp_path) -> None:
    samples, cells = tables()
    for table in (samples, cells):
        table["lon"] += 3.0
    first, second = written(tmp_path, samples, cells)
    with pytest.raises(InputError, match="no sample lies in the study area"):
        calibrate_scenario(study[0], [first], second)


def test_one_cell_only_ends_with_bad_input_and_writes_nothing(study, tmp_path) -> None:
    samples, cells = tables()
    first, second = written(tmp_path, samples[samples["cell"] == "C1"], cells)
    out = tmp_path / "out"
    command("calibrate", study[0], "--measurements", first, "--cells", second, "--out", out, code=2)
    assert not out.exists()


def test_calibrate_takes_values_of_the_scenario_from_outside(study, tmp_path, capsys) -> None:
    files = ("--measurements", study[1], "--cells", study[2], "--out", tmp_path / "out")
    command("calibrate", study[0], *files, "--set", "radio.carrier_mhz=1", code=2)
    assert "radio.carrier_mhz" in capsys.readouterr().err
    command("calibrate", study[0], *files, "--hold", "radio.urban.model", code=2)
    assert "one of radio.antenna.pattern_weight" in capsys.readouterr().err
    command("calibrate", study[0], *files, "--floor-dbm", -40, code=2)
    assert "receiver's floor" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_powers_in_another_unit_are_refused_by_what_they_would_need(study, tmp_path) -> None:
    samples, cells = tables(cells=6, per_cell=60)
    first, second = written(tmp_path, samples, cells.assign(power_dbm=90.0))
    with pytest.raises(InputError, match="dB below what power_dbm"):
        calibrate_scenario(study[0], [first], second)


def test_audit_and_design_from_the_command_line(study, tmp_path, capsys) -> None:
    import geopandas as gpd
    import shapely

    from tests.planner.study import EAST, NORTH, SOUTH, WEST

    land = gpd.GeoDataFrame(
        {"zone": ["all"], "share": [0.95]}, geometry=[shapely.box(WEST, SOUTH, EAST, NORTH)],
        crs=4326,
    )  # fmt: skip
    land.to_file(tmp_path / "claim.gpkg")
    command("audit", tmp_path / "claim.gpkg", "--measurements", study[1], "--json")
    zones = json.loads(capsys.readouterr().out)["zones"]
    assert zones[0]["verdict"] in {"refuted", "not refuted"}
    places = tmp_path / "places.csv"
    command("audit-design", tmp_path / "claim.gpkg", "--places-m", 600, "--wrong-by", 0.15,
            "--out", places, "--json")  # fmt: skip
    said = json.loads(capsys.readouterr().out)
    assert said["false_alarms"] <= 0.05
    assert said["power"] >= 0.95
    assert len(pd.read_csv(places)) == said["places"]


def test_samples_that_all_lie_at_the_floor_are_refused_with_nothing_written(
    study, tmp_path, capsys
) -> None:
    samples, cells = tables()
    first, second = written(tmp_path, samples.assign(rsrp=-120.0), cells)
    out = tmp_path / "out"
    command("calibrate", study[0], "--measurements", first, "--cells", second, "--out", out, code=2)
    assert "receiver's floor" in capsys.readouterr().err
    assert not out.exists()
