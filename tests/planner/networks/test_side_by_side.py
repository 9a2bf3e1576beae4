"""Networks side by side: the same plans on any number of cores, errors and interrupts as alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from threading import Event

import numba
import pytest

from planner.errors import InputError
from planner.memory import needed_bytes, runs_at_once
from planner.networks.side_by_side import side_by_side
from planner.progress import Stages
from tests.planner.networks.study import sharing, write_networks

_RUNS = """
import hashlib, json, sys, warnings
import numba
import rasterio
warnings.simplefilter("ignore")
import planner
found = {}
for cores in (1, 2, 4):
    numba.set_num_threads(cores)
    folder = planner.run_networks(sys.argv[1]).save(f"{sys.argv[2]}/{cores}")
    digests = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix in (".csv", ".npz"):
            digests[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.suffix == ".tif":  # Its tags hold the time.
            with rasterio.open(path) as raster:
                digests[name] = hashlib.sha256(raster.read().tobytes()).hexdigest()
        if path.name == "summary.json":
            summary = json.loads(path.read_text())
            summary.pop("runtime_s"), summary.pop("provenance", None)
            digests[name] = summary
    found[cores] = digests
print(json.dumps(found))
"""


def test_the_plans_do_not_depend_on_the_number_of_cores(tmp_path: Path) -> None:
    path = write_networks(tmp_path / "study", sharing("radio"))
    done = subprocess.run(
        [sys.executable, "-c", _RUNS, str(path), str(tmp_path)],
        env={**os.environ, "NUMBA_NUM_THREADS": "4"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    one, two, four = json.loads(done.stdout.splitlines()[-1]).values()
    assert {"summary.json", "mobile/stations.csv", "telecom+unicom/stations.csv"} <= set(one)
    assert one == two == four


@pytest.fixture
def two_cores():
    before = numba.get_num_threads()
    if numba.config.NUMBA_NUM_THREADS < 2:
        pytest.skip("needs NUMBA_NUM_THREADS=2")
    numba.set_num_threads(2)
    yield
    numba.set_num_threads(before)


@pytest.mark.usefixtures("two_cores")
def test_parts_share_the_cores_and_keep_their_order() -> None:
    def part(name: str):
        def run(_: Event) -> tuple[str, int, int]:
            both.wait(10)
            return name, numba.get_num_threads(), threading.get_ident()

        return run

    both = threading.Barrier(2)
    first, second = side_by_side([part("a"), part("b")])
    assert (first[:2], second[:2]) == (("a", 1), ("b", 1))
    assert first[2] != second[2]
    assert numba.get_num_threads() == 2


@pytest.mark.usefixtures("two_cores")
def test_an_error_ends_the_other_part_and_is_raised() -> None:
    steps = []

    def endless(ended: Event) -> None:
        with Stages(shown=False, ended=ended).stage("siting", 1_000_000) as update:
            for step in range(6_000):
                update(1)
                steps.append(step)
                time.sleep(0.01)

    def wrong(_: Event) -> None:
        raise InputError("stations in the sea")

    with pytest.raises(InputError, match="in the sea"):
        side_by_side([endless, wrong])
    assert len(steps) < 3_000


@pytest.mark.usefixtures("two_cores")
def test_an_interrupt_ends_all_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    from planner.networks import side_by_side as module

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def until_ended(ended: Event) -> None:
        assert ended.wait(30)

    monkeypatch.setattr(module, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        side_by_side([until_ended, until_ended])


def test_on_one_core_one_comes_after_the_other() -> None:
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        seen = side_by_side([lambda _: threading.get_ident(), lambda _: threading.get_ident()])
    finally:
        numba.set_num_threads(before)
    assert seen == [threading.get_ident()] * 2


@pytest.mark.usefixtures("two_cores")
def test_what_does_not_fit_into_memory_comes_one_after_the_other() -> None:
    parts = [lambda _: threading.get_ident()] * 2
    assert side_by_side(parts, most=1) == [threading.get_ident()] * 2


def test_memory_says_how_many_runs_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    needed = max(needed_bytes(8e6, ("siting",), situations=5).values())
    for free, expected in ((0.5 * needed, 1), (2.5 * needed, 2)):
        monkeypatch.setattr("planner.memory.available_bytes", lambda free=free: free)
        assert runs_at_once(8_000_000, ("siting",), situations=5) == expected
