"""The hindcast of 2020: the errors that report and README state are those that come out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from planner.cli import cli
from planner.errors import InputError
from planner.outputs.pages.hindcast import FILES, save_hindcast
from planner.rollout.hindcast import Hindcast, hindcast
from planner.scenario import scenario_folder
from planner.scenario.hindcast import load_hindcast

SHIPPED = scenario_folder() / "hindcast" / "china-2020.toml"


@pytest.fixture(scope="module")
def found() -> Hindcast:
    return hindcast(load_hindcast("china-2020"))


def test_the_documented_errors_of_july_to_december(found: Hindcast) -> None:
    assert [row.date.isoformat() for row in found.tested] == [
        "2020-09-05",
        "2020-09-27",
        "2020-10-22",
        "2020-11-30",
        "2020-12-31",
    ]
    assert found.factor == pytest.approx(1.21, abs=0.01)
    assert found.mean_error == pytest.approx(0.137, abs=0.002)
    assert found.final_error == pytest.approx(-0.150, abs=0.002)
    assert found.mean_plan_error == pytest.approx(0.195, abs=0.005)
    assert found.within_fan == 1


def test_the_fit_sees_nothing_of_the_second_half(found: Hindcast) -> None:
    later = tuple(
        seen.model_copy(update={"stations": 2 * seen.stations})
        if seen.date > found.scenario.calibrate_until
        else seen
        for seen in found.scenario.observations
    )
    other = hindcast(found.scenario.model_copy(update={"observations": later}))
    assert other.factor == found.factor


def test_the_fit_finds_a_factor_that_is_known(found: Hindcast) -> None:
    def at(row_date: str) -> int:
        return next(row.median for row in found.rows if row.date.isoformat() == row_date)

    calm = found.scenario.rollout.model_copy(update={"sigma_common": 0.0, "runs": 1})
    resources = tuple(one.model_copy(update={"sigma_month": 0.0}) for one in calm.resources)
    disruptions = tuple(
        one.model_copy(update={"factor_sigma": 0.0, "end_sigma_days": 0.0})
        for one in calm.disruptions
    )
    calm = calm.model_copy(update={"resources": resources, "disruptions": disruptions})
    scenario = found.scenario.model_copy(update={"rollout": calm})
    first = hindcast(scenario)
    seen = tuple(
        one.model_copy(update={"stations": row.median})
        for one, row in zip(
            sorted(scenario.observations, key=lambda o: o.date), first.rows, strict=True
        )
    )
    again = hindcast(scenario.model_copy(update={"observations": seen}))
    assert again.factor == pytest.approx(first.factor, rel=1e-4)
    assert again.mean_error < 1e-4


def test_command_page_and_table(found: Hindcast, tmp_path: Path) -> None:
    save_hindcast(found, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    page = (tmp_path / "hindcast.html").read_text(encoding="utf-8")
    assert "<svg" in page
    assert "13.7" in page
    done = CliRunner().invoke(cli, ["hindcast", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.output)["mean_error"] == pytest.approx(found.mean_error)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("stations_target = 600_000", "stations_target = 100_000", "is below the baseline"),
        ("calibrate_until = 2020-06-30", "calibrate_until = 2021-06-30", "must lie from"),
        ("calibrate_until = 2020-06-30", "calibrate_until = 2020-12-31", "and one after it"),
        ("date = 2020-03-31", "date = 2019-03-31", "outside the horizon"),
        ("capacity_per_month = 39_167", "capacity_per_month = -1", "rollout.resources.0"),
        ("stations_target = 600_000", "target = 600_000", "unknown key"),
    ],
)
def test_bad_input_is_refused_in_words(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_hindcast(path)
    assert said in str(caught.value)


def test_unknown_names_list_the_known() -> None:
    with pytest.raises(InputError, match="china-2020"):
        load_hindcast("china-1999")
