"""What an awkward scenario gets: an error that names file and key, or a result that is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planner.errors import InputError
from tests.planner.siting.cases import FREE, NOTHING_ASKED, plan_of
from tests.planner.study import people_array, points, write_people

LISTED = '[candidates]\nfile = "listed.csv"\n'
BUDGET = """
[objective]
kind = "most_within_budget"
budget_cny = 4
[cost]
station_cny = 6
"""


def files(folder: Path) -> None:
    places = [(113.05, 23.02), (113.1, 23.14), (113.2, 23.05)]
    points(folder / "listed.csv", places)
    points(folder / "twice.csv", [*places, places[0]])
    (folder / "none.csv").write_text("lon,lat\n", encoding="utf-8")
    (folder / "costs.csv").write_text("lon,lat,cost_cny\n113.05,23.02,nan\n", encoding="utf-8")
    (folder / "weights.csv").write_text("lon,lat,weight\n113.05,23.02,nan\n", encoding="utf-8")
    damaged = people_array()
    damaged[8, 20] = np.nan
    write_people(folder / "damaged.tif", damaged)
    write_people(folder / "empty.tif", np.zeros_like(damaged))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[candidates]\nfile = "none.csv"\n', "none.csv: candidates.file: holds no features"),
        (
            '[candidates]\nfile = "twice.csv"\nduplicates = "refuse"\n',
            "same place as an earlier site: feature 4",
        ),
        ('[candidates]\nfile = "costs.csv"\n', "cost_cny: 1 sites have no cost"),
        ('[weights]\nrasters = [{ file = "damaged.tif" }]\n', "non-numeric .* nan.; expected"),
        ('[weights]\nplaces = [{ file = "weights.csv", column = "weight" }]\n', "non-numeric"),
        ('[weights]\nplaces = [{ file = "listed.csv", factor = nan }]\n', "finite number"),
        ("[weights]\npeople = 0\n", "nothing has weight"),
        (
            '[siting]\nzone_stations = [{ zone = "440001", exactly = 4 }, '
            '{ zone = "440002", exactly = 4 }]\n',
            "found 8.; expected at most 6 stations",
        ),
    ],
)
def test_is_refused(tmp_path: Path, more: str, said: str) -> None:
    files(tmp_path)
    with pytest.raises(InputError, match=said):
        plan_of(tmp_path, more, FREE)


@pytest.mark.parametrize(
    ("raster", "said"), [("damaged.tif", "not finite numbers"), ("empty.tif", "holds no people")]
)
def test_people_that_are_none_or_no_numbers_are_refused(tmp_path: Path, raster, said) -> None:
    files(tmp_path)
    with pytest.raises(InputError, match=f"{raster}: population.file.*{said}"):
        plan_of(tmp_path, "", FREE.replace("people.tif", raster))


@pytest.mark.parametrize("exact", ["always", "never"])
def test_more_stations_than_candidates_build_all_of_them(tmp_path: Path, exact: str) -> None:
    files(tmp_path)
    _, _, siting = plan_of(tmp_path, f'{LISTED}[siting]\nexact = "{exact}"\n', FREE)
    assert len(siting) == 3
    assert siting.shortfalls == ()


@pytest.mark.parametrize("more", ["", LISTED, f'{LISTED}[siting]\nexact = "never"\n'])
def test_a_budget_below_the_cheapest_site_builds_nothing(tmp_path: Path, more: str) -> None:
    files(tmp_path)
    _, _, siting = plan_of(tmp_path, more + BUDGET, NOTHING_ASKED)
    assert len(siting) == 0
    assert siting.shortfalls == ()
    assert not siting.covered.any()


def test_shares_that_no_plan_reaches_are_told_by_zone(tmp_path: Path) -> None:
    files(tmp_path)
    asked = '[objective]\nkind = "fewest_stations"\ncovered_share = 1.0\nzone_share = 1.0\n'
    _, _, siting = plan_of(tmp_path, asked + LISTED, NOTHING_ASKED)
    assert siting.proof is not None
    assert siting.proof.infeasible
    assert [s.constraint for s in siting.shortfalls] == [
        "objective: share of zone 440001",
        "objective: share of zone 440002",
        "objective.covered_share",
    ]
    for missed in siting.shortfalls:
        assert 0 < missed.reached < missed.asked


def test_weights_of_any_size_steer_alike(tmp_path: Path) -> None:
    files(tmp_path)
    more = LISTED + "[weights]\npeople = {}\n"
    base = FREE.replace("stations_new = 6", "stations_new = 2")
    _, _, plain = plan_of(tmp_path, more.format(1), base)
    _, _, tiny = plan_of(tmp_path, more.format(1e-12), base)
    assert (tiny.cell == plain.cell).all()
    assert tiny.proof is not None
    assert tiny.proof.optimal
    assert tiny.weight_covered == pytest.approx(1e-12 * plain.weight_covered)
