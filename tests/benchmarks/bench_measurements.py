"""Error, intervals, time and memory of calibration on the measured city.

Run from the repository's root: ``python -m tests.benchmarks.bench_measurements [score | scale]``.
"score": five folds by whole cell, and with a tenth of each cell's area given back, for blocks of
25, 50 and 100 m. "scale": 0.1, 1 and 10 million samples, made by repeating cells with shifted
positions.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from planner.measurements.calibration import calibrate
from planner.measurements.cross_validation import cross_validated
from planner.measurements.samples import MeasuredCells, Samples, reference_samples

FILE = Path(os.environ.get("PLANNER_REFERENCE_DATA", "../shared/reference"))
FILE = FILE / "measurements" / "rsrp_2585mhz.npz"
BLOCKS_M = (50.0, 25.0, 100.0)
SIZES = (100_000, 1_000_000, 10_000_000)
APART_M = 300.0


def peak_mb() -> float:
    """Most memory of the process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


def timed(name, function):
    """Run, print wall and processor time, the load and the peak of memory, and return the
    result."""
    wall, own = time.perf_counter(), time.process_time()
    found = function()
    print(
        f"{name}: {time.perf_counter() - wall:.1f} s, {time.process_time() - own:.1f} s of "
        f"processor, load {os.getloadavg()[0]:.1f}, peak {peak_mb():,.0f} MB", flush=True,
    )  # fmt: skip
    return found


def score(samples: Samples, cells: MeasuredCells) -> None:
    """Print error, worst class bias and held share of the intervals."""
    for block_m in BLOCKS_M:
        both = timed(
            f"five folds, blocks of {block_m:g} m",
            lambda block_m=block_m: cross_validated(samples, cells, block_m=block_m),
        )
        for name, found in zip(("no samples", "a tenth of the area"), both, strict=True):
            classes = samples.clutter[found.rows]
            bias = {
                int(k): round(float(found.error_db[classes == k].mean()), 2)
                for k in np.unique(classes)
                if (classes == k).sum() >= 1000
            }
            print(
                f"  {name}: RMSE {found.rmse_db:.3f} dB, bias {found.bias_db:+.2f} dB, "
                f"{found.held_share:.1%} in the 90 % interval; bias by clutter class {bias}"
            )


def grown(samples: Samples, cells: MeasuredCells, size: int) -> tuple[Samples, MeasuredCells]:
    """Return about ``size`` samples: the same city again and again, each time a little
    elsewhere."""
    times = -(-size // len(samples))
    rows = np.tile(np.arange(len(samples)), times)[:size]
    turn = np.repeat(np.arange(times), len(samples))[:size]
    whole = samples.take(rows)
    shift = APART_M * turn
    many = cells.take(np.tile(np.arange(len(cells)), times))
    cell_shift = APART_M * np.repeat(np.arange(times), len(cells))
    return (
        replace(whole, cell=whole.cell + len(cells) * turn, x_m=whole.x_m + shift),
        replace(many, x_m=many.x_m + cell_shift),
    )


def main() -> None:
    """Score or scale."""
    samples, cells = reference_samples(FILE)
    if sys.argv[1:] == ["scale"]:
        timed(f"{len(samples):,} samples", lambda: calibrate(samples, cells))
        for size in SIZES:
            some = grown(samples, cells, size)
            timed(f"{size:,} samples", lambda some=some: calibrate(*some))
        return
    score(samples, cells)


if __name__ == "__main__":
    main()
