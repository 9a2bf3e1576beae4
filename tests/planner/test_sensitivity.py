"""``planner sensitivity``: each assumption alone, all together, stations that stand and anew."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner.cli import BAD_INPUT, main
from planner.results.served_range import ANY, EVERY, PLAN
from planner.sensitivity.table import ANEW, STANDS, TOGETHER
from tests.planner.results.test_expected_service import BUDGET, GRADED
from tests.planner.results.test_served_range import QUICK, UNCERTAIN
from tests.planner.study import write_study

NETWORKS = """
[[networks]]
name = "a"
[networks.radio]
band = "n41"

[[networks]]
name = "b"
[networks.radio]
band = "n78"
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = BUDGET.replace("stations_new = 6", "stations_new = 12")
    return write_study(
        tmp_path_factory.mktemp("study"), base + GRADED + QUICK + NETWORKS + UNCERTAIN
    )


@pytest.fixture(scope="module")
def saved(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "sensitivity"
    given = ["--draws", "6", "--anew-draws", "2", "--anew-cell-size", "400", "--quiet"]
    with pytest.raises(SystemExit) as ended:
        main(["sensitivity", str(study), "--out", str(folder), *given])
    assert ended.value.code == 0
    return folder


def test_files_say_who_is_served_at_each_end(saved: Path) -> None:
    names = {path.name for path in saved.iterdir() if not path.name.startswith(".")}
    assert names == {"sensitivity.html", "sensitivity.zh.html", "sensitivity.csv", "draws.csv",
                     "sensitivity.json", "run.json"}  # fmt: skip
    summary = json.loads((saved / "sensitivity.json").read_text())
    assert [one["plan"] for one in summary["plans"]] == [STANDS, ANEW]
    for plan in summary["plans"]:
        assert set(plan["usual"]) == {"a", "b", TOGETHER}
        low, high = plan["range"]["a"][PLAN]
        assert low < high
        every, some = plan["usual"][TOGETHER][EVERY], plan["usual"][TOGETHER][ANY]
        shares = [plan["usual"][name][PLAN] for name in ("a", "b")]
        assert every <= min(shares) <= max(shares) <= some
        swings = [one["swing"] for one in plan["assumptions"]]
        assert swings == sorted(swings, reverse=True)
        assert {one["name"] for one in plan["assumptions"]} == {
            "Terminal power", "Suburbs", "Where people live", "Take-up",
        }  # fmt: skip
    for file, word in (("sensitivity.html", "Terminal power"), ("sensitivity.zh.html", "终端功率")):
        page = (saved / file).read_text()
        assert page.count("<svg") == 2
        assert word in page
    assert "各网合计" in page
    assert "Terminal power" not in page


def test_stronger_terminals_serve_more_in_both_ways_of_asking(saved: Path) -> None:
    table = pd.read_csv(saved / "sensitivity.csv")
    rows = table[(table["assumption"] == "Terminal power") & (table["of"] == PLAN)]
    for _, group in rows.groupby(["plan", "network"]):
        low, high = group.sort_values("value", key=pd.to_numeric)["change"]
        assert low < 0 < high


def test_take_up_moves_users_and_nobody_served(saved: Path) -> None:
    table = pd.read_csv(saved / "sensitivity.csv")
    rows = table[table["assumption"] == "Take-up"]
    assert (rows[rows["of"] == PLAN]["change"].abs() < 1e-9).all()
    assert (rows[rows["of"] == "users_served_share"]["change"].abs() > 0.05).all()


def test_draws_are_those_of_the_seed(saved: Path) -> None:
    draws = pd.read_csv(saved / "draws.csv")
    assert (draws.groupby("plan")["draw"].nunique() == pd.Series({ANEW: 2, STANDS: 6})).all()
    own = draws[(draws["plan"] == STANDS) & (draws["network"] == "a")]
    assert own["radio.ue_power_dbm"].between(20, 26).all()
    assert own["radio.ue_power_dbm"].nunique() == 6


def test_a_run_gives_the_range_of_the_same_stations(study: Path, saved: Path) -> None:
    summary = json.loads((saved / "sensitivity.json").read_text())
    found = planner.run_networks(study, {"range_draws": 6}).summary
    stands = summary["plans"][0]["range"]
    for row in found["networks"]:
        low, high = row["range"][PLAN]
        assert high - low == pytest.approx(
            stands[row["network"]][PLAN][1] - stands[row["network"]][PLAN][0], abs=1e-6
        )
    assert found["range"][ANY][0] < found["population_covered_by_any"] / found["population_total"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "declares no uncertain assumption"),
        (UNCERTAIN.replace("low = 20", "low = 99"), "uncertain.0"),
    ],
)
def test_bad_input_is_one_error_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = write_study(tmp_path, BUDGET + GRADED + text)
    with pytest.raises(SystemExit) as ended:
        main(["sensitivity", str(path), "--out", str(tmp_path / "out"), "--quiet"])
    assert ended.value.code == BAD_INPUT
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
