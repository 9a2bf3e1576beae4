"""The memory that a run needs is said before it is used."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from planner import cli
from planner.errors import InputError
from planner.memory import asked_stages, available_bytes, check_memory, needed_bytes
from tests.planner.study import write_study

STAGES = asked_stages(terrain=False, certificate=True, radio_maps=False)


def test_a_grid_that_fits_is_taken() -> None:
    check_memory(10_000_000, 200.0, STAGES, file="a.toml", available=2e9)
    check_memory(10_000_000, 200.0, STAGES, file="a.toml", available=None)


def test_a_grid_that_does_not_fit_is_refused_with_a_way_out() -> None:
    with pytest.raises(InputError) as caught:
        check_memory(225_000_000, 50.0, STAGES, file="a.toml", available=5e9)
    assert str(caught.value) == (
        "a.toml: area.cell_size_m: certificate needs about 14 GB of memory, and 5.0 GB are free "
        "(found 50.0); expected larger cells: cell_size_m = 100 needs 3.8 GB"
    )
    with pytest.raises(InputError, match="a smaller area"):
        check_memory(225_000_000, 1000.0, STAGES, file="a.toml", available=0.5e9)


def test_stages_that_are_not_asked_for_need_nothing() -> None:
    with_maps = asked_stages(terrain=True, certificate=False, radio_maps=True)
    assert set(needed_bytes(1e6, with_maps)) == {"demand", "terrain", "siting", "radio maps"}


def test_graded_service_needs_what_was_measured() -> None:
    for cells, peak in ((1.21e6, 0.68e9), (4.84e6, 1.28e9), (7.9e6, 1.85e9)):
        needed = max(needed_bytes(cells, STAGES, situations=5).values())
        assert needed == pytest.approx(peak, rel=0.1)


def test_this_machine_says_what_is_free() -> None:
    free = available_bytes()
    assert free is None or 1e7 < free < 1e14


def test_a_run_is_refused_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("planner.ground.area.available_bytes", lambda: 1e8)
    study = write_study(tmp_path)
    assert cli.exit_code(["run", str(study), "--out", str(tmp_path / "plan")]) == cli.BAD_INPUT
    assert "GB of memory, and 0.1 GB are free" in capsys.readouterr().err
    assert not (tmp_path / "plan").exists()


def test_validation_says_what_a_run_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.exit_code(["validate", str(write_study(tmp_path))]) == cli.DONE
    assert "needs about 0.5 GB of memory (certificate)" in capsys.readouterr().out


_HOLDS = """
import numpy as np
from planner.freed_memory import give_back_freed_memory, trim_freed_memory

def resident():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * 4096 / 1e6

give_back_freed_memory()
np.ones(3_000_000)  # From here on the C library would keep arrays of this size.
trim_freed_memory()
before = resident()
arrays = [np.ones(2_000_000) for _ in range(10)]
last = [np.ones(50_000) for _ in range(10)]
most = resident()
del arrays
trim_freed_memory()
print(most - before, resident() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no mallopt")
def test_freed_arrays_go_back_to_the_system_after_a_stage() -> None:
    said = subprocess.run([sys.executable, "-c", _HOLDS], capture_output=True, check=True)
    most_mb, left_mb = map(float, said.stdout.split())
    assert most_mb > 150
    assert left_mb < 20
