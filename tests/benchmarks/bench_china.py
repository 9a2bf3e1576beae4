"""What all of China takes on a cluster, from rates that are measured here on two sizes of cells.

    python -m tests.benchmarks.bench_china [COARSE_M FINE_M [CELL_M [WORKERS]]]

Guizhou is planned on cells of both sizes by the scenario of ``planner national``, each in a process
of its own. A stage takes a constant and a rate for each million cells; the rates give the processor
time of every province on cells of CELL_M (100), and of the whole on WORKERS (64) processes.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
import types
import warnings
from pathlib import Path

import planner
from planner import progress
from planner.data.boundaries import load_province
from planner.data.registry import province_names
from planner.ground.grid import Grid, fitted_albers
from planner.national import run_national
from planner.scenario.scenario_file import scenario_folder

SCENARIO = "national/plans/province-2020.toml"
STEPS = 100
"""Steps of the bound, which a plan on fine cells takes."""


def measure(cell_size_m: float) -> None:
    """Plan Guizhou on cells of a size; print seconds of each stage, cells and memory as JSON."""
    warnings.simplefilter("ignore", planner.PlannerWarning)
    # Processor time, because the machine may do other things.
    progress.time = types.SimpleNamespace(perf_counter=time.process_time)
    changes = {"area.province": "520000", "area.cell_size_m": cell_size_m,
               "target.stations_new": 12_000, "siting.certificate_iterations": STEPS}  # fmt: skip
    path = scenario_folder() / SCENARIO
    # Kernels are compiled before anything is timed.
    small = {
        "area.cell_size_m": 5_000,
        "target.stations_new": 50,
        "siting.certificate_iterations": 3,
    }
    planner.run(path, changes | small)
    started = time.process_time()
    plan = planner.run(path, changes)
    seconds = dict(plan.summary["runtime_s"])
    seconds["all else"] = time.process_time() - started - sum(seconds.values())
    started = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        plan.save(Path(folder) / "out")
    seconds["outputs"] = time.process_time() - started
    cells = plan.area.grid.height * plan.area.grid.width
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"cells": cells, "peak_bytes": peak, "seconds": seconds}))


def main(coarse_m: float, fine_m: float, cell_m: float, workers: int) -> None:
    """Print rates, and what they say of China."""
    coarse, fine = (_measured(size) for size in (coarse_m, fine_m))
    rates = {}
    print(f"Guizhou, {coarse['cells'] / 1e6:.2f} and {fine['cells'] / 1e6:.2f} M cells")
    print(f"  {'stage':<14}{'coarse s':>10}{'fine s':>10}{'s per M cells':>16}")
    for stage, seconds in fine["seconds"].items():
        more = seconds - coarse["seconds"].get(stage, 0.0)
        rates[stage] = max(0.0, more / (fine["cells"] - coarse["cells"]) * 1e6)
        print(f"  {stage:<14}{coarse['seconds'].get(stage, 0.0):>10.2f}{seconds:>10.2f}"
              f"{rates[stage]:>16.3f}")  # fmt: skip
    per_cell = (fine["peak_bytes"] - coarse["peak_bytes"]) / (fine["cells"] - coarse["cells"])
    print(f"  memory {coarse['peak_bytes'] / 1e9:.2f} and {fine['peak_bytes'] / 1e9:.2f} GB, "
          f"{per_cell:.0f} bytes a cell")  # fmt: skip
    once = coarse["peak_bytes"] - per_cell * coarse["cells"]
    _paper(rates, coarse["seconds"], (once, per_cell), (cell_m, workers))


def _measured(cell_size_m: float) -> dict:
    command = [sys.executable, "-m", "tests.benchmarks.bench_china", "--here", str(cell_size_m)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(said.stdout)


def _paper(rates: dict, once: dict, memory: tuple[float, float], asked: tuple[float, int]) -> None:
    """Print cells, processor time and memory of the provinces, and the time of a cluster."""
    rate, constant = sum(rates.values()), sum(once.values())
    (bytes_once, bytes_per_cell), (cell_m, workers) = memory, asked
    stations = run_national("china-2020").provinces.set_index("adcode")["stations_1"]
    rows = []
    for code, (_, name) in province_names().items():
        shape = load_province(code, "national")
        crs = fitted_albers(*shape.total_bounds)
        grid = Grid.around(tuple(shape.to_crs(crs).total_bounds), cell_m, crs)
        cells = grid.height * grid.width
        seconds = constant + rate * cells / 1e6
        needed = bytes_once + bytes_per_cell * cells
        rows.append((name, cells, stations[code], seconds, needed))
    rows.sort(key=lambda row: -row[3])
    print(f"China on cells of {cell_m:g} m, {rate:.2f} s of processor time per million cells")
    print(f"  {'province':<16}{'M cells':>10}{'stations':>10}{'minutes':>10}{'GB':>8}")
    for name, cells, count, seconds, needed in rows:
        print(
            f"  {name:<16}{cells / 1e6:>10.0f}{count:>10,}{seconds / 60:>10.1f}{needed / 1e9:>8.1f}"
        )
    # The longest first, each to the process that is free first.
    free = [0.0] * workers
    for row in rows:
        free[free.index(min(free))] += row[3]
    cells, seconds = (sum(row[column] for row in rows) for column in (1, 3))
    print(
        f"  all: {cells / 1e6:,.0f} M cells, {seconds / 3600:.1f} hours of one core; "
        f"{workers} processes: {max(free) / 3600:.2f} hours; largest task "
        f"{rows[0][3] / 3600:.2f} hours and {max(row[4] for row in rows) / 1e9:.0f} GB"
    )


if __name__ == "__main__":
    given = sys.argv[1:]
    if given[:1] == ["--here"]:
        measure(float(given[1]))
    else:
        sizes = [float(one) for one in given[:2]] or [500.0, 250.0]
        main(*sizes, float(given[2]) if len(given) > 2 else 100.0,
             int(given[3]) if len(given) > 3 else 64)  # fmt: skip
