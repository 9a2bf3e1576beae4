"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import numba
import pytest
from hypothesis import settings

settings.register_profile("same_examples_every_time", derandomize=True, deadline=None)
settings.load_profile("same_examples_every_time")

# Processes that share the cores would wait for each other's threads.
_processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
numba.set_num_threads(max(1, numba.config.NUMBA_NUM_THREADS // _processes))

_DEFAULT_REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """Folder of known answers, from PLANNER_REFERENCE_DATA or ``../shared/reference``.

    Without it the tests that need it are skipped; with PLANNER_REFERENCE_REQUIRED=1 they fail.
    """
    folder = Path(os.environ.get("PLANNER_REFERENCE_DATA", _DEFAULT_REFERENCE))
    if not folder.is_dir():
        missing = f"no reference data at {folder} (set PLANNER_REFERENCE_DATA)"
        if os.environ.get("PLANNER_REFERENCE_REQUIRED") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    return folder
