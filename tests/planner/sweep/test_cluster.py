"""A sweep on a Dask cluster of processes that are killed: the same results, to the last byte."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner import cli
from planner.errors import InputError
from planner.sweep import run_sweep, workers
from planner.sweep.task import RESULT
from planner.sweep.workers import Cluster, Processes
from tests.planner.study import SCENARIO, write_study
from tests.planner.sweep.cluster import ROOT, DaskCluster, until
from tests.planner.sweep.test_sweep import QUICK, targets

pytest.importorskip("distributed")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "study").mkdir()
    return write_study(tmp_path / "study", SCENARIO + QUICK)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskCluster]:
    (tmp_path / "dask").mkdir()
    cluster = DaskCluster(tmp_path / "dask")
    cluster.start()
    yield cluster
    cluster.stop()


def done(folder: Path) -> int:
    return len(list(folder.glob(f"runs/*/{RESULT}")))


def sweep_while(study: Path, folder: Path, dask: DaskCluster, counts: list[int], harm) -> int:
    """Sweep on the cluster in a process of its own, while ``harm`` is done to it."""
    command = [
        sys.executable, "-W", "ignore", "-m", "planner", "sweep", str(study), "--out", str(folder),
        "--vary", "target.stations_new=" + ",".join(map(str, counts)),
        "--scheduler", dask.address, "--quiet",
    ]  # fmt: skip
    sweep = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        harm()
        _, said = sweep.communicate(timeout=500)
    finally:
        sweep.kill()
    assert sweep.returncode == 0, said
    return sweep.returncode


def same_files(one: Path, other: Path) -> None:
    for name in ("sweep.parquet", "sweep.csv", "sweep.html"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    keys = sorted(path.name for path in (one / "runs").iterdir())
    assert keys == sorted(path.name for path in (other / "runs").iterdir())
    for key in keys:
        result = Path("runs") / key / RESULT
        assert (one / result).read_bytes() == (other / result).read_bytes()


def test_a_killed_worker_and_a_restarted_scheduler_change_no_byte(
    study: Path, dask: DaskCluster, tmp_path: Path
) -> None:
    counts = [2, 3, 4, 5, 6, 7]
    folder = tmp_path / "cluster"

    def harm() -> None:
        until(lambda: done(folder) >= 1)
        dask.kill_worker()
        until(lambda: done(folder) >= 2)
        dask.restart()

    sweep_while(study, folder, dask, counts, harm)
    vary = "target.stations_new=" + ",".join(map(str, counts))
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", str(study), "--out", str(tmp_path / "local"), "--vary", vary, "--quiet",
                  "--processes", "1"])  # fmt: skip
    assert not ended.value.code
    same_files(folder, tmp_path / "local")


def test_another_version_of_the_code_is_refused(
    study: Path, dask: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "code_digest", _Other())
    with pytest.raises(InputError, match="another version of the code"):
        run_sweep(study, targets(2), tmp_path / "s", workers=Cluster(dask.address))
    assert done(tmp_path / "s") == 0


class _Other:
    """Says another hash here than where it is sent."""

    def __call__(self) -> str:
        return "here"

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return _there, ()


def _there() -> object:
    from planner.run_key import code_digest

    return code_digest


def test_no_scheduler_is_said(study: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scheduler answers"):
        run_sweep(
            study, targets(2), tmp_path / "s", workers=Cluster("tcp://127.0.0.1:9", patience_s=0.1)
        )
    assert list((tmp_path / "s").iterdir()) == []


def test_no_worker_with_the_memory_of_a_run_is_said(
    study: Path, dask: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.memory._ALWAYS_BYTES", 1e18)
    until_workers(dask)
    with pytest.raises(InputError, match="no worker has the memory"):
        run_sweep(study, targets(2), tmp_path / "s", workers=Cluster(dask.address))


def until_workers(dask: DaskCluster) -> None:
    from distributed import Client

    with Client(dask.address, timeout=60, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)


@pytest.mark.long
def test_a_province_on_a_cluster_that_is_harmed_is_the_province(
    dask: DaskCluster, tmp_path: Path
) -> None:
    runs = [
        {"target.stations_new": count, "area.cell_size_m": 1000, "rollout.runs": 200}
        for count in range(2000, 12001, 1000)
    ]
    folder, local = tmp_path / "cluster", tmp_path / "local"

    def harm() -> None:
        until(lambda: done(folder) >= 2, 1200)
        dask.kill_worker()
        until(lambda: done(folder) >= 5, 1200)
        dask.restart()

    harming = threading.Thread(target=harm)
    harming.start()
    one = run_sweep("guizhou-2020", runs, folder, workers=Cluster(dask.address))
    harming.join()
    other = run_sweep("guizhou-2020", runs, local, workers=Processes(2))
    assert one.table.equals(other.table)
    assert (one.table["state"] == "done").all()
