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
    plan = planner.run(scenario)
    runtime = plan.summary["runtime_s"]
    for stage, seconds in runtime.items():
        note = ""
        if stage == "siting":
            rate = plan.summary["cells_land"] / seconds
            note = f"{rate / 1e6:.1f} million land cells a second, each a candidate"
        print(f"    {stage:<10} {seconds:8.2f} s{'':>21}{note}")
    row("plan")
    with tempfile.TemporaryDirectory() as folder:
        plan.save(Path(folder) / "out")
        row("outputs")
    summary = plan.summary
    cells = summary["grid"]["height"] * summary["grid"]["width"]
    print(
        f"  whole        {time.perf_counter() - started:8.2f} s   peak {peak_mb():7,.0f} MB   "
        f"{cells / 1e6:.1f} M cells of {summary['cell_size_m']:g} m, "
        f"{summary['cells_land'] / 1e6:.1f} M land, {len(plan.stations):,} stations, "
        f"{summary['population_covered_share']:.1%} covered"
    )


def main(names: list[str]) -> None:
    """Print the table of each scenario."""
    if names[:1] == ["--here"]:
        stages(names[1])
        return
    loaded = {name: planner.load_scenario(name) for name in planner.scenario_names()}
    single = [name for name, one in loaded.items() if not one.networks and not one.data_names]
    for name in names or single:
        print(name, flush=True)
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.bench_run", "--here", name], check=True
        )


if __name__ == "__main__":
    main(sys.argv[1:])
