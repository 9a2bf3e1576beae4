"""Threads of kernels that wait leave their core to others."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kernels.threads import kernels_run_in_several_threads

CALL = (
    "import numba\nfrom kernels.threads import kernels_run_in_several_threads as call\n"
    "call(); print(numba.threading_layer())"
)


@pytest.mark.parametrize("own", ["", "ACTIVE"])
def test_threads_wait_without_work_unless_the_user_says_otherwise(own: str) -> None:
    kernels_run_in_several_threads()  # Compiled and kept, for the process below.
    given = {key: value for key, value in os.environ.items() if key != "OMP_WAIT_POLICY"}
    asked = {"OMP_WAIT_POLICY": own} if own else {}
    done = subprocess.run(
        [sys.executable, "-c", CALL],
        env=given | asked | {"OMP_DISPLAY_ENV": "TRUE"},
        capture_output=True,
        text=True,
        check=True,
    )
    if done.stdout.strip() != "omp":
        pytest.skip("Numba has no OpenMP here")
    lines = [line for line in done.stderr.splitlines() if "OMP_WAIT_POLICY" in line]
    assert f"'{own or 'PASSIVE'}'" in lines[-1]
