"""The command: exit codes, stdout, stderr, and nothing half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from planner.outputs import OUTPUT_FILES
from tests.planner.command import command
from tests.planner.study import write_geojson, write_study

OUTPUTS = set(OUTPUT_FILES)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "study")


def test_a_run_writes_everything_and_ends_with_the_numbers_that_matter(study, tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "planner", "run", str(study)],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out" / "small").iterdir()} == OUTPUTS
    assert "covered" in done.stdout
    assert "map.html" in done.stdout
    assert "report.html" in done.stdout
    assert "placed by the model" in done.stdout
    assert done.stderr == ""


def test_json_is_one_object_on_stdout_equal_to_the_file(study, tmp_path) -> None:
    done = command("run", study, "--json", "--out", "here", cwd=tmp_path)
    assert json.loads(done.stdout) == json.loads((tmp_path / "here" / "summary.json").read_text())


def test_quiet_says_nothing(study, tmp_path) -> None:
    done = command("run", study, "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_missed_aim_ends_with_3_and_the_plan_is_written(study, tmp_path) -> None:
    done = command("run", study, "--set", "aims=[{name='all', share=0.999}]", cwd=tmp_path)
    assert done.returncode == 3
    assert "MISSED" in done.stdout
    assert "residents short" in done.stdout
    assert {p.name for p in (tmp_path / "out" / "small").iterdir()} == OUTPUTS


@pytest.mark.parametrize(
    "arguments",
    [
        ("run",),
        ("run", "nowhere-2020"),
        ("run", "STUDY", "--set", "area.cell_size_m=-1"),
        ("run", "STUDY", "--set", "population.file=nothing.tif"),
        ("run", "STUDY", "--colour", "red"),
        ("validate", "STUDY", "--set", "unknown=1"),
        ("sing",),
    ],
)
def test_bad_usage_and_bad_input_end_with_2_and_write_nothing(study, tmp_path, arguments) -> None:
    done = command(*(study if a == "STUDY" else a for a in arguments), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"study"}


def test_bad_files_found_late_write_nothing_either(study, tmp_path) -> None:
    (study.parent / "people.tif").write_bytes(b"no raster")
    done = command("run", study, cwd=tmp_path)
    assert done.returncode == 2
    assert "people.tif" in done.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"study"}


def test_an_existing_folder_is_refused_before_any_computing(study, tmp_path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "diary.txt").write_text("keep me")
    done = command("run", study, "--out", folder, cwd=tmp_path)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert [p.name for p in folder.iterdir()] == ["diary.txt"]
    done = command("run", study, "--out", folder, "--force", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (folder / "diary.txt").read_text() == "keep me"
    assert {p.name for p in folder.iterdir()} == OUTPUTS | {"diary.txt"}


def test_warnings_are_single_lines_on_stderr(study, tmp_path) -> None:
    done = command("run", study, "--set", "area.cell_size_m=800", cwd=tmp_path)
    assert done.returncode == 0
    lines = done.stderr.strip().splitlines()
    assert lines
    assert all(line.startswith("planner: warning: ") for line in lines)


def test_an_interrupt_ends_cleanly_and_leaves_nothing(study, tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _INTERRUPTED, "run", str(study)],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    )  # fmt: skip
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert "interrupted" in err
    assert "Traceback" not in err
    assert out == ""
    assert {p.name for p in tmp_path.iterdir()} == {"study"}


# The signal is raised by the process itself in the middle of a stage: no waiting, no race.
_INTERRUPTED = f"""
import os
import planner.pipeline
import planner.cli

def interrupted(*args, **kwargs):
    os.kill(os.getpid(), {int(signal.SIGINT)})
    for _ in range(10**7):
        pass

planner.pipeline.find_gaps = interrupted
planner.cli.main()
"""


def test_scenarios_validate_schema_and_data_list(study, tmp_path) -> None:
    listed = command("scenarios", cwd=tmp_path)
    assert "guangdong-2020" in listed.stdout
    assert "valid scenario small" in command("validate", study, cwd=tmp_path).stdout
    assert json.loads(command("schema", cwd=tmp_path).stdout)["title"] == "Scenario"
    rows = json.loads(command("data", "list", "--json", cwd=tmp_path).stdout)
    assert {"population_440000", "population_130000"} <= {row["id"] for row in rows}
    assert all(row["licence"] for row in rows)


def test_hostile_names_stay_harmless_in_every_output(study, tmp_path) -> None:
    name = "\"><script>alert('x')</script>\n=HYPERLINK(1)"
    boundary = json.loads((study.parent / "boundary.geojson").read_text())["features"][0]
    write_geojson(
        study.parent / "zones.geojson",
        [(boundary["geometry"], {"adcode": "1", "name_zh": name, "name_en": name})],
    )
    done = command("run", study, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for file in ("map.html", "report.html"):
        assert "<script>alert(" not in (tmp_path / "out/small" / file).read_text()
