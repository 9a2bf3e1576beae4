"""Antenna patterns of a scenario."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.errors import PlannerWarning
from planner.radio.antenna import antenna_pattern, file_pattern, omni_pattern, sector_pattern
from planner.scenario.radio import AntennaSection
from tests.planner.radio.cases import text


def test_sector_of_the_standard() -> None:
    pattern = sector_pattern()
    azimuth = np.array([0.0, 32.5, -32.5, 65.0, 180.0])
    expected = [0.0, 3.0, 3.0, 12.0, 30.0]
    assert pattern.loss_db(azimuth, 0.0) == pytest.approx(expected, abs=1e-3)
    assert pattern.loss_db(0.0, [[-32.5], [32.5]]) == pytest.approx(3.0, abs=1e-3)


def test_tilts() -> None:
    pattern = sector_pattern(vertical_beamwidth_deg=10.0)
    assert pattern.loss_db(0.0, 8.0, electrical_tilt_deg=3.0, mechanical_tilt_deg=5.0) == (
        pytest.approx(0.0, abs=1e-6)
    )
    assert pattern.loss_db(90.0, 8.0, electrical_tilt_deg=8.0) < 30.0


def test_omni_is_the_same_everywhere() -> None:
    loss = omni_pattern().loss_db(np.linspace(0, 360, 13), np.linspace(-90, 90, 13))
    assert (loss == 0).all()


def test_a_file_is_projected_between_its_cuts_up_to_the_deepest(tmp_path) -> None:
    path = tmp_path / "a.msi"
    path.write_text(text())
    pattern = file_pattern(path, shown="a.msi", carrier_mhz=2600.0)
    assert pattern.gain_dbi == 15.0
    # In front 1 + 1 dB less 0.75 at the horizon, of the front half all but 10 of 180 degrees.
    level_db, back_db = pattern.cuts_db[1][0], pattern.cuts_db[1][1660]
    expected = 1.0 + (170.0 * 1.0 + 10.0 * (back_db - 18.0)) / 180.0
    assert pattern.cuts_db[0][0] == 0.0
    assert level_db == pytest.approx(0.75)
    assert pattern.loss_db(10.0, 14.0) == pytest.approx(expected)
    assert pattern.loss_db(180.0, 14.0) == pytest.approx(min(back_db, pattern.cuts_db.max()))


def test_a_file_of_another_frequency_warns(tmp_path) -> None:
    path = tmp_path / "a.msi"
    path.write_text(text())
    section = AntennaSection(pattern="file", file=Path("a.msi"))
    with pytest.warns(PlannerWarning, match="2600 MHz, the carrier is 700 MHz"):
        antenna_pattern(section, path, carrier_mhz=700.0)


def test_the_scenario_chooses() -> None:
    assert antenna_pattern(AntennaSection(pattern="omni"), None, carrier_mhz=2600.0).is_omni
    narrow = AntennaSection(horizontal_beamwidth_deg=33.0, most_loss_db=25.0)
    pattern = antenna_pattern(narrow, None, carrier_mhz=2600.0)
    assert pattern.loss_db([16.5, 180.0], 0.0) == pytest.approx([3.0, 25.0], abs=1e-3)
