"""Which runs a sweep holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.sweep.variations import variations


def test_a_range_holds_both_ends_and_keeps_whole_numbers() -> None:
    runs = variations(["target.stations_new=8000:20000:2000"])
    assert [run["target.stations_new"] for run in runs] == list(range(8000, 20001, 2000))
    assert all(isinstance(run["target.stations_new"], int) for run in runs)


def test_a_range_of_fractions_is_exact_and_may_fall() -> None:
    runs = variations(["area_classes.smoothing_km=1.0:0.7:-0.1"])
    assert [run["area_classes.smoothing_km"] for run in runs] == [1.0, 0.9, 0.8, 0.7]


def test_a_range_ends_before_a_last_value_that_no_step_meets() -> None:
    assert [run["seed"] for run in variations(["seed=1:6:2"])] == [1, 3, 5]


def test_several_variations_combine_in_their_order() -> None:
    runs = variations(["seed=1,2", "service.kind=indoor,outdoor"])
    assert [tuple(run.values()) for run in runs] == [
        (1, "indoor"), (1, "outdoor"), (2, "indoor"), (2, "outdoor"),
    ]  # fmt: skip


def test_files_list_runs(tmp_path: Path) -> None:
    table = tmp_path / "runs.csv"
    table.write_text("seed,service.kind\n1,indoor\n2,\n", encoding="utf-8")
    assert variations([], table) == [{"seed": 1, "service.kind": "indoor"}, {"seed": 2}]
    assert len(variations(["target.stations_new=5,6"], table)) == 4
    tables = tmp_path / "runs.toml"
    tables.write_text('[[runs]]\nseed = 1\ntarget = { stations_new = 5 }\n[[runs]]\n"seed" = 2\n')
    assert variations([], tables) == [{"seed": 1, "target.stations_new": 5}, {"seed": 2}]


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        (["seed"], "is not a variation"),
        (["seed="], "is not a variation"),
        (["seed=1:5:0"], "step of zero"),
        (["seed=1:5:-1"], "steps away from its end"),
        (["seed=1:5"], "is not a range"),
        (["seed=a:b:c"], "is not a range"),
        (["seed=1:nan:1"], "step of zero"),
        (["seed=1,2", "seed=3"], "varies a key twice"),
        (["seed=1:10000:1"], "10,000 runs"),
        (["seed=1:100:1", "target.stations_new=1:101:1"], "10,100 runs"),
    ],
)
def test_what_is_wrong_is_said(vary: list[str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        variations(vary)


def test_wrong_files_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        variations([], tmp_path / "none.csv")
    table = tmp_path / "runs.csv"
    table.write_text("seed,a\n1\n1,2,3\n", encoding="utf-8")
    with pytest.raises(InputError, match="more or fewer values"):
        variations([], table)
    table.write_text("seed\n", encoding="utf-8")
    with pytest.raises(InputError, match="lists no runs"):
        variations([], table)
    table.write_text("seed\n1\n", encoding="utf-8")
    with pytest.raises(InputError, match="is both varied and listed"):
        variations(["seed=1,2"], table)
