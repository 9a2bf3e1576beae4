"""Sweeps on processes of this machine: each run once, failures apart, stages kept."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest

import planner
from planner import cli
from planner.errors import InputError
from planner.pipeline import run
from planner.run_key import input_digests
from planner.stage_store import StageStore
from planner.sweep import FULL, SMALL, run_sweep
from planner.sweep.task import FAILED, RESULT, run_task
from planner.sweep.workers import Function, Processes, Said
from tests.planner.hills import TERRAIN, write_hilly_study
from tests.planner.study import SCENARIO, write_study

QUICK = """
[siting]
improvement_rounds = 0
certificate_iterations = 5
exact = "never"
"""


class Here:
    """Runs in this process, which counts them."""

    def __init__(self, stop_after: int = 10**9) -> None:
        self.computed: list[str] = []
        self.stop_after = stop_after

    def each(self, function: Function, items: Sequence[str], _memory: int) -> Iterator[Said]:
        for item in items:
            if len(self.computed) == self.stop_after:
                raise KeyboardInterrupt
            self.computed.append(item)
            yield item, function(item)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study").mkdir()
    return write_study(tmp_path / "study", SCENARIO + QUICK)


def targets(*counts: int) -> list[dict[str, object]]:
    return [{"target.stations_new": count} for count in counts]


def test_a_sweep_says_what_single_runs_say(study: Path, tmp_path: Path) -> None:
    sweep = run_sweep(study, targets(2, 4), tmp_path / "sweep", workers=Here())
    for row, count in zip(sweep.table.to_dict("records"), (2, 4), strict=True):
        alone = run(study, {"target.stations_new": count}).summary
        assert row["state"] == "done"
        assert row["stations_new"] == alone["stations_new"] == count
        assert row["population_covered"] == alone["population_covered"]
        assert row["optimality.gap"] == alone["optimality"]["gap"]


def test_a_repeated_sweep_computes_nothing_and_a_longer_one_the_rest(
    study: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "sweep"
    first = run_sweep(study, targets(2, 3), folder, workers=Here())
    assert first.computed == 2
    again = Here()
    second = run_sweep(study, targets(2, 3), folder, workers=again)
    assert (second.computed, again.computed) == (0, [])
    pd.testing.assert_frame_equal(first.table, second.table)
    assert run_sweep(study, targets(2, 3, 4), folder, workers=Here()).computed == 1


def test_a_changed_input_is_another_run(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    run_sweep(study, targets(2), folder, workers=Here())
    boundary = study.parent / "boundary.geojson"
    boundary.write_text(boundary.read_text(encoding="utf-8") + " ", encoding="utf-8")
    assert run_sweep(study, targets(2), folder, workers=Here()).computed == 1
    assert len(list((folder / "runs").iterdir())) == 2


def test_an_interrupted_sweep_goes_on(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    with pytest.raises(KeyboardInterrupt):
        run_sweep(study, targets(2, 3, 4), folder, workers=Here(stop_after=1))
    rest = Here()
    sweep = run_sweep(study, targets(2, 3, 4), folder, workers=rest)
    assert len(rest.computed) == 2
    assert sweep.table["stations_new"].tolist() == [2, 3, 4]


def test_a_failed_run_is_reported_stops_no_other_and_is_tried_again(
    study: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "sweep"
    broken = tmp_path / "broken.tif"
    broken.write_bytes(b"no raster")
    runs = [{"target.stations_new": 2}, {"population.file": str(broken)}, *targets(3)]
    sweep = run_sweep(study, runs, folder, workers=Here())
    assert sweep.table["state"].tolist() == ["done", "failed", "done"]
    assert "cannot be read" in sweep.table["error"][1]
    assert sweep.failed == 1
    assert len(list((folder / "runs").glob(f"*/{FAILED}"))) == 1
    again = Here()
    run_sweep(study, runs, folder, workers=again)
    assert len(again.computed) == 1


def test_all_runs_are_checked_before_one_is_computed(study: Path, tmp_path: Path) -> None:
    here = Here()
    with pytest.raises(InputError) as caught:
        run_sweep(study, [*targets(2, -1), {"target.nonsense": 1}], tmp_path / "s", workers=here)
    assert [problem.key for problem in caught.value.problems] == [
        "target.stations_new", "target.nonsense",
    ]  # fmt: skip
    assert here.computed == []
    assert not (tmp_path / "s").exists()


def test_a_changed_target_computes_only_siting_and_outputs(study: Path, tmp_path: Path) -> None:
    scenario = planner.load_scenario(study)
    made_from = ("code", input_digests(scenario.model_dump(), scenario.origin))
    first = StageStore(tmp_path / "stages", made_from)
    run(study, {"target.stations_new": 2}, store=first)
    assert (first.made, first.found) == ({"area": 1, "people": 1}, {})
    second = StageStore(tmp_path / "stages", made_from)
    plan = run(study, {"target.stations_new": 3}, store=second)
    assert (second.made, second.found) == ({}, {"area": 1, "people": 1})
    fresh = run(study, {"target.stations_new": 3})
    assert plan.summary["population_covered"] == fresh.summary["population_covered"]
    assert plan.warnings == fresh.warnings
    other = StageStore(tmp_path / "stages", made_from)
    run(study, {"area.cell_size_m": 400}, store=other)
    assert other.made == {"area": 1, "people": 1}


def test_footprints_over_terrain_are_kept(tmp_path: Path) -> None:
    study = write_hilly_study(tmp_path, text=SCENARIO + TERRAIN + QUICK)
    store = StageStore(tmp_path / "stages")
    first = run(study, {"target.stations_new": 2}, store=store)
    assert store.made == {"area": 1, "people": 1, "terrain": 1, "footprints": 1}
    again = StageStore(tmp_path / "stages")
    second = run(study, {"target.stations_new": 2}, store=again)
    assert again.found == {"area": 1, "people": 1, "terrain": 1, "footprints": 1}
    assert first.stations.equals(second.stations)
    other = StageStore(tmp_path / "stages")
    run(study, {"target.stations_new": 2, "radio.base_power_dbm": 40.0}, store=other)
    assert other.made["footprints"] == 1


def test_several_networks_are_one_run(study: Path, tmp_path: Path) -> None:
    both = {"networks": [{"name": "a"}, {"name": "b"}], "target.stations_new": 2}
    sweep = run_sweep(study, [both, *targets(2)], tmp_path / "s", workers=Here())
    assert sweep.table["state"].tolist() == ["done", "done"], sweep.table["error"].tolist()
    assert sweep.table["stations_new"].tolist() == [4, 2]
    assert (sweep.table["population_covered_share"] > 0).all()


def test_a_stage_that_was_half_written_is_made_again(tmp_path: Path) -> None:
    store = StageStore(tmp_path)
    assert store.kept("x", 1, lambda: [1, 2]) == [1, 2]
    (path,) = tmp_path.glob("x-*.pickle")
    path.write_bytes(path.read_bytes()[:10])
    again = StageStore(tmp_path)
    assert again.kept("x", 1, lambda: [1, 2]) == [1, 2]
    assert again.made == {"x": 1}


def dying(folder: str) -> str:
    """Kill the process the first time a task is seen; one kind of task always."""
    seen = Path(folder) / "seen"
    if Path(folder).name.startswith("bad") or not seen.exists():
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def test_a_killed_process_is_replaced_and_a_deadly_run_ends_alone(tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("a", "bad", "b", "c")]
    for home in homes:
        home.mkdir()
    for home in homes[2:]:
        (home / "seen").touch()
    said = dict(Processes(2).each(dying, [str(home) for home in homes], 1))
    assert {Path(home).name: text for home, text in said.items()} == {
        "a": "done", "b": "done", "c": "done",
        "bad": "error: its process died 3 times, perhaps for want of memory",
    }  # fmt: skip


def swept(study: Path, out: Path, *more: str) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", str(study), "--out", str(out), *more])
    return int(ended.value.code or 0)


def test_the_command_writes_table_and_page_the_same_every_time(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vary = ("--vary", "target.stations_new=2:4:1", "--processes", "2")
    assert swept(study, tmp_path / "a", *vary) == 0
    assert "3 runs: 3 computed now" in capsys.readouterr().out
    assert swept(study, tmp_path / "b", *vary, "--no-cache") == 0
    assert not (tmp_path / "b" / "stages").exists()
    assert swept(study, tmp_path / "a", *vary) == 0
    assert "0 computed now, 3 done before" in capsys.readouterr().out.rpartition("3 runs")[2]
    for name in ("sweep.parquet", "sweep.csv", "sweep.html"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    table = pd.read_parquet(tmp_path / "a" / "sweep.parquet")
    assert table["stations_new"].tolist() == [2, 3, 4]
    assert table["population_covered"].is_monotonic_increasing
    text = (tmp_path / "a" / "sweep.html").read_text(encoding="utf-8")
    assert "<svg" in text
    assert 'http-equiv="Content-Security-Policy"' in text
    assert text.count("●") == 3


def test_runs_keep_their_warnings_and_do_not_show_them(
    study: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert swept(study, tmp_path / "s", "--vary", "area.cell_size_m=1000,2000") == 0
    results = (tmp_path / "s" / "runs").glob(f"*/{RESULT}")
    assert all(json.loads(one.read_text(encoding="utf-8"))["warnings"] for one in results)
    assert "PlannerWarning" not in capfd.readouterr().err


def test_wrong_sweeps_end_with_2(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert swept(study, tmp_path / "a", "--vary", "target.nonsense=1,2") == 2
    assert "nonsense" in capsys.readouterr().err
    assert swept(study, tmp_path / "a", "--vary", "seed=1:10000:1") == 2
    assert "--yes" in capsys.readouterr().err
    assert swept(study, tmp_path / "a", "--vary", "target.nonsense=1:9:1") == 2
    assert capsys.readouterr().err.count("nonsense") == 1
    assert not (tmp_path / "a").exists()


def test_a_folder_that_is_no_sweeps_is_refused(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear", encoding="utf-8")
    assert swept(study, mine, "--vary", "target.stations_new=2,3") == 2
    assert "that of an earlier sweep" in capsys.readouterr().err
    assert swept(study, mine / "letter.txt", "--vary", "target.stations_new=2,3") == 2
    assert "is a file" in capsys.readouterr().err
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]


def test_a_sweep_spends_little_on_each_run_unless_it_is_to_be_full(
    study: Path, tmp_path: Path
) -> None:
    little = run_sweep(study, targets(2), tmp_path / "s", workers=Here())
    assert little.table["siting.effort"].tolist() == [SMALL["siting.effort"]]
    assert little.changed == ("target.stations_new",)
    full = run_sweep(study, targets(2), tmp_path / "s", workers=Here(), spent=FULL)
    assert full.computed == 1
    assert "siting.effort" not in full.table
    own = [{"target.stations_new": 2, "siting.effort": 0.5}]
    found = run_sweep(study, own, tmp_path / "s", workers=Here())
    assert found.table["siting.effort"].tolist() == [0.5]


def test_a_task_of_other_code_fails(study: Path, tmp_path: Path) -> None:
    run_sweep(study, targets(2), tmp_path / "s", workers=Here())
    (home,) = (tmp_path / "s" / "runs").iterdir()
    task = json.loads((home / "task.json").read_text(encoding="utf-8"))
    other = tmp_path / "other"
    shutil.copytree(home, other, ignore=shutil.ignore_patterns(RESULT))
    (other / "task.json").write_text(json.dumps({**task, "code": "x"}), encoding="utf-8")
    assert run_task(str(other)) == "failed"
    assert "another version" in (other / FAILED).read_text(encoding="utf-8")
