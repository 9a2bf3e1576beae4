"""How the command ends: signals, what nobody has foreseen, refused folders, and its last words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from planner import cli
from planner.output_folder import HIDDEN
from planner.outputs.journal import Journal
from planner.outputs.lock import locked
from planner.outputs.terminal.run_text import run_text
from tests.planner.study import SCENARIO, points, write_study

ROOT = Path(__file__).resolve().parents[2]

# The signals are raised by the process itself in the middle of writing: no waiting, no race.
_SIGNALLED = """
import os, signal, sys
from pathlib import Path
import planner.cli
from planner.outputs.folder import complete_or_nothing

@planner.cli.cli.command()
def write():
    with complete_or_nothing(Path("plan"), ("a.txt",)) as staging:
        (staging / "a.txt").write_text("half")
        for name in sys.argv[1:]:
            os.kill(os.getpid(), getattr(signal, name))

planner.cli.main(["write"])
"""


def signalled(*names: str, cwd: Path, before: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", before + _SIGNALLED, *names],
        cwd=cwd, capture_output=True, text=True, timeout=120, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no SIGHUP on this system")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_like_an_interrupt_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    done = signalled(name, cwd=tmp_path)
    assert done.returncode == 130, done.stderr
    assert "interrupted" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no SIGHUP on this system")
def test_an_ignored_hang_up_stays_ignored(tmp_path: Path) -> None:
    ignored = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    done = signalled("SIGHUP", cwd=tmp_path, before=ignored)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "plan" / "a.txt").read_text() == "half"


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setitem(cli.cli.commands, "fail", click.Command("fail", callback=fail))


def test_an_interrupt_inside_a_compiled_function_is_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from_kernel = SystemError("returned a result with an exception set")
    from_kernel.__cause__ = KeyboardInterrupt()
    fails_with(from_kernel, monkeypatch)
    with pytest.raises(SystemExit, match="130"):
        cli.main(["fail"])
    assert "interrupted; no half-written output is left" in capsys.readouterr().err


def test_handlers_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(OSError("broken"), monkeypatch)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit):
        cli.main(["fail"])
    assert signal.getsignal(signal.SIGTERM) is before


def test_another_thread_leaves_signals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    fails_with(OSError("broken"), monkeypatch)
    ends: list[object] = []

    def run() -> None:
        try:
            cli.main(["fail"])
        except SystemExit as end:
            ends.append(end.code)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert ends == [cli.FAILED]


def test_the_unforeseen_is_one_line_that_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PLANNER_DEBUG", raising=False)
    fails_with(KeyError("two\nlines"), monkeypatch)
    assert cli.exit_code(["fail"]) == cli.FAILED
    assert capsys.readouterr().err == (
        "planner: failed: KeyError: 'two\\nlines' "
        "(please report; PLANNER_DEBUG=1 shows the traceback)\n"
    )


def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANNER_DEBUG", "1")
    fails_with(ZeroDivisionError("division by zero"), monkeypatch)
    with pytest.raises(ZeroDivisionError):
        cli.exit_code(["fail"])


def test_the_foreseen_asks_for_no_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(MemoryError(), monkeypatch)
    assert cli.exit_code(["fail"]) == cli.FAILED
    assert capsys.readouterr().err == "planner: failed: MemoryError\n"


def test_force_does_not_replace_an_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path, SCENARIO + '\n[sites]\nexisting = "stations.csv"\n')
    sites = points(tmp_path / "stations.csv", [(113.1, 23.1)])
    before = sites.read_bytes()
    assert cli.exit_code(["run", str(study), "--out", str(tmp_path), "--force"]) == cli.BAD_INPUT
    message = capsys.readouterr().err
    assert f"{sites}: sites.existing: is an input of the scenario" in message
    assert sites.read_bytes() == before


def test_a_second_run_into_the_same_folder_is_refused(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    command = [sys.executable, "-m", "planner", "run", str(study), "--out", str(tmp_path / "plan")]
    # Each process has its own lock: here this one holds it.
    with locked(tmp_path / "plan"):
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == cli.BAD_INPUT
    assert "another run writes into this folder" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["study"]


def test_recover_says_what_it_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.exit_code(["recover", str(tmp_path)]) == cli.DONE
    assert "nothing is left of an unfinished save" in capsys.readouterr().out
    hidden = tmp_path / HIDDEN
    (hidden / "new").mkdir(parents=True)
    (hidden / "new" / "a.txt").write_text("new")
    Journal(("a.txt",), (), (), existed=True, made=0).write(hidden)
    assert cli.exit_code(["recover", str(tmp_path)]) == cli.DONE
    assert "the save is completed: 1 files" in capsys.readouterr().out
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    "record",
    [
        "no json",
        "[]",
        '{"names": ["../mine.txt"], "outdated": [], "replaced": [], "existed": true, "made": 0}',
        '{"names": [], "outdated": ["/etc/x"], "replaced": [], "existed": true, "made": 0}',
        "[" * 100_000,
    ],
)
def test_a_record_that_nobody_of_ours_wrote_is_not_followed(
    tmp_path: Path, record: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    hidden = tmp_path / "plan" / HIDDEN
    hidden.mkdir(parents=True)
    (hidden / "journal.json").write_text(record)
    assert cli.exit_code(["recover", str(tmp_path / "plan")]) == cli.BAD_INPUT
    assert "journal.json: is not a record that this program wrote" in capsys.readouterr().err
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (hidden / "journal.json").read_text() == record


def summary(**changes: Any) -> dict[str, Any]:
    return {
        "title": "A small study",
        "population_total": 1_000_000.0,
        "population_covered": 999_990.0,
        "population_covered_share": 0.99999,
        "population_covered_baseline_share": 0.5,
        "population_is_model": True,
        "population_source": "a model",
        "people_by_siting": 999_990.0,
        "stations_existing": 3,
        "stations_new": 6,
        "stations_requested": 6,
        "stations_not_needed": 0,
        "baseline_origin": "file",
        "gaps": {"count": 1, "population": 10.0, "area_km2": 1.0},
        "aims": [
            {
                "name": "nearly all",
                "share_reached": 0.99999,
                "share_aimed": 0.995,
                "people": 1_000_000.0,
                "missing_people": 0.0,
                "met": True,
            }
        ],
        **changes,
    }


def last_words(**changes: Any) -> str:
    return run_text(SimpleNamespace(summary=summary(**changes)), Path("out"))


def test_a_hundred_per_cent_means_everybody() -> None:
    text = last_words()
    assert "> 99.9%  (before: 50.0%)" in text
    assert "> 99.9% of 99.5%  nearly all" in text
    assert "100" not in text.replace("1,000,000", "")
    assert "100% (model)  (before" in last_words(population_covered_share=1.0)


def test_stations_that_were_not_built_say_why() -> None:
    assert "not needed" not in last_words()
    assert "not placed" not in last_words()
    not_needed = last_words(stations_not_needed=7)
    assert "7  the model is saturated" in not_needed
    assert "not placed" not in not_needed
    not_placed = last_words(stations_not_placed=4)
    assert "4  no allowed candidate is left" in not_placed
    assert "not needed" not in not_placed


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2>/dev/full"])
def test_closed_and_full_streams_change_no_status(tmp_path: Path, closed: str) -> None:
    command = f"{sys.executable} -m planner run nothing.toml {closed}"
    done = subprocess.run(
        ["/bin/sh", "-c", command], check=False, timeout=300, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == cli.BAD_INPUT
    assert list(tmp_path.iterdir()) == []
