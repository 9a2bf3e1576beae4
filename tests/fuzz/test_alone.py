"""Trials that fork, each file in a new process: threads of other tests do not survive a fork."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.parametrize("file", ["test_kills.py", "test_readers.py"])
def test_trials_in_a_process_of_their_own(
    file: str, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    ignored = [f"-W{one}" for one in pytestconfig.getoption("pythonwarnings") or ()]
    own = {key: text for key, text in os.environ.items() if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", f"--basetemp={tmp_path / 'own'}", *ignored]
    done = subprocess.run(
        [*command, str(HERE / file)],
        cwd=HERE.parents[1],
        env=own | {"PLANNER_FUZZ_ALONE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
