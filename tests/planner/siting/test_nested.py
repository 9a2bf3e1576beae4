"""A nested plan: its first stations, the bound of every number, and what it does not go with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import planner
from kernels.footprints.field import Field
from planner.certificate_check import check_certificate
from planner.errors import InputError
from planner.outputs.tables.curve_table import CURVE
from planner.plan import Plan
from planner.sites.footprints import DiscFootprints
from planner.siting.effort import Improvement
from planner.siting.nested import improved_nested
from tests.kernels.covering.test_improve_raster import random_field
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO, write_study

TOWN = SCENARIO.replace("stations_new = 6", "stations_new = 60").replace(
    "dense_urban = 800\nurban = 1000\nsuburban = 1500\nrural = 2000",
    "dense_urban = 300\nurban = 400\nsuburban = 600\nrural = 800",
)
NESTED = "\n[siting]\nnested = true\nimprovement_rounds = 40\ncertificate_iterations = 60\n"


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return planner.run(write_study(tmp_path_factory.mktemp("nested"), TOWN + NESTED))


@pytest.fixture(scope="module")
def saved(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return plan.save(tmp_path_factory.mktemp("saved") / "out")


def test_its_first_stations_cover_more_and_all_of_them_hardly_less(
    plan: Plan, tmp_path: Path
) -> None:
    text = TOWN + NESTED.replace("nested = true", "nested = false")
    usual = planner.run(write_study(tmp_path, text))
    own, other = (
        np.array(one.summary["curve_by_siting"])[:, 1] * one.demand.people_total
        for one in (plan, usual)
    )
    assert own[:40].sum() > other[:40].sum()
    assert own[-1] > 0.99 * other[-1]


def test_the_curve_has_every_number_under_its_bound(plan: Plan, saved: Path) -> None:
    curve = pd.read_csv(saved / "curve.csv")
    assert list(curve) == list(CURVE)
    assert curve["stations_new"].tolist() == list(range(61))
    assert curve["stations"].tolist() == list(range(3, 64))
    assert (curve["people_by_siting"] <= curve["upper_bound_people"] + 0.1).all()
    assert (np.diff(curve["upper_bound_people"]) >= 0).all()
    assert curve["gap"].max() < 0.2
    assert curve["people_by_siting"].iloc[-1] == pytest.approx(
        plan.summary["people_by_siting"], abs=0.1
    )
    assert curve["people_covered"].iloc[-1] == pytest.approx(
        plan.summary["population_covered"], abs=0.1
    )


def test_the_report_says_what_a_share_takes_at_least(plan: Plan, saved: Path) -> None:
    rows = plan.summary["optimality"]["milestones"]
    assert len(rows) > 2
    for row in rows:
        assert 0 < row["fewest_new_stations"] <= row["stations_new"] <= 60
        reached = plan.certificate.people_along
        assert reached[row["stations_new"] - 1] < row["people"] <= reached[row["stations_new"]]
    assert "No plan needs fewer than" in (saved / "report.html").read_text("utf-8")


def test_the_bound_of_every_number_is_summed_again(saved: Path, tmp_path: Path) -> None:
    assert check_certificate(saved).holds
    folder = Path(shutil.copytree(saved, tmp_path / "out"))
    with np.load(folder / "certificate.npz") as data:
        arrays = dict(data)
    arrays["upper_bound_people"][12] *= 0.99
    np.savez(folder / "certificate.npz", **arrays)
    found = check_certificate(folder)
    assert not found.curve_agrees
    assert not found.holds


def test_a_saved_plan_has_the_same_bound(plan: Plan, saved: Path) -> None:
    again = planner.open(saved).certificate
    assert again.people_along.tolist() == plan.certificate.people_along.tolist()
    assert [one.whole().sum() for one in again.along] == [
        one.whole().sum() for one in plan.certificate.along
    ]
    assert json.dumps(again.summary()) == json.dumps(plan.certificate.summary())


@pytest.mark.parametrize("case", ["terrain", "graded"])
def test_over_terrain_and_with_graded_service_too(tmp_path: Path, case: str) -> None:
    text = SCENARIO + (TERRAIN if case == "terrain" else "") + NESTED
    path = write_hilly_study(tmp_path / "study", text=text)
    changes = {"area.cell_size_m": 800, "target.stations_new": 30, "range_draws": 0}
    graded = {"service.model": "graded"} if case == "graded" else {}
    plan = planner.run(path, changes | graded)
    assert len(plan.certificate.along) > 3
    assert check_certificate(plan.save(tmp_path / "out")).holds


@pytest.mark.parametrize("seed", range(2))
def test_first_parts_cover_more_than_those_of_the_whole_alone(seed: int) -> None:
    field = random_field(seed, (120, 120))
    discs = DiscFootprints(field.area_class, np.atleast_2d(field.radius_cells))
    given = (field.weight, field.candidate, field.covered)
    start = discs.order(*given, 200)
    nested = improved_nested(discs, *given, start, Improvement(6, seed))
    alone = discs.improved(*given, start, rounds=6, seed=seed)
    assert len(set(nested.tolist())) == len(nested) <= len(alone)
    assert field.candidate.flat[nested].all()
    own, other = field.gains(nested), field.gains(alone)
    for first in (40, 66):
        assert own[:first].sum() > 1.01 * other[:first].sum()
    assert own.sum() >= 0.995 * other.sum()


def test_where_the_last_gain_little_first_ones_are_planned_as_if_alone() -> None:
    row, column = np.mgrid[:120, :120]
    towns = np.random.default_rng(0).integers(0, 120, (6, 2))
    away = np.min([np.hypot(row - y, column - x) for y, x in towns], axis=0)
    weight = (1000 * np.exp(-away / 6) + 1).astype(np.float32)
    everywhere = np.ones(weight.shape, bool)
    field = Field(weight, np.zeros(weight.shape, np.uint8), [3.0], everywhere, ~everywhere)
    discs = DiscFootprints(field.area_class, np.atleast_2d(field.radius_cells))
    given = (field.weight, field.candidate, field.covered)
    start = discs.order(*given, 400)
    nested = improved_nested(discs, *given, start, Improvement(6, 0))
    n_first = round(0.31 * 400)
    first = discs.improved(*given, start[:n_first], rounds=6, seed=0)
    alone = discs.improved(*given, start, rounds=6, seed=0)
    assert np.array_equal(nested[:n_first], first)
    assert len(set(nested.tolist())) == len(nested) == len(alone)
    assert field.gains(first).sum() > 1.01 * field.gains(alone)[:n_first].sum()
    assert field.gains(nested).sum() > 0.99 * field.gains(alone).sum()


@pytest.mark.parametrize(
    "more",
    [
        "min_separation_m = 500\n",
        'exact = "always"\n',
        'zone_stations = [{ zone = "440001", at_most = 3 }]\n',
        '[objective]\nkind = "fewest_stations"\ncovered_share = 0.5\n',
        '[[equipment]]\nname = "a"\n',
        '[[siting.phases]]\nname = "a"\nleast_people_per_station = 9\n',
        '[[target.zones]]\nzone = "East"\nstations_new = 2\n',
    ],
)
def test_what_it_does_not_go_with_is_said(tmp_path: Path, more: str) -> None:
    with pytest.raises(InputError, match=r"siting\.nested cannot be combined with"):
        planner.load_scenario(write_study(tmp_path, SCENARIO + NESTED + more))
