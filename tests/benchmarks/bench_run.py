"""Time and memory of each stage of a shipped scenario, in a process of its own for each.

    python -m tests.benchmarks.bench_run [SCENARIO ...]

The first run of a new installation compiles the kernels; run twice to see the compiled figures.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import planner


def peak_mb() -> float:
    """Peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stages(name: str) -> None:
    """Run one scenario step by step and print a row for each."""
    started = last = time.perf_counter()

    def row(stage: str, note: str = "") -> None:
        nonlocal last
        now = time.perf_counter()
        print(f"  {stage:<12} {now - last:8.2f} s   peak {peak_mb():7,.0f} MB   {note}")
        last = time.perf_counter()

    scenario = planner.load_scenario(name)
    row("scenario")
    found = planner.run_networks(scenario) if scenario.networks else planner.run(scenario)
    plans = found.plans if isinstance(found, planner.NetworksPlan) else {name: found}
    for key, plan in plans.items():
        for stage, seconds in plan.summary["runtime_s"].items():
            print(f"    {key:<16} {stage:<12} {seconds:8.2f} s")
    row("plans")
    with tempfile.TemporaryDirectory() as folder:
        found.save(Path(folder) / "out")
        row("outputs")
    for key, plan in plans.items():
        summary = plan.summary
        cells = summary["grid"]["height"] * summary["grid"]["width"]
        print(
            f"  {key}: {cells / 1e6:.1f} M cells of {summary['cell_size_m']:g} m, "
            f"{summary['cells_land'] / 1e6:.1f} M land, {len(plan.stations):,} stations, "
            f"{summary['population_covered_share']:.1%} covered"
        )
    print(f"  whole {time.perf_counter() - started:8.2f} s   peak {peak_mb():7,.0f} MB")


def main(names: list[str]) -> None:
    """Print the table of each scenario."""
    if names[:1] == ["--here"]:
        stages(names[1])
        return
    loaded = {name: planner.load_scenario(name) for name in planner.scenario_names()}
    embedded = [name for name, one in loaded.items() if not one.data_names]
    for name in names or embedded:
        print(name, flush=True)
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bench_run", "--here", name], check=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
