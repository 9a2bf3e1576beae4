"""Carriers, land cover and terrain in a calibration: from files to the scenario and the page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner import calibrated_scenario
from planner.calibrated_scenario import calibrate_scenario
from planner.errors import InputError
from planner.ground.area import study_area
from planner.ground.area_class import AREA_CLASSES
from planner.ground.land_cover import height_and_loss
from planner.ground.terrain import terrain_on_grid
from planner.measurements.overlay import CARRIERS, COVERS, PATTERN, overlay_tables
from planner.measurements.overlay import TERRAIN as TERRAIN_WEIGHT
from planner.outputs.pages.calibration import save_calibration
from planner.radio.terrain_excess import terrain_excess_db
from planner.radio.tiers import fast_tier
from planner.scenario import load_scenario
from planner.scenario.uncertain import with_values
from tests.planner.hills import TERRAIN, hills_m, write_hilly_study, write_tile
from tests.planner.measurements.files import tables, written
from tests.planner.study import SCENARIO

MIDDLE_LON = 113.12
LAND_COVER = """
[terrain.land_cover]
file = "cover.tif"
classes = [{ codes = [1], name = "fields" }, { codes = [2], name = "woods", loss_db = 3 }]
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Half of the cells at 763 MHz, 10 dB of loss in the woods east of the middle."""
    folder = tmp_path_factory.mktemp("groups")
    text = SCENARIO.split("[service.radius_m]")[0] + "[target]" + SCENARIO.split("[target]")[1]
    codes = np.ones(hills_m().shape, np.uint8)
    codes[:, codes.shape[1] // 2 :] = 2
    rough_m = np.random.default_rng(2).uniform(0.0, 120.0, codes.shape).astype(np.float32)
    path = write_hilly_study(folder, rough_m, text + TERRAIN + LAND_COVER)
    write_tile(folder / "cover.tif", codes)
    samples, cells = tables(cells=16, per_cell=80)
    cells["carrier_mhz"] = np.where(np.arange(len(cells)) % 2 == 0, 2600.0, 763.0)
    # Cells near the middle see both sides.
    samples["rsrp"] -= np.where(samples["lon"] > MIDDLE_LON, 10.0, 0.0)
    first, second = written(folder, samples, cells)
    return path, calibrate_scenario(path, [first], second)


def test_each_group_is_fitted_and_reaches_the_scenario(found, tmp_path) -> None:
    path, calibrated = found
    fitted = calibrated.correction
    assert [one.key for one in fitted.carriers] == [763, 2600]
    assert [one.key for one in fitted.covers] == [1, 2]
    assert sum(one.samples for one in fitted.covers) == len(calibrated.measurements.samples)
    assert fitted.terrain_change is not None
    save_calibration(calibrated, tmp_path / "out", force=False)
    loaded = load_scenario(path, measures=[tmp_path / "out" / "calibration.toml"])
    assert loaded.radio.carrier_loss_db == {
        str(one.key): pytest.approx(one.offset_db, abs=0.01) for one in fitted.carriers
    }
    losses = height_and_loss(loaded.terrain.land_cover)
    fields, woods = (one.offset_db for one in fitted.covers)
    assert losses[1][1] == pytest.approx(fields, abs=0.01)
    assert losses[2][1] == pytest.approx(3.0 + woods, abs=0.01)
    # 10 dB were put in, the class has 3 of them already.
    assert 1.0 < woods - fields < 9.0
    weight, _ = calibrated.terrain_weight
    assert loaded.terrain.diffraction_weight == pytest.approx(weight, abs=1e-3)
    (drawn,) = (one for one in loaded.uncertain if one.fitted)
    assert {"radio.carrier_loss_db.763", "radio.carrier_loss_db.2600", PATTERN, TERRAIN_WEIGHT,
            f"{COVERS}.1", f"{COVERS}.2"} <= set(drawn.keys)  # fmt: skip
    covariance = np.array(drawn.covariance)
    assert np.linalg.eigvalsh(covariance).min() > -1e-6
    errors = dict(zip(drawn.keys, np.sqrt(np.diag(covariance)), strict=True))
    assert errors[f"{COVERS}.2"] == pytest.approx(fitted.covers[1].offset_se_db, rel=0.01)
    assert errors[TERRAIN_WEIGHT] <= fitted.terrain_change[1] * 1.001
    assert errors[PATTERN] == pytest.approx(fitted.pattern_weight[1], rel=0.01)
    # No draw leaves what a scenario takes.
    for place in (1e-3, 1.0 - 1e-3):
        with_values(loaded, drawn.drawn([place] * drawn.places))


def test_what_is_held_keeps_the_values_of_the_scenario(found, monkeypatch) -> None:
    path, free = found
    monkeypatch.setattr(calibrated_scenario, "calibrate", lambda *_, **__: free.calibration)
    files = path.parent / "samples.csv", path.parent / "cells.csv"
    held = calibrate_scenario(path, files[:1], files[1], hold=[PATTERN, TERRAIN_WEIGHT, CARRIERS])
    assert held.correction.pattern_weight is held.terrain_weight is None
    assert not held.correction.carriers
    overlay = held.as_dict()["overlay"]
    (uncertain,) = overlay["append"]["uncertain"]
    said = " ".join([*overlay["set"], *overlay["replaces"], *uncertain["key"]])
    for key in (PATTERN, TERRAIN_WEIGHT, CARRIERS):
        assert key not in said
    assert COVERS in said
    assert "antenna:" not in held.as_text()
    assert "antenna:" in free.as_text()
    errors = [one.errors("corrected_dbm")["rmse_db"] for one in (held, free)]
    assert errors[0] > errors[1]
    with pytest.raises(InputError, match="hold: cannot be held"):
        calibrate_scenario(path, files[:1], files[1], hold=["radio.urban.model"])


def test_no_land_cover_gains_since_footprints_could_not_use_it(found) -> None:
    _, calibrated = found
    fields, woods = calibrated.correction.covers
    gaining = replace(calibrated.correction, covers=(replace(fields, offset_db=-5.0), woods))
    plain, moved = (
        overlay_tables("small", one, {}, (1.0, 1.0), calibrated.standing)["set"]
        for one in (calibrated.correction, gaining)
    )
    assert moved[f"{COVERS}.1"] == 0.0
    assert moved[f"{COVERS}.2"] == pytest.approx(plain[f"{COVERS}.2"] + 5.0)
    fitted = {one.area_class: one.offset_db for one in calibrated.correction.classes}
    for known in AREA_CLASSES:
        key = f"radio.{known.key}.correction.offset_db"
        assert moved[key] == pytest.approx(fitted.get(known.key, 0.0) - 5.0, abs=0.01)


def test_page_and_terminal_show_the_groups(found, tmp_path) -> None:
    _, calibrated = found
    save_calibration(calibrated, tmp_path / "out", force=False)
    html = (tmp_path / "out" / "calibration.html").read_text(encoding="utf-8")
    for words in ("Carrier, MHz", "By carrier", "Code of land cover", "By land cover",
                  "Terrain takes"):  # fmt: skip
        assert words in html
    text = calibrated.as_text()
    assert "MHz 763:" in text
    assert "land cover 2:" in text
    assert "terrain: " in text


def test_a_second_calibration_adds_to_the_first(found) -> None:
    path, first = found
    overlay = first.as_dict()["overlay"]
    files = path.parent / "samples.csv", path.parent / "cells.csv"
    again = calibrate_scenario(path, files[:1], files[1], overrides=overlay["set"])
    before, after = (one.errors("corrected_dbm")["rmse_db"] for one in (first, again))
    assert after == pytest.approx(before, abs=0.5)
    assert abs(again.errors("published_dbm")["bias_db"]) < 1.0
    for key, value in again.as_dict()["overlay"]["set"].items():
        assert value == pytest.approx(overlay["set"][key], abs=2.0), key


def test_loss_by_terrain_of_links_is_that_of_the_fast_tier(found) -> None:
    path, _ = found
    loaded = load_scenario(path)
    terrain = terrain_on_grid(loaded, study_area(loaded, 200.0))
    tier = fast_tier(
        loaded.radio, loaded.service, replace(terrain, clutter_loss_db=None), (), 4000.0
    )
    terrain, grid = replace(terrain, clutter_loss_db=None), terrain.grid
    # Ten cells of 400 m east of the ridge.
    cell = (grid.height // 2) * grid.width + grid.width // 2
    losses_db = tier.losses_db(terrain, cell, 1, 1)
    plain_db = tier.medians_db(1)
    reach = tier.rays.reach
    environment = tier.environments[1]
    away = np.array([-reach, -8, -3, 2, reach])
    found_db = terrain_excess_db(
        terrain, np.array([cell]), np.array([environment.link.base_height_m]),
        np.array([environment.link.frequency_ghz]), (np.zeros(5, int), cell + away),
        environment.link.ue_height_m,
    )  # fmt: skip
    expected = (losses_db - plain_db)[reach, reach + away]
    assert found_db == pytest.approx(expected, abs=0.05)
    assert found_db.max() > 5.0
