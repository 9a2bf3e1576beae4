"""Bad radio input as a planner meets it: an InputError with file, key, value, what would be right.

Each test is a line of what must be refused; terrain and profiles have their own tests
(``test_terrain.py``, ``test_path_profile.py``), and so have antenna files and tables of sites.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import planner
from planner.errors import InputError
from planner.pipeline import check_scenario
from planner.radio import Link, propagation_models
from planner.radio.propagation import propagation_model
from planner.scenario import load_scenario
from tests.planner.study import SCENARIO, points, write_study

# Without the radii that the small study gives outright, so that the models are asked.
TEXT = SCENARIO.replace("[service.radius_m]", "[unused]").split("[unused]")[0] + (
    "[target]\nstations_baseline = 3\nstations_new = 6\n"
)


def refused(study: Path, *overrides: str) -> InputError:
    with pytest.raises(InputError) as caught:
        check_scenario(load_scenario(study, overrides))
    assert all(problem.file == str(study) for problem in caught.value.problems)
    assert all(problem.expected for problem in caught.value.problems)
    return caught.value


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path, TEXT)


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("radio.rural.base_height_m=-5", "radio.rural.base_height_m", -5),
        ("radio.rural.base_height_m=0", "radio.rural.base_height_m", 0),
        ("service.outdoor_ue_height_m=-1.5", "service.outdoor_ue_height_m", -1.5),
        ("radio.carrier_mhz=0", "radio.carrier_mhz", 0),
        ("radio.carrier_mhz=200000", "radio.carrier_mhz", 200000),
        ("service.penetration_probability=1.5", "service.penetration_probability", 1.5),
        ("service.penetration_model=p2040", "service.penetration_model", "p2040"),
    ],
)
def test_impossible_values(study: Path, override: str, key: str, value: object) -> None:
    (problem,) = refused(study, override).problems
    assert (problem.key, problem.value) == (key, value)


@pytest.mark.parametrize(
    ("overrides", "key", "value", "expected"),
    [
        (("radio.rural.model=okumura_hata_open",), "radio.carrier_mhz", 2.6, "0.15 to 1.5"),
        (("radio.urban.base_height_m=40",), "radio.urban.base_height_m", 40.0, "25 to 25"),
        (
            ("radio.rural.model=rma", "radio.rural.base_height_m=8"),
            "radio.rural.base_height_m",
            8.0,
            "10 to 150",
        ),
    ],
)
def test_outside_the_validity_of_a_model(study, overrides, key, value, expected) -> None:
    problems = {problem.key: problem for problem in refused(study, *overrides).problems}
    assert problems[key].value == value
    assert problems[key].expected == expected
    assert "outside the validity of" in problems[key].message


def test_outside_the_validity_is_flagged_where_the_scenario_asks(study: Path) -> None:
    scenario = load_scenario(study, ["radio.urban.base_height_m=40", "radio.outside_validity=flag"])
    check_scenario(scenario)
    radius = planner.service_radii(scenario.radio, scenario.service)[1]
    notes = {line.key: line.note for line in radius.budget.lines}
    assert "outside the validity" in notes["model"]


@pytest.mark.parametrize("key", sorted(propagation_models()))
@pytest.mark.parametrize("distance_m", [0.0, -100.0, np.nan, np.inf])
def test_no_distance(key: str, distance_m: float) -> None:
    model = propagation_model(key)
    frequency = next(r for r in model.valid_ranges if r.quantity == "frequency_ghz")
    height = next((r for r in model.valid_ranges if r.quantity == "base_height_m"), None)
    link = Link(frequency.most, height.least if height else 25.0)
    with pytest.raises(InputError) as caught:
        model.loss_db(distance_m, link)
    problem = next(p for p in caught.value.problems if p.key == "distance_2d_m")
    assert problem.expected
    flagged = model.loss_db(distance_m, link, outside="flag")
    assert not flagged.valid.any()


def test_an_antenna_file_that_is_not_there(study: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(study, ["radio.antenna.pattern=file", "radio.antenna.file=none.msi"])
    (problem,) = caught.value.problems
    assert problem.key == "radio.antenna.file"
    assert "no such file" in problem.message
    assert "none.msi" in str(problem)


def test_a_malformed_antenna_file_ends_the_link_budget(study: Path) -> None:
    from planner.radio.sectors import scenario_budgets

    (study.parent / "bad.msi").write_text("NAME x\nGAIN 17 dBi\nHORIZONTAL 2\n0 0\n")
    change = [
        "radio.antenna.pattern=file",
        f"radio.antenna.file={study.parent / 'bad.msi'}",
    ]
    scenario = load_scenario(study, change)
    with pytest.raises(InputError) as caught:
        scenario_budgets(scenario.radio, scenario.service, scenario.origin)
    messages = [problem.message for problem in caught.value.problems]
    assert {problem.key for problem in caught.value.problems} == {"radio.antenna.file"}
    assert any("line 3: HORIZONTAL announces 2 points" in text for text in messages)
    assert any("has no VERTICAL" in text for text in messages)


def test_sites_outside_the_study_are_listed(study: Path) -> None:
    sites = points(study.parent / "sites.csv", [(113.1, 23.1), (120.0, 30.0)])
    with pytest.raises(InputError) as caught:
        planner.site_coverage(sites, study)
    (problem,) = caught.value.problems
    assert problem.file == str(sites)
    assert "1 of 2 sites outside the study area: site 1 at 120.0" in problem.message
    assert problem.expected


def test_a_service_that_ends_before_the_model_begins(study: Path) -> None:
    """Hata begins at 1 km: a small cell is no radius of 0, but asks for another model."""
    error = refused(
        study,
        "radio.band=n28",
        "radio.outside_validity=flag",
        "radio.dense_urban.model=okumura_hata_large_city",
        "service.dense_urban.uplink_mbit_s=20",
    )
    (problem,) = error.problems
    assert problem.key == "service.dense_urban"
    assert "which begins at 1000 m" in problem.message
    assert "a model that begins nearer" in (problem.expected or "")
