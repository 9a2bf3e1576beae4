"""Error, intervals, time and memory of calibration on the measured city.

Run from the repository's root:
``python -m tests.benchmarks.bench_measurements [score | scale | plan | read]``.
"score": five folds by whole cell, every sample of the cells left out, and with a tenth of each
cell's area given back, for blocks of 50, 25 and 100 m. "scale": 0.1, 1 and 10 million samples,
made by repeating cells with shifted positions. "plan": which measured places of half of the cells
are served by plans from the published radio and from that calibrated on the other half, over random
halves. "read": ten million rows of a file.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from planner.calibrated_scenario import published_dbm
from planner.measurements.calibration import calibrate, thinned
from planner.measurements.cleaning import read_measurements
from planner.measurements.clustered import blocks_of
from planner.measurements.correction import fit_correction
from planner.measurements.cross_validation import cross_validated
from planner.measurements.groups import rows_of_each
from planner.measurements.height_map import height_map
from planner.measurements.links import LinkDetails
from planner.measurements.misplaced import misplaced_cells
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
LEAST_OF_A_CLASS = 1000
HALVES, LEARNED_HALVES = 4, 1
UMA_SIGMA_DB, _NO_SPREAD_DB = 6.0, 0.01
"""Shadowing of UMa without line of sight, 3GPP TR 38.901, Table 7.4.1-1; none where measured."""


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
    """Print error, held share of the intervals, and bias by class with its standard error."""
    every = timed(
        "five folds",
        lambda: cross_validated(samples, cells, blocks_m=BLOCKS_M, judged_of_a_cell=len(samples)),
    )
    names = ("no samples", *(f"a tenth of the area in blocks of {one:g} m" for one in BLOCKS_M))
    for name, found in zip(names, every, strict=True):
        print(
            f"  {name}: RMSE {found.rmse_db:.3f} dB, bias {found.bias_db:+.2f} dB, "
            f"{found.held_share:.1%} in the 90 % interval; bias by clutter class:"
        )
        classes, cell = samples.clutter[found.rows], samples.cell[found.rows]
        for k, here in rows_of_each(classes).items():
            if len(here) >= LEAST_OF_A_CLASS:
                bias, error, number = mean_of_cells(found.error_db[here], cell[here])
                print(f"    {k:2}: {bias:+.2f} +- {error:.2f} dB, {number} cells")


def mean_of_cells(value: np.ndarray, cell: np.ndarray) -> tuple[float, float, int]:
    """Return the mean, its standard error with whole cells as units, and how many cells."""
    row = np.unique(cell, return_inverse=True)[1]
    mean, count = float(value.mean()), np.bincount(row)
    apart = np.bincount(row, value) - mean * count
    number = len(count)
    error = float(np.sqrt(number / max(number - 1, 1) * np.sum(apart**2)) / len(value))
    return mean, error, number


def served_by_plans(
    samples: Samples,
    cells: MeasuredCells,
    *,
    seed: int,
    stations: Sequence[int] = (20,),
    least_dbm: Sequence[float] = (-95.0,),
    learned: bool = False,
) -> pd.DataFrame:
    """Return the measured places that plans of one half of the cells serve, as shares of all.

    Both halves in turn calibrate, and are planned by the other's calibration; ``seed`` draws them.
    A place is a square of 50 m; a cell serves it if its mean power there is at least ``least_dbm``.
    Stations are chosen as graded service does, for the most places expected to be served with the
    spread of each radio, and (names with "hard") for the most that its mean serves. Radio:
    "published" (UMa), "plain" (offset and slope of the other half), "corrected" (with the effective
    antenna), "learned" (the map), and "measured" (chosen knowing all).
    """
    half = np.random.default_rng([2020, seed]).permutation(len(cells)) % 2
    radio = RadioSection()
    pattern = antenna_pattern(radio.antenna, None, carrier_mhz=2600.0)
    kinds = np.full(len(samples), "urban")
    said, away, pattern_db = published_dbm(
        radio, 1.5, pattern, cells, samples.cell, kinds, (samples.x_m, samples.y_m)
    )
    links = LinkDetails.plain(samples.cell, pattern_db=pattern_db)
    found = []
    for side in (0, 1):
        known = half[samples.cell] == side
        misplaced = list(misplaced_cells(samples.take(known), cells))
        rows = np.flatnonzero(known & ~np.isin(cells.name[samples.cell], misplaced))
        rows = rows[thinned(samples.cell[rows], 250, np.random.default_rng(seed))]
        asked = np.flatnonzero(~known)
        some = samples.take(asked)
        powers = {
            "published": (said[asked], UMA_SIGMA_DB),
            "measured": (some.rsrp_dbm, _NO_SPREAD_DB),
        }
        for name, antenna in (("plain", 0.0 * pattern_db), ("corrected", pattern_db)):
            own = replace(links, pattern_db=antenna)
            fit = fit_correction(
                (said - samples.rsrp_dbm)[rows], away[rows], kinds[rows], samples.cell[rows],
                (samples.x_m[rows], samples.y_m[rows]), classes=["urban"], links=own.take(rows),
            )  # fmt: skip
            extra = fit.loss_db(kinds[asked], away[asked], own.take(asked))
            powers[name] = said[asked] - extra, fit.classes[0].shadow_sigma_db
        if learned:
            land = height_map(samples, cells)
            map_of = calibrate(samples.take(rows), cells, land).predict(some, cells, land)
            powers["learned"] = map_of.mean_dbm, float(map_of.spread_db.mean())
        square = blocks_of(some.x_m, some.y_m, 50.0)
        pairs, row = np.unique(np.stack([some.cell, square]), axis=1, return_inverse=True)
        row, count = row.ravel(), np.bincount(row.ravel())
        means = {key: np.bincount(row, power) / count for key, (power, _) in powers.items()}
        errors = {
            f"rmse_{key}": float(np.sqrt(np.mean((power - some.rsrp_dbm) ** 2)))
            for key, (power, _) in powers.items()
        }
        for number in stations:
            for least in least_dbm:
                truth = means["measured"] >= least
                shares = {}
                for key, mean in means.items():
                    chance = norm.cdf((mean - least) / powers[key][1])
                    shares[key] = _served_share(pairs, chance, truth, number)
                    shares[f"{key} hard"] = _served_share(pairs, mean >= least, truth, number)
                found.append(
                    {"seed": seed, "side": side, "stations": number, "least_dbm": least, **shares,
                     **errors}
                )  # fmt: skip
    return pd.DataFrame(found)


def _served_share(pairs, chance, truth, stations: int) -> float:
    """Return the share of places that cells serve, each chosen for the most that it adds."""
    cell, place = pairs
    names, row = np.unique(cell, return_inverse=True)
    left, used = np.ones(int(place.max()) + 1), np.zeros(len(names), bool)
    for _ in range(stations):
        gain = np.bincount(row, chance * left[place], len(names))
        best = int(np.where(used, -1.0, gain).argmax())
        used[best] = True
        mine = row == best
        left[place[mine]] *= 1.0 - chance[mine]
    return len(np.unique(place[used[row] & truth])) / len(np.unique(place))


def plans(samples: Samples, cells: MeasuredCells) -> None:
    """Print the mean over random halves, and the paired gain with its standard error."""
    found = pd.concat(
        served_by_plans(
            samples, cells, seed=seed, stations=(10, 20, 40), least_dbm=(-105.0, -95.0, -85.0),
            learned=seed < LEARNED_HALVES,
        )
        for seed in range(HALVES)
    )  # fmt: skip
    radios = ("published", "plain", "corrected", "learned", "measured")
    for (number, least), some in found.groupby(["stations", "least_dbm"]):
        print(f"{number} stations, {least:g} dBm, {len(some)} halves:")
        for kind in ("", " hard"):
            shares = ", ".join(f"{key} {some[key + kind].mean():.1%}" for key in radios)
            gains = []
            for one, other in (("corrected", "published"), ("corrected", "plain")):
                gain = 100.0 * (some[one + kind] - some[other + kind])
                gains.append(f"{one} - {other} {gain.mean():+.2f} +- {gain.sem():.2f}")
            print(f"  {kind.strip() or 'graded'}: {shares}; {'; '.join(gains)}")
    errors = {key: round(float(found[f"rmse_{key}"].mean()), 2) for key in radios}
    print(f"RMSE on the other half, dB: {errors}")


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
        timed("plans of half of the cells", lambda: plans(samples, cells))
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
