"""What is wrong between networks: the key, and what would be right; exit code 2."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import planner
from planner.cli import main
from planner.networks import check_networks
from planner.scenario import load_scenario
from tests.planner.networks.study import sharing, write_networks


def problems(path: Path, overrides: dict[str, object] | None = None) -> dict[str, str]:
    with pytest.raises(planner.InputError) as caught:
        load_scenario(path, overrides or {})
    assert all(problem.file == str(path) for problem in caught.value.problems)
    return {problem.key or "": str(problem) for problem in caught.value.problems}


def test_a_network_named_twice(tmp_path: Path) -> None:
    path = write_networks(tmp_path, "")
    found = problems(path, {"networks.2.name": "mobile"})
    assert list(found) == ["networks.2.name"]
    assert "mobile" in found["networks.2.name"]


def test_sharing_of_an_unknown_network_and_of_one_named_twice(tmp_path: Path) -> None:
    found = problems(write_networks(tmp_path, sharing("sites", "telecom", "unicorn")))
    assert "one of mobile, telecom, unicom" in found["sharing.0.networks"]
    found = problems(write_networks(tmp_path, sharing("sites", "telecom", "telecom")))
    assert "twice" in found["sharing.0.networks"]


def test_a_network_in_two_groups(tmp_path: Path) -> None:
    more = sharing("radio", "telecom", "unicom") + sharing("sites", "mobile", "unicom")
    found = problems(write_networks(tmp_path, more))
    assert list(found) == ["sharing.1.networks"]
    assert "sharing.0 already (found 'unicom')" in found["sharing.1.networks"]


def test_radio_shared_between_bands(tmp_path: Path) -> None:
    found = problems(write_networks(tmp_path, sharing("radio", "mobile", "telecom")))
    assert "another band (found 'n78'); expected n41" in found["networks.1.radio.band"]


def test_radio_shared_where_radio_or_service_differ(tmp_path: Path) -> None:
    changes = {
        "networks.2.radio.base_power_dbm": 49.0,
        "networks.2.service.radius_m.rural": 1500,
    }
    found = problems(write_networks(tmp_path), changes)
    assert set(found) == {"networks.2.radio", "networks.2.service"}
    assert "base_power_dbm" in found["networks.2.radio"]
    assert "radius_m.rural" in found["networks.2.service"]


def test_networks_of_one_radio_network_have_one_cost(tmp_path: Path) -> None:
    found = problems(write_networks(tmp_path), {"networks.2.cost.station_cny": 1.0})
    assert "differs in station_cny" in found["networks.2.cost"]
    found = problems(write_networks(tmp_path), {"networks.2.cost.station_cny": -1.0})
    assert list(found) == ["networks.2.cost.station_cny"]


def test_the_build_out_is_one_for_all_networks(tmp_path: Path) -> None:
    found = problems(write_networks(tmp_path), {"networks.2.rollout.runs": 10})
    assert list(found) == ["networks.2.rollout"]
    assert "unknown key" in found["networks.2.rollout"]


def test_a_target_below_what_serves_already(tmp_path: Path) -> None:
    found = problems(write_networks(tmp_path), {"networks.1.target.stations_baseline": 20})
    assert list(found) == ["networks.2.target.stations_new"]
    assert (
        "below the 20 that already serve its subscribers" in found["networks.2.target.stations_new"]
    )
    assert "at least 17" in found["networks.2.target.stations_new"]
    found = problems(write_networks(tmp_path), {"networks.1.target.stations_new": -5})
    assert "greater than or equal to 0" in found["networks.1.target.stations_new"]


def test_sections_of_a_network_are_checked_as_those_of_a_scenario(tmp_path: Path) -> None:
    changes = {
        "networks.1.radio.bandwidth_mhz": 33.0,
        "networks.1.service.probability": 2.0,
        "networks.1.colour": "red",
        "networks.0.name": "China Mobile",
        "sharing.0.kind": "everything",
    }
    found = problems(write_networks(tmp_path), changes)
    assert set(found) == {
        "networks.1.radio", "networks.1.service.probability", "networks.1.colour",
        "networks.0.name", "sharing.0.kind",
    }  # fmt: skip
    assert "bandwidth_mhz = 33 does not exist" in found["networks.1.radio"]


def test_a_fault_that_networks_inherit_is_told_once(tmp_path: Path) -> None:
    found = problems(write_networks(tmp_path), {"service.probability": 2.0})
    assert list(found) == ["service.probability"]


def test_a_fault_found_later_names_the_network(tmp_path: Path) -> None:
    path = write_networks(tmp_path, "")
    none_given = {"service.radius_m": {}, "networks.1.service.radius_m": {}}
    scenario = load_scenario(path, {"networks.1.radio.rural.model": "magic", **none_given})
    with pytest.raises(planner.InputError) as caught:
        check_networks(scenario)
    (problem,) = caught.value.problems
    assert problem.key == "networks.1.radio.rural.model"
    assert "magic" in str(problem)


def test_sites_are_not_shared_where_another_rule_would_break(tmp_path: Path) -> None:
    path = write_networks(tmp_path, sharing("sites"))
    scenario = load_scenario(path, {"siting.min_separation_m": 500.0})
    with pytest.raises(planner.InputError, match="most_covered") as caught:
        check_networks(scenario)
    assert [problem.key for problem in caught.value.problems] == ["sharing"]


def test_the_command_ends_with_2_and_writes_nothing(tmp_path: Path) -> None:
    path = write_networks(tmp_path / "study", sharing("radio", "mobile", "telecom"))
    for command in ("run", "validate"):
        done = subprocess.run(
            [sys.executable, "-m", "planner", command, str(path)],
            cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert "networks.1.radio.band" in done.stderr
        assert done.stdout == ""
    assert {p.name for p in tmp_path.iterdir()} == {"study"}


def test_the_command_writes_every_network_and_what_it_misses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    aim = '[[aims]]\nname = "nearly all"\nname_zh = "基本全覆盖"\nshare = 0.999\n\n'
    path = write_networks(tmp_path / "study", aim + sharing("radio"))
    with pytest.raises(SystemExit) as ended:
        main(["run", str(path), "--out", str(tmp_path / "out")])
    said = capsys.readouterr().out
    assert ended.value.code == 3
    assert "each counted once" in said
    assert "per operator" in said
    for file in ("mobile/map.html", "telecom+unicom/report.html", "networks.csv", "report.html"):
        assert (tmp_path / "out" / file).is_file()
    # What a network misses stands in the terminal and on page 1.
    missed = re.findall(r"^    target MISSED +([\d.]+)% of 99.9%  nearly all", said, re.MULTILINE)
    assert len(missed) == 2
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert f"missed by China Mobile: nearly all; reached {missed[0]}" in page
