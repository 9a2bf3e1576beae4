"""The command that tells how far the fast tier is from the reference tier."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from planner import cli
from tests.planner.hills import write_hilly_study
from tests.planner.study import SCENARIO


def status_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(list(arguments))
    return int(ended.value.code or 0)


def test_the_command_prints_one_object(tmp_path: Path, capsys) -> None:
    path = str(write_hilly_study(tmp_path))
    arguments = ["terrain-error", path, "--stations", "2", "--reach-km", "2"]
    assert status_of(*arguments, "--json") == 0
    error = json.loads(capsys.readouterr().out)
    assert error["stations"] == 2
    assert error["reach_m"] == 2000.0
    assert {one["what"] for one in error["deviations"]} == {
        "fast less reference",
        "smooth Earth less reference",
        "fast diffraction less profile's own",
    }
    assert status_of(*arguments) == 0
    assert "bias dB" in capsys.readouterr().out


@pytest.mark.parametrize("option", [("--stations", "0"), ("--reach-km", "0.1")])
def test_nothing_to_compare_is_refused(tmp_path: Path, capsys, option) -> None:
    assert status_of("terrain-error", str(write_hilly_study(tmp_path)), *option) == 2
    assert "nothing to compare" in capsys.readouterr().err


def test_outside_p1812_is_refused(tmp_path: Path, capsys) -> None:
    path = str(write_hilly_study(tmp_path))
    arguments = ["terrain-error", path, "--stations", "1", "--reach-km", "1"]
    assert status_of(*arguments, "--set", "radio.carrier_mhz=26000") == 2
    error = capsys.readouterr().err
    assert f"{path}: frequency_ghz: outside the validity of ITU-R P.1812-8" in error
    assert "found 26.0" in error


def test_a_scenario_without_terrain_is_refused(tmp_path: Path, capsys) -> None:
    path = write_hilly_study(tmp_path, text=SCENARIO)
    assert status_of("terrain-error", str(path)) == 2
    assert "terrain.tiles" in capsys.readouterr().err
