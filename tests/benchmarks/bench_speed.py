"""The table of what the project asks of its speed, with what was and what is reached.

    python -m tests.benchmarks.bench_speed [ROW ...]

Rows: guizhou, guangdong, sectors, p1812, customers, cities; all without arguments. Seconds are of
the clock and of the processor; on a shared machine the latter tells more. In parentheses: the rate
of the plain way in the same run, since the speed of a core varies. Compiling is not counted: a
first call on something small comes before each row, and of a province the second run counts.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
from scipy.spatial import cKDTree

from kernels.radio.p1812.raster import raster_losses_db
from planner.cli import DONE, TARGET_NOT_MET
from planner.covering import CoveringProblem, MaxCovered, solve_covering
from planner.radio.antenna import sector_pattern
from tests.benchmarks import bench_p1812, bench_sweep
from tests.benchmarks.bench_covering import REFERENCE, synthetic_cases
from tests.planner.covering.reference import city


class Row(NamedTuple):
    """A line of the table, each part as text."""

    work: str
    before: str
    asked: str
    reached: str


def run_of_province(name: str, out: Path) -> tuple[float, float]:
    """Plan a shipped province by the command line; returns seconds of clock and of processor."""
    command = [sys.executable, "-W", "ignore", "-m", "planner", "run", name, "--out", str(out)]
    began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([*command, "--force"], check=False, stdout=subprocess.DEVNULL)
    if done.returncode not in (DONE, TARGET_NOT_MET):
        raise SystemExit(f"planner run {name} ended with {done.returncode}")
    clock_s, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return clock_s, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


def of_province(name: str, before: str, asked: str) -> Iterator[Row]:
    """Time of a shipped province by the command line, all outputs included, and of its gaps."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        run_of_province(name, out)
        clock_s, cpu_s = run_of_province(name, out)
        yield Row(f"planner run {name}", before, asked, f"{clock_s:.0f} s, {cpu_s:.0f} s")
        for plan in sorted(out.glob("*/summary.json")):
            gaps_s = json.loads(plan.read_text("utf-8"))["runtime_s"]["gaps"]
            yield Row(f"  its gaps, {plan.parent.name}", "15 s", "5 s", f"{gaps_s:.1f} s")


SWEEP_BEFORE = 2.0
"""Rate of the sweep at commit 6b44f67 over that of :func:`bench_sweep.plain_sweep`, in turns on one
machine: 131 and 66 M/s. Where the 225 M/s of the table were measured, 400 M/s are 1.78 times as
much."""


def of_sectors() -> Iterator[Row]:
    """Rate of the statistical sweep with sector antennas and all layers."""
    shown = bench_sweep.rates(sector_pattern(), full=True)
    (_, one), (both, _) = shown[1], shown[numba.config.NUMBA_NUM_THREADS]
    times, plain = both / shown[1][0], bench_sweep.plain_rate()
    gain = one / plain / SWEEP_BEFORE
    reached = (
        f"{one:.0f} M/s of processor time, {gain:.2f} times that before (asked 1.78; cell by cell "
        f"{plain:.0f}); {times:.2f} times"
    )
    yield Row("sweep, sectors, all layers", "225 M/s; 1.69 times", "400 M/s; 1.8 times", reached)


def of_p1812() -> Iterator[Row]:
    """Pixels a second of P.1812 to 20 km on one core."""
    terrain = bench_p1812.fractal_terrain()
    for percent in (50.0, 10.0):
        core_s, _, losses = bench_p1812.seconds(
            lambda p=percent: bench_p1812.sweep(raster_losses_db, terrain, 20_000.0, p)
        )
        rate = np.isfinite(losses).sum() / core_s / 1e3
        plain = bench_p1812.radial_rates(terrain, percent)[0] / 1e3
        work = f"P.1812 per pixel, 20 km, {percent:.0f} % of time"
        reached = f"{rate:,.0f} k/s of processor time (path by path {plain:.0f})"
        yield Row(work, "510 to 640 k/s", "800 k/s", reached)


def many_customers() -> CoveringProblem:
    """Return a million customers in 400 towns and between them, and 20,000 candidates."""
    rng = np.random.default_rng(16)
    towns = rng.random((400, 2)) * 300
    spread = rng.gamma(2.0, 1.0, 400)
    home = rng.integers(0, 400, 1_000_000)
    points = towns[home] + rng.normal(0, 1, (1_000_000, 2)) * spread[home, None]
    sites = points[np.sort(rng.permutation(1_000_000)[:20_000])]
    # So far that 2.85 million pairs are within reach.
    radius = 0.385
    rows = cKDTree(points).query_ball_point(sites, radius, return_sorted=True)
    start = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return CoveringProblem(rng.integers(1, 900, 1_000_000), start, np.concatenate(rows))


def solved(problem: CoveringProblem, n_stations: int, limit_s: float, exact: str) -> str:
    """Return what a solve within a time reaches: gap, seconds of the clock and the processor."""
    began, cpu = time.perf_counter(), time.process_time()
    plan = solve_covering(problem, MaxCovered(n_stations), exact=exact, time_limit_s=limit_s)
    clock_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    gap = 1 - plan.value / plan.bound
    return f"{plan.status.value}, gap {gap:.2%} in {clock_s:.0f} s, {cpu_s:.0f} s"


def of_customers() -> Iterator[Row]:
    """Gap on a million customers, 20,000 candidates and 2,000 stations."""
    problem = many_customers()
    work = f"{len(problem.indices) / 1e6:.2f} M pairs, 2,000 stations"
    for limit_s, asked in ((20.0, "1 % in 20 s"), (120.0, "0.2 % in 120 s")):
        reached = solved(problem, 2_000, limit_s, "never")
        yield Row(work, "0.16 % in 331 s, 647 s", asked, reached)


def of_cities() -> Iterator[Row]:
    """Plans of the AILS-MCLP cities, proven or their gap, in five minutes each."""
    if not REFERENCE.is_dir():
        return
    cases = [("SanFrancisco", 600.0, p) for p in (50, 60, 70, 80, 90, 100)]
    for name, radius_m, p in (*cases, ("NewYork", 400.0, 90), ("Bronx", 600.0, 50)):
        problem, _ = city(REFERENCE, name, radius_m, p)
        reached = solved(problem, p, 300.0, "auto")
        yield Row(f"{name}, {p}", "bound 0.6 % high", "proven or half", reached)


ROWS = {
    "guizhou": lambda: of_province("guizhou-2020", "134 s, 210 s", "90 s, 140 s"),
    "guangdong": lambda: of_province("guangdong-2020", "77 s (one network)", "60 s"),
    "sectors": of_sectors,
    "p1812": of_p1812,
    "customers": of_customers,
    "cities": of_cities,
}


def main(names: list[str]) -> None:
    """Print the table."""
    _, problem, objective = next(synthetic_cases())
    solve_covering(problem, objective, exact="never", effort=0.01)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    print(f"{'work':38}{'before':>24}{'asked':>20}   reached (clock, processor)")
    for name in names or ROWS:
        for row in ROWS[name]():
            print(f"{row.work:38}{row.before:>24}{row.asked:>20}   {row.reached}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
