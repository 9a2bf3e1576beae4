"""A sweep against one run, and a Dask cluster against processes, as ratios.

    python -m tests.benchmarks.bench_many_runs [CELL_M]

Twenty targets of Guizhou against one run of it with everything that a run alone has; then twelve
runs of Qingzhen by two processes, and by a scheduler and two workers. Processor time of this
process for the first, since other work on the machine does not slow it; the clock for the second.
"""

from __future__ import annotations

import sys
import tempfile
import time
import warnings
from pathlib import Path

from planner.sweep import FULL, SMALL, run_sweep
from planner.sweep.workers import Cluster, Processes, Workers
from tests.planner.sweep.cluster import DaskCluster

MOST_RUNS, MOST_DASK = 3.0, 1.3
TARGETS = range(2_000, 21_001, 1_000)


def processor_s(runs: list[dict[str, object]], spent: dict[str, object]) -> float:
    """Return the processor time of a sweep of Guizhou in this process."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.process_time()
        sweep = run_sweep("guizhou-2020", runs, Path(folder), spent=spent)
        if sweep.failed:
            raise SystemExit(f"{sweep.failed} runs failed: {sweep.table['error'].max()}")
        return time.process_time() - began


def clock_s(runs: list[dict[str, object]], workers: Workers) -> float:
    """Return the time by the clock of a sweep of Qingzhen."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        sweep = run_sweep("qingzhen", runs, Path(folder), workers=workers)
        if sweep.failed:
            raise SystemExit(f"{sweep.failed} runs failed: {sweep.table['error'].max()}")
        return time.perf_counter() - began


def print_sweep(cell_m: float) -> None:
    """Print what twenty targets take, in runs."""
    size = {"area.cell_size_m": cell_m}
    one = processor_s([{"target.stations_new": 11_533, **size}], dict(FULL))
    many = processor_s([{"target.stations_new": n, **size} for n in TARGETS], dict(SMALL))
    print(
        f"guizhou-2020 at {cell_m:g} m, processor seconds: one run {one:.1f}, "
        f"{len(TARGETS)} targets {many:.1f}: {many / one:.2f} runs (at most {MOST_RUNS:g})",
        flush=True,
    )


def print_dask() -> None:
    """Print what a cluster takes, in the time of as many processes."""
    runs = [{"target.stations_new": 40 + 4 * i, "area.cell_size_m": 150} for i in range(12)]
    local_s = clock_s(runs, Processes(2))
    with tempfile.TemporaryDirectory() as folder:
        cluster = DaskCluster(Path(folder))
        cluster.start()
        try:
            # A first sweep of one run waits for the workers to be there.
            clock_s(runs[:1], Cluster(cluster.address))
            dask_s = clock_s(runs, Cluster(cluster.address))
        finally:
            cluster.stop()
    print(
        f"qingzhen at 150 m, {len(runs)} runs, by the clock: two processes {local_s:.1f} s, two "
        f"Dask workers {dask_s:.1f} s: {dask_s / local_s:.2f} times (at most {MOST_DASK:g})"
    )


def main() -> None:
    """Print both ratios."""
    warnings.simplefilter("ignore")
    print_dask()
    print_sweep(float(sys.argv[1]) if len(sys.argv) > 1 else 1_000.0)


if __name__ == "__main__":
    main()
