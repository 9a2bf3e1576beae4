"""Error, intervals, time and memory of calibration on the measured city.

Run from the repository's root:
``python -m tests.benchmarks.bench_measurements [score | scale | plan | read]``.
"score": five folds by whole cell, every sample of the cells left out, and with a tenth of each
cell's area given back, for blocks of 50, 25 and 100 m. "scale": 0.1, 1 and 10 million samples,
made by repeating cells with shifted positions. "plan": which measured places of half of the cells
are served by plans from the published radio and from that calibrated on the other half. "read":
ten million rows of a file.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from planner.calibrated_scenario import published_dbm
from planner.covering import CoveringProblem, MaxCovered, solve_covering
from planner.measurements.calibration import calibrate
from planner.measurements.cleaning import read_measurements
from planner.measurements.clustered import blocks_of
from planner.measurements.correction import fit_correction
from planner.measurements.cross_validation import cross_validated
from planner.measurements.height_map import height_map
from planner.measurements.links import LinkDetails
from planner.measurements.reading import PositionFormat
from planner.measurements.samples import MeasuredCells, Samples
from planner.radio.antenna import antenna_pattern
from planner.scenario.radio import RadioSection
from tests.planner.measurements.city import reference_samples

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
    every = timed(
        "five folds",
        lambda: cross_validated(samples, cells, blocks_m=BLOCKS_M, judged_of_a_cell=len(samples)),
    )
    names = ("no samples", *(f"a tenth of the area in blocks of {one:g} m" for one in BLOCKS_M))
    for name, found in zip(names, every, strict=True):
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


@dataclass(frozen=True)
class PlacesServed:
    """Measured places, as shares of all, that plans of some cells serve."""

    published: float
    corrected: float
    learned: float
    measured: float


def served_by_plans(
    samples: Samples, cells: MeasuredCells, *, stations: int = 20, least_dbm: float = -95.0
) -> PlacesServed:
    """Choose cells of one half by what the radio says of them, and count the measured places.

    A place is a square of 50 m; it is served by a cell whose mean power there is at least
    ``least_dbm``. The radio is the published one (UMa), that with the correction fitted to the
    other half, and the map learned from it; "measured": chosen knowing all.
    """
    half = np.random.default_rng(2020).permutation(len(cells)) % 2
    known, asked = (samples.take(half[samples.cell] == k) for k in (0, 1))
    radio = RadioSection()
    pattern = antenna_pattern(radio.antenna, None, carrier_mhz=2600.0)

    def published(some: Samples):
        kinds = np.full(len(some), "urban")
        place = (some.x_m, some.y_m)
        return published_dbm(radio, 1.5, pattern, cells, some.cell, kinds, place)

    fitted = calibrate(known, cells, height_map(samples, cells))
    rows = fitted.fitted
    said, away, pattern_db = published(known.take(rows))
    correction = fit_correction(
        said - known.rsrp_dbm[rows], away, np.full(len(rows), "urban"), known.cell[rows],
        (known.x_m[rows], known.y_m[rows]), classes=["urban"],
        links=LinkDetails.plain(known.cell[rows], pattern_db=pattern_db),
    )  # fmt: skip
    plain, away, pattern_db = published(asked)
    links = LinkDetails.plain(asked.cell, pattern_db=pattern_db)
    extra = correction.loss_db(np.full(len(asked), "urban"), away, links)
    learned = fitted.predict(asked, cells, height_map(samples, cells)).mean_dbm
    square = blocks_of(asked.x_m, asked.y_m, 50.0)
    pairs, row = np.unique(np.stack([asked.cell, square]), axis=1, return_inverse=True)
    row = row.ravel()

    def mean(power):
        return np.bincount(row, power) / np.bincount(row)

    truth = mean(asked.rsrp_dbm) >= least_dbm
    shares = [
        _served_share(pairs, mean(power) >= least_dbm, truth, stations)
        for power in (plain, plain - extra,
                      learned, asked.rsrp_dbm)
    ]  # fmt: skip
    return PlacesServed(*shares)


def _served_share(pairs, said, truth, stations: int) -> float:
    """Return the share of places that the chosen cells serve, chosen by what is said of them."""
    cell, place = pairs
    names = np.unique(cell)
    rows = [np.flatnonzero((cell == name) & said) for name in names]
    problem = CoveringProblem(
        weights=np.ones(int(place.max()) + 1),
        indptr=np.cumsum([0, *map(len, rows)]),
        indices=np.concatenate([np.sort(place[row]) for row in rows]).astype(int),
    )
    chosen = names[solve_covering(problem, MaxCovered(n_stations=stations)).sites]
    return len(np.unique(place[np.isin(cell, chosen) & truth])) / len(np.unique(place))


def read_many(samples: Samples, cells: MeasuredCells, rows: int) -> None:
    """Read and clean rows of a Parquet file."""
    many, table = grown(samples, cells, rows)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "samples.parquet", Path(folder) / "cells.csv"
        names = pd.Categorical.from_codes(many.cell, np.arange(len(table)).astype(str))
        pd.DataFrame(
            {"x": many.x_m, "y": many.y_m, "rsrp": many.rsrp_dbm, "cell": names,
             "time": np.arange(len(many))}
        ).to_parquet(files[0])  # fmt: skip
        pd.DataFrame(
            {"cell": np.arange(len(table)), "x": table.x_m, "y": table.y_m,
             "height_m": table.height_m, "azimuth_deg": table.azimuth_deg,
             "electrical_tilt_deg": table.electrical_tilt_deg, "mechanical_tilt_deg": 0.0,
             "power_dbm": table.power_dbm, "carrier_mhz": table.carrier_mhz}
        ).to_csv(files[1], index=False)  # fmt: skip
        del many, table
        found = timed(
            f"{rows:,} rows read",
            lambda: read_measurements([files[0]], files[1], positions=PositionFormat("EPSG:32648")),
        )
        print(f"  {len(found.samples):,} samples used")


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
    if sys.argv[1:] == ["plan"]:
        print(timed("plans of half of the cells", lambda: served_by_plans(samples, cells)))
        return
    if sys.argv[1:] == ["read"]:
        read_many(samples, cells, SIZES[-1])
        return
    if sys.argv[1:] == ["scale"]:
        timed(f"{len(samples):,} samples", lambda: calibrate(samples, cells))
        for size in SIZES:
            some = grown(samples, cells, size)
            timed(f"{size:,} samples", lambda some=some: calibrate(*some))
        return
    score(samples, cells)


if __name__ == "__main__":
    main()
